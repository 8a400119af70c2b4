"""The head of the page: the preview that others show of a link to it, and the scripts that it will need."""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

from gradio import routes
from gradio.route_utils import STATIC_TEMPLATE_LIB
from jinja2 import FileSystemLoader, FunctionLoader

from ..work.rows import url
from . import scripts

PICTURE = Path(__file__).parents[1] / "pictures" / "denoise.png"
FIRST = '<meta charset="utf-8" />'  # which has to stand near the beginning
LAST = "</head>"  # before it, and so after Gradio's own scripts, stand ours
PREVIEW = re.compile(r'\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')


def set_head(title: str, sentence: str, picture: Path) -> None:
    """Gives every page that Gradio serves from now on this preview in place of Gradio's own, and lets it fetch the
    scripts while Gradio starts.

    The picture lies below GRADIO_TEMP_DIR.
    """
    environment = routes.templates.env
    templates = FileSystemLoader(STATIC_TEMPLATE_LIB)
    first = "\n\t\t".join([FIRST, *_preview(title, sentence, picture)])
    last = "\n\t\t".join([*scripts.preloads(), LAST])

    def with_head(name: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, file, is_current = templates.get_source(environment, name)
        return PREVIEW.sub("", source).replace(FIRST, first, 1).replace(LAST, last, 1), file, is_current

    environment.loader = FunctionLoader(with_head)
    if environment.cache is not None:
        environment.cache.clear()


def _preview(title: str, sentence: str, picture: Path) -> list[str]:
    """The tags of both kinds of preview, Open Graph's and Twitter's."""
    image = f"{{{{ config.get('root', '') }}}}/{escape(url(picture))}"
    texts = {"title": escape(title), "description": escape(sentence), "image": image}
    tags = {f'property="og:{name}"': text for name, text in ({"type": "website"} | texts).items()}
    tags |= {f'name="twitter:{name}"': text for name, text in ({"card": "summary_large_image"} | texts).items()}
    return [f'<meta {name} content="{text}" />' for name, text in tags.items()]

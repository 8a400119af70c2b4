"""The head of the page: the preview that others show of a link to it, and the scripts that it will need."""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import NamedTuple

from gradio import routes
from gradio.route_utils import STATIC_TEMPLATE_LIB
from jinja2 import FileSystemLoader, FunctionLoader

from ..work.rows import url
from . import scripts

FIRST = '<meta charset="utf-8" />'  # which has to stand near the beginning
LAST = "</head>"  # before it, and so after Gradio's own scripts, stand ours
ICON = '<link rel="icon" type="image/png" href="favicon.ico" />'
ARRIVAL = Path(__file__).with_name("arrival.html")  # what has to act before anything is drawn
PREVIEW = re.compile(r'\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')


class Preview(NamedTuple):
    """What others show of a link to the page."""

    title: str
    sentence: str
    picture: Path  # below GRADIO_TEMP_DIR
    size: tuple[int, int]  # width and height of the picture in pixels
    words: str  # for those who do not see the picture


def set_head(preview: Preview) -> None:
    """Gives every page that Gradio serves from now on this preview in place of Gradio's own, and our icon, and lets it
    fetch the scripts while Gradio starts.
    """
    environment = routes.templates.env
    templates = FileSystemLoader(STATIC_TEMPLATE_LIB)
    first = "\n\t\t".join([FIRST, *_tags(preview), ICON, ARRIVAL.read_text(encoding="utf-8")])
    last = "\n\t\t".join([*scripts.preloads(), LAST])

    def with_head(name: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, file, is_current = templates.get_source(environment, name)
        return PREVIEW.sub("", source).replace(FIRST, first, 1).replace(LAST, last, 1), file, is_current

    environment.loader = FunctionLoader(with_head)
    if environment.cache is not None:
        environment.cache.clear()


def _tags(preview: Preview) -> list[str]:
    """The tags of both kinds of preview, Open Graph's and Twitter's."""
    title, sentence, words = map(escape, (preview.title, preview.sentence, preview.words))
    image = f"{{{{ config.get('root', '') }}}}/{escape(url(preview.picture))}"
    width, height = map(str, preview.size)
    texts = {"title": title, "description": sentence, "image": image, "image:alt": words}
    more = {"type": "website", "site_name": title, "image:width": width, "image:height": height}
    tags = {f'property="og:{name}"': text for name, text in (texts | more).items()}
    tags |= {f'name="twitter:{name}"': text for name, text in ({"card": "summary_large_image"} | texts).items()}
    return [f'<meta {name} content="{text}" />' for name, text in tags.items()]

"""The head of the page: what others show of a link to it, in place of Gradio's own, and the scripts it will need."""

import re
from html import escape
from pathlib import Path

from gradio import routes
from jinja2 import FunctionLoader

from ..work.rows import url
from . import scripts

PICTURE = Path(__file__).parents[1] / "pictures" / "denoise.png"
FIRST = '<meta charset="utf-8" />'  # which has to stand near the beginning
LAST = "</head>"  # before it, and so after Gradio's own scripts, stand ours
PREVIEW = re.compile(r'\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')


def previewed(title: str, sentence: str, picture: Path) -> None:
    """Lets every page that Gradio serves from now on be previewed so, and fetch the scripts while Gradio starts.

    The picture lies below GRADIO_TEMP_DIR.
    """
    environment = routes.templates.env
    theirs = environment.loader
    image = f"{{{{ config.get('root', '') }}}}/{escape(url(picture))}"
    told = {"title": escape(title), "description": escape(sentence), "image": image}
    named = {f'property="og:{name}"': text for name, text in ({"type": "website"} | told).items()}
    named |= {f'name="twitter:{name}"': text for name, text in ({"card": "summary_large_image"} | told).items()}
    lines = [f'<meta {name} content="{text}" />' for name, text in named.items()]
    early = "\n\t\t".join([*scripts.preloads(), LAST])

    def ours(name: str) -> tuple:
        source, *rest = theirs.get_source(environment, name)
        source = PREVIEW.sub("", source).replace(FIRST, "\n\t\t".join([FIRST, *lines]), 1)
        return source.replace(LAST, early, 1), *rest

    environment.loader = FunctionLoader(ours)
    environment.cache.clear()

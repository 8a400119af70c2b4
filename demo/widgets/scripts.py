"""The page's own scripts: ES modules, sent without comments and blanks, and the lines of code that call them."""

from functools import cache
from pathlib import Path

import rjsmin
from starlette.routing import Route

from . import kept


@cache
def read_scripts() -> dict[str, bytes]:
    """All scripts by their file names, as they are sent. Raises OSError."""
    files = sorted(Path(__file__).parent.glob("*.js"))
    return {path.name: rjsmin.jsmin(path.read_text(encoding="utf-8")).encode() for path in files}


@cache
def base_path() -> str:
    """The path below which the scripts are served. Changed scripts have new addresses, so that a browser may keep each
    of them for good.
    """
    return f"scripts/{kept.version(*read_scripts().values())}"


def routes() -> list[Route]:
    """One route for each script, for the `app_kwargs` of whatever serves a page with these components."""
    return [kept.route(f"{base_path()}/{name}", source, "text/javascript") for name, source in read_scripts().items()]


def preloads() -> list[str]:
    """A line for the head of the page for each script: all arrive while Gradio itself starts."""
    return [f'<link rel="modulepreload" href="{base_path()}/{name}" />' for name in read_scripts()]


def start(name: str) -> str:
    """The `js_on_load` of a gr.HTML: hands the component to the function `start` of the module `name`.js."""
    return f"{_imported(name)}.then((module) => module.start({{ element, props, trigger, watch }}));"


def call(name: str, function: str) -> str:
    """The `js` of an event: calls a function of the module `name`.js with the inputs, and returns the outputs."""
    return f"(...inputs) => {_imported(name)}.then((module) => module.{function}(...inputs))"


def _imported(name: str) -> str:
    """JavaScript that promises a module; its address is relative to the page's, which may lie below a proxy's path."""
    return f'import(new URL("{base_path()}/{name}.js", document.baseURI))'

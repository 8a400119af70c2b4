"""The style sheets of the page, which lie beside this module."""

from functools import cache
from pathlib import Path

import rcssmin


@cache
def read_sheets(*names: str) -> str:
    """The text of these CSS files one after the other, without comments and blanks; a later one wins over an earlier.
    Raises OSError.
    """
    folder = Path(__file__).parent
    texts = [rcssmin.cssmin((folder / name).read_text(encoding="utf-8")) for name in names]
    return "\n".join(texts).replace("}}", "}\n}")  # Gradio's templates take two braces for the end of a value

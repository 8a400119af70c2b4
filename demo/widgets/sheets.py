"""The style sheets of the page, which lie beside this module."""

from functools import cache
from pathlib import Path


@cache
def read_sheets(*names: str) -> str:
    """The text of these CSS files one after the other; a later one wins over an earlier. Raises OSError."""
    folder = Path(__file__).parent
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)

"""Components kept by name: a NamedTuple of components, and in a handler a NamedTuple of the same kind of values."""

from typing import TypeVar

import gradio as gr
from gradio.components import Component

Fields = TypeVar("Fields", bound=tuple)


def changed(kind: type[Fields], **changes: object) -> Fields:
    """Values for components of this kind: what is given changes, everything else stays as it is."""
    return kind(**(dict.fromkeys(kind._fields, gr.skip()) | changes))


def by_component(components: Fields, values: Fields) -> dict[Component, object]:
    """What a handler returns: each component's value."""
    return dict(zip(components, values, strict=True))

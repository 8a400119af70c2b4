"""Components kept by name: a NamedTuple of components, and in a handler a NamedTuple of the same kind of values."""

from collections.abc import Mapping
from typing import TypeVar

import gradio as gr
from gradio.blocks import Block

Given = Mapping[Block, object]  # what a handler gets whose inputs are a set of components: their values
Changes = dict[Block, object]  # what a handler returns: components and what they become
Fields = TypeVar("Fields", bound=tuple)


def changed(kind: type[Fields], **changes: object) -> Fields:
    """Values for components of this kind: what is given changes, everything else stays as it is."""
    return kind(**(dict.fromkeys(kind._fields, gr.skip()) | changes))


def by_component(components: Fields, values: Fields) -> Changes:
    """Each component with its value."""
    return dict(zip(components, values, strict=True))

"""Components kept by name: a NamedTuple of components, and in a handler a NamedTuple of the same kind of values."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import gradio as gr
from gradio.blocks import Block

Given = Mapping[Block, Any]  # what a handler gets whose inputs are a set of components: their values
Changes = dict[Block, Any]  # what a handler returns: components and what they become
Fields = TypeVar("Fields", bound=NamedTuple)


def changed(kind: type[Fields], **changes: object) -> Fields:
    """Values for components of this kind: what is given changes, everything else stays as it is."""
    return kind._make(gr.skip() for _ in kind._fields)._replace(**changes)


def by_component(components: Fields, values: Fields) -> Changes:
    """Each component with its value."""
    return dict(zip(components, values, strict=True))

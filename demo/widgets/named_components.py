"""Components kept by name: a NamedTuple of components, and in a handler a NamedTuple of the same kind of values."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import gradio as gr
from gradio.blocks import Block

Inputs = Mapping[Block, Any]  # what a handler receives whose inputs are a set of components: their values
Changes = dict[Block, Any]  # what a handler returns: components and their new values
Fields = TypeVar("Fields", bound=NamedTuple)


def change(kind: type[Fields], **values: object) -> Fields:
    """New values for components of this kind: the named ones change, all others stay as they are."""
    return kind._make(gr.skip() for _ in kind._fields)._replace(**values)


def by_component(components: Fields, values: Fields) -> Changes:
    """Each component with its value."""
    return dict(zip(components, values, strict=True))

"""Text that is read out when it changes: a Gradio component."""

import gradio as gr

from . import scripts


def make_live_region(value: str = "", elem_id: str | None = None) -> gr.HTML:
    """HTML that screen readers announce when it changes, or once a progress bar in it is full."""
    return gr.HTML(value, js_on_load=scripts.start("live_region"), elem_id=elem_id)

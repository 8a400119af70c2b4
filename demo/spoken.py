"""Words that are read out when they change: a Gradio component."""

from pathlib import Path

import gradio as gr

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def component(value: str = "", **settings: object) -> gr.HTML:
    """HTML that is announced when it changes, once a progress bar in it is full. `settings` are gr.HTML's."""
    return gr.HTML(value, js_on_load=SCRIPT, **settings)

"""Words that are read out when they change: a Gradio component."""

import gradio as gr

from . import scripts


def component(value: str = "", **settings: object) -> gr.HTML:
    """HTML that is announced when it changes, once a progress bar in it is full. `settings` are gr.HTML's."""
    return gr.HTML(value, js_on_load=scripts.start("live_region"), **settings)

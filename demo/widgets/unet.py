"""A U-Net drawn as it is, with feature maps of a picture in it: a Gradio component."""

import gradio as gr

from . import scripts
from .sheets import read_sheets


def make_unet(elem_id: str | None = None) -> gr.HTML:
    """The drawing of a lab.net_drawing.NetDrawing, or nothing for None.

    The event `select` says that a person has chosen a place in a map: its `stage`, the number of the `map` from 1 on,
    and the place, `x` and `y` in percent; what arrives in its handler came from a browser.
    """
    return gr.HTML(
        None,
        html_template='<div class="unet"></div>',
        css_template=read_sheets("unet.css"),
        js_on_load=scripts.start("unet"),
        apply_default_css=False,
        elem_id=elem_id,
    )

"""Pictures side by side with PSNR and SSIM, under one loupe: a Gradio component."""

from typing import NotRequired, TypedDict

import gradio as gr

from ..work.rows import Row
from . import scripts
from .sheets import read_sheets

SHEETS = ("panels.css", "switches.css", "loupe.css", "wipe.css")


class PanelsValue(TypedDict):
    """The value of the component."""

    rows: list[Row]
    empty: str  # shown where there are no rows
    picks: NotRequired[bool]  # whether a click on a picture chooses a place in it


def make_panels(value: PanelsValue | None = None, *, compact: bool = False, elem_id: str | None = None) -> gr.HTML:
    """Rows of panels.

    Pictures and numbers are changed in place: nothing flickers, and the loupe and the chosen view stay. `compact` is
    for many small pictures: no switches, and each row is a line.
    """
    return gr.HTML(
        value,
        html_template=f'<div class="n2n-panels{" compact" * compact}"></div>',
        css_template=read_sheets(*SHEETS),
        js_on_load=scripts.start("panels"),
        apply_default_css=False,
        elem_id=elem_id,
    )

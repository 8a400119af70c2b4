"""Pictures side by side with PSNR and SSIM, under one loupe: a Gradio component."""

from typing import Any

import gradio as gr

from . import scripts
from .sheets import read_sheets

SHEETS = ("panels.css", "switches.css", "loupe.css", "wipe.css")


def make_panels(value: dict[str, Any] | None = None, *, compact: bool = False, elem_id: str | None = None) -> gr.HTML:
    """Rows of panels; the value is {"rows": [row(…), …], "empty": text shown where there are no rows}, and
    `demo.work.rows` makes its parts.

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

"""Pictures side by side with PSNR and SSIM, under one loupe: a Gradio component; `rows` makes its value."""

from pathlib import Path
from typing import Any

import gradio as gr

from . import scripts

HERE = Path(__file__).parent
SHEETS = ("panels.css", "switches.css", "loupe.css", "wipe.css")
CSS = "\n".join((HERE / sheet).read_text(encoding="utf-8") for sheet in SHEETS)


def component(value: dict[str, Any] | None = None, *, compact: bool = False, **settings: object) -> gr.HTML:
    """Rows of panels; its value is {"rows": [row(…), …], "empty": text shown where there are no rows}.

    What changes is changed in place: nothing flickers, and the loupe and the chosen view stay. `compact` is for many
    small pictures: no switches, each row a line. `settings` are gr.HTML's.
    """
    return gr.HTML(
        value,
        html_template=f'<div class="n2n-panels{" compact" * compact}"></div>',
        css_template=CSS,
        js_on_load=scripts.start("panels"),
        apply_default_css=False,
        **settings,
    )

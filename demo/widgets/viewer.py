"""The viewer: pictures large, side by side or in one place, enlarged together down to their pixels; a component."""

from typing import NotRequired, TypedDict

import gradio as gr

from ..work.rows import Row
from . import scripts
from .sheets import read_sheets

SHEETS = ("covering_input.css", "viewer.css", "viewer_bar.css")


class ViewerValue(TypedDict):
    """The value of the component."""

    rows: list[Row]
    empty: str  # shown where there are no rows
    picks: NotRequired[bool]  # whether a click on a picture chooses a place in it
    flips: NotRequired[bool]  # whether a phone shows these two in one place at first, and a tap the other one
    sides: NotRequired[tuple[str, str]]  # the roles of the two that are compared until a person chooses others


def make_viewer(
    value: ViewerValue | None = None,
    *,
    compact: bool = False,
    mode: str = "side",
    region_of: str = "",
    elem_id: str | None = None,
) -> gr.HTML:
    """Pictures of one scene or several, their figures below.

    Pictures and numbers are changed in place: nothing flickers, and the view that a person has chosen stays; it is kept
    in the page's address. Of several rows one is shown, and the others are offered. `compact` is for many small
    pictures: all rows are shown, nothing can be set, and they are no larger than a thumb. `mode`, side, wipe or flip,
    is the view until a person chooses another. A viewer that is the `region_of` another one, named by its elem_id,
    shows the same pictures pixel for pixel around the place that is clicked there.
    """
    kind = " compact" * compact + " region" * bool(region_of)
    return gr.HTML(
        value,
        html_template=f'<div class="n2n-viewer{kind}" data-mode="{mode}" data-of="{region_of}"></div>',
        css_template=read_sheets(*SHEETS),
        js_on_load=scripts.start("viewer"),
        apply_default_css=False,
        elem_id=elem_id,
    )

"""The second tab: train on one's own noisy pairs, and watch it learn."""

from typing import NamedTuple

import gradio as gr

from n2n.data import formats

from ..server import gpu
from ..service.inspections import Inspections
from ..service.trainings import Trainings
from ..widgets import live_region, panels
from ..widgets.html import notes
from . import train_controls, train_events, train_view
from .denoise import DenoiseTab
from .train_events import NOTHING, Pairs
from .train_view import NO_ROWS, Page

PAIRS = f"pictures, a TIFF stack, {formats.either(formats.sets())}"
ON_CPU = "Trainings run on this host's CPU cores; the GPU that it lends for a minute at a time is used for denoising."


class Buttons(NamedTuple):
    """What a person presses."""

    train: gr.Button
    stop: gr.Button
    go_on: gr.Button


def build(
    trainings: Trainings, inspections: Inspections, blocks: gr.Blocks, tabs: gr.Tabs, denoise_tab: DenoiseTab
) -> None:
    """Lays out the tab and ties its events. Call it inside a gr.Tab."""
    uploaded = gr.State(())
    with gr.Row(elem_classes="n2n-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            files = gr.File(
                label=f"Two noisy shots of the same thing, or many: {PAIRS}",
                file_count="multiple",
                height=130,
                elem_id="pairs",
            )
            with gr.Row():
                sample = gr.Button("Try it with sample pairs", size="sm", elem_id="sample")
                archive = str(inspections.sample_archive())
                gr.DownloadButton("See what pairs look like", archive, size="sm", elem_id="archive")
            controls = train_controls.build(uploaded)
            buttons = _buttons()
        with gr.Column(elem_classes="n2n-results", min_width=320):
            with gr.Accordion("Your pairs", elem_id="seen") as seen:
                looked = live_region.component(notes([NOTHING, *([ON_CPU] if gpu.is_lent() else [])]), elem_id="looked")
                strip = panels.component(NO_ROWS, compact=True, elem_id="strip-of-pairs")
            page = _page(seen, buttons)
    train_events.tie_pairs(inspections, files, sample, Pairs(uploaded, looked, strip, seen, buttons.train))
    train_events.tie_training(trainings, controls, page)
    train_events.tie_address(trainings, blocks, tabs, page)
    train_events.tie_use(tabs, page, denoise_tab)


def _buttons() -> Buttons:
    train = gr.Button("Train", variant="primary", interactive=False, elem_id="train")
    with gr.Row():
        stop = gr.Button("Stop", interactive=False, min_width=80, elem_id="stop")
        go_on = gr.Button("Continue", interactive=False, min_width=80, elem_id="continue")
    return Buttons(train, stop, go_on)


def _page(seen: gr.Accordion, buttons: Buttons) -> Page:
    status = live_region.component(elem_id="status")
    drawn = gr.HTML("", elem_id="curves")
    pictures = panels.component(NO_ROWS, compact=True, elem_id="live")
    with gr.Row():
        machine = gr.Slider(
            0,
            1,
            0,
            step=1,
            label=train_view.MACHINE,
            info="the same pictures, earlier",
            visible=False,
            elem_id="machine",
        )
        snapshot = gr.DownloadButton("These weights", visible=False, size="sm", elem_id="snapshot")
    use = gr.Button("Denoise with it", variant="primary", visible=False, elem_id="use")
    return Page(
        seen=seen,
        status=status,
        curves=drawn,
        pictures=pictures,
        machine=machine,
        snapshot=snapshot,
        use=use,
        trust=panels.component(NO_ROWS, compact=True, elem_id="trust"),
        command=gr.HTML("", elem_id="command"),
        files=gr.File(label="Download", file_count="multiple", interactive=False, visible=False, elem_id="take"),
        token=gr.Textbox("", visible="hidden", container=False, elem_id="run"),
        **buttons._asdict(),
    )

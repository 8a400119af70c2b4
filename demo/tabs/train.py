"""The second tab: train on one's own noisy pairs, and watch it learn."""

from typing import NamedTuple

import gradio as gr

from ..server import gpu
from ..service.inspections import Inspections
from ..service.trainings import Trainings
from ..service.uploads import Brought
from ..widgets.html import notes
from ..widgets.live_region import make_live_region
from ..widgets.viewer import make_viewer
from . import train_controls, train_events, train_passport, train_teach, train_uploads
from .denoise import DenoiseTab
from .train_uploads import NOTHING, UploadOutputs
from .train_view import NO_ROWS, TrainingOutputs

ON_CPU = "Trainings run on this host's CPU cores; the GPU that it lends for a minute at a time is used for denoising."


class Buttons(NamedTuple):
    """The buttons for a training."""

    train: gr.Button
    stop: gr.Button
    go_on: gr.Button


def build(
    trainings: Trainings,
    inspections: Inspections,
    blocks: gr.Blocks,
    tabs: gr.Tabs,
    denoise_tab: DenoiseTab,
    idea: gr.HTML,
) -> None:
    """Lays out the tab and connects its events. Call it inside a gr.Tab. The event `submit` of the `idea` begins a
    training on the sample pairs.
    """
    uploaded = gr.State(Brought())
    with gr.Row(elem_classes="n2n-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            files = gr.File(
                label="Two noisy shots of the same thing, or many: pictures, a TIFF stack, arrays or a .zip",
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
            with gr.Accordion("Your pairs", elem_id="seen") as accordion:
                first = notes([NOTHING, *([ON_CPU] if gpu.is_lent() else [])])
                findings = make_live_region(first, elem_id="looked")
                with gr.Row():
                    align = gr.Button("Align them for me", visible=False, size="sm", elem_id="align")
                    match = gr.Button("Match their exposures", visible=False, size="sm", elem_id="match")
                    as_brought = gr.Button("Take them as they were", visible=False, size="sm", elem_id="as-brought")
                strip = make_viewer(NO_ROWS, compact=True, elem_id="strip-of-pairs")
            status = make_live_region(elem_id="status")
            curves = gr.HTML("", elem_id="curves")
    outputs = _outputs(accordion, status, curves, buttons)
    upload = UploadOutputs(uploaded, findings, strip, accordion, buttons.train, align, match, as_brought)
    train_uploads.connect(inspections, files, controls.axes, sample, upload)
    train_events.connect_training(trainings, controls, outputs)
    train_teach.connect(trainings, idea, tabs, controls, files, upload, outputs)
    train_events.connect_address(trainings, blocks, tabs, outputs)
    train_passport.connect(trainings, outputs)
    train_events.connect_use(tabs, outputs, denoise_tab)


def _buttons() -> Buttons:
    train = gr.Button("Train", variant="primary", interactive=False, elem_id="train")
    with gr.Row():
        stop = gr.Button("Stop", interactive=False, min_width=80, elem_id="stop")
        go_on = gr.Button("Continue", interactive=False, min_width=80, elem_id="continue")
    return Buttons(train, stop, go_on)


def _outputs(pairs: gr.Accordion, status: gr.HTML, curves: gr.HTML, buttons: Buttons) -> TrainingOutputs:
    pictures = make_viewer(NO_ROWS, elem_id="live")
    with gr.Row():
        time_machine = gr.Slider(
            0,
            1,
            0,
            step=1,
            label="Time machine: seconds of training",
            info="the same pictures, earlier",
            visible=False,
            elem_id="machine",
        )
        snapshot = gr.DownloadButton("These weights", visible=False, size="sm", elem_id="snapshot")
    use = gr.Button("Denoise with it", variant="primary", visible=False, elem_id="use")
    return TrainingOutputs(
        pairs=pairs,
        status=status,
        curves=curves,
        pictures=pictures,
        time_machine=time_machine,
        snapshot=snapshot,
        use=use,
        reliability=make_viewer(NO_ROWS, elem_id="trust"),
        command=gr.HTML("", elem_id="command"),
        files=gr.File(label="Download", file_count="multiple", interactive=False, visible=False, elem_id="take"),
        passport=train_passport.make_button(),
        token=gr.Textbox("", visible="hidden", container=False, elem_id="run"),
        **buttons._asdict(),
    )

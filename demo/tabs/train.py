"""The second tab: bring two shots, hear whether they will do, train, and watch one's own picture get better."""

from typing import NamedTuple

import gradio as gr
from gradio.components import Component

from ..server import gpu
from ..service.inspections import Inspections
from ..service.trainings import Trainings
from ..service.uploads import Brought
from ..settings import Access
from ..widgets.html import notes
from ..widgets.live_region import make_live_region
from ..widgets.viewer import make_viewer
from . import train_controls, train_events, train_passport, train_teach, train_uploads
from .denoise import DenoiseTab
from .train_uploads import CHECKS, NOTHING, TRAIN, UploadOutputs
from .train_view import NO_ROWS, STOP, TrainingOutputs

ON_CPU = "Trainings run on this host's CPU cores; the GPU that it lends for a minute at a time is used for denoising."
FILES = "Pictures, a TIFF stack, arrays or a .zip"


class Steps(NamedTuple):
    """What stands in the three steps."""

    files: gr.File
    sample: gr.Button
    budget: gr.Radio
    upload: UploadOutputs
    stop: gr.Button
    go_on: gr.Button


def build(
    trainings: Trainings,
    inspections: Inspections,
    blocks: gr.Blocks,
    tabs: gr.Tabs,
    denoise_tab: DenoiseTab,
    idea: gr.HTML,
    access: Access,
) -> None:
    """Lays out the tab and connects its events. Call it inside a gr.Tab. The event `submit` of the `idea` begins a
    training on the sample pairs.
    """
    steps = _steps(inspections)
    outputs, controls = _outputs(steps)
    train_uploads.connect(inspections, steps.files, controls.axes, steps.sample, steps.upload)
    train_events.connect_training(trainings, inspections, controls, outputs, access)
    train_teach.connect(trainings, inspections, idea, tabs, controls, steps.files, steps.upload, outputs, access)
    train_events.connect_address(trainings, blocks, tabs, outputs)
    train_passport.connect(trainings, outputs)
    train_events.connect_use(tabs, outputs, denoise_tab)


def _steps(inspections: Inspections) -> Steps:
    """Bring, hear the verdict, train: side by side, or on a phone one below the other."""
    uploaded = gr.State(Brought())
    with gr.Row(elem_id="steps"):
        with gr.Column(elem_classes="n2n-step", min_width=0):
            gr.HTML("<h2><span>1</span> Bring two shots</h2>")
            files = gr.File(label=FILES, file_count="multiple", height=150, elem_id="pairs")
            with gr.Row(elem_classes="n2n-small"):
                sample = gr.Button("Try it with sample pairs", size="sm", min_width=0, elem_id="sample")
                archive = str(inspections.sample_archive())
                gr.DownloadButton("What pairs look like", archive, size="sm", min_width=0, elem_id="archive")
        with gr.Column(elem_classes="n2n-step", min_width=0, elem_id="seen"):
            gr.HTML("<h2><span>2</span> The verdict</h2>")
            verdict = make_live_region(notes([NOTHING, *([ON_CPU] if gpu.is_lent() else [])]), elem_id="looked")
            fix = gr.Button("Do it for me", variant="primary", visible=False, elem_id="fix")
            as_brought = gr.Button("Take them as they were", visible=False, size="sm", elem_id="as-brought")
            strip = make_viewer(NO_ROWS, compact=True, elem_id="strip-of-pairs")
        with gr.Column(elem_classes="n2n-step", min_width=0):
            gr.HTML("<h2><span>3</span> Train</h2>")
            budget = train_controls.build_budget()
            train = gr.Button(TRAIN["green"], variant="primary", interactive=False, elem_id="train")
            with gr.Row(elem_classes="n2n-small"):
                stop = gr.Button(STOP, visible=False, min_width=0, elem_id="stop")
                go_on = gr.Button("Train on", visible=False, min_width=0, elem_id="continue")
    with gr.Accordion(CHECKS, open=False, visible=False, elem_id="checks") as checks:
        details = gr.HTML("", elem_id="details")
    upload = UploadOutputs(uploaded, verdict, checks, details, strip, fix, as_brought, train)
    return Steps(files, sample, budget, upload, stop, go_on)


def _outputs(steps: Steps) -> tuple[TrainingOutputs, train_controls.TrainControls]:
    """What is seen of a training, and the drawer below it."""
    status = make_live_region(elem_id="status")
    with gr.Row(elem_id="watch"):
        with gr.Column(min_width=0, elem_id="watch-picture"):
            pictures = make_viewer(NO_ROWS, mode="wipe", elem_id="live")
        with gr.Column(min_width=0, elem_id="watch-beside"):
            region = make_viewer(NO_ROWS, mode="wipe", region_of="live", elem_id="region")
            curves = gr.HTML("", elem_id="curves")
    result = make_live_region(elem_id="result")
    with gr.Row():
        picture = gr.DownloadButton("Download it, full size", variant="primary", visible=False, elem_id="picture")
        card = gr.DownloadButton("A card to show", visible=False, elem_id="card")
        use = gr.Button("Denoise more with it", visible=False, elem_id="use")
    controls, drawer = _drawer(steps)
    outputs = TrainingOutputs(
        status=status,
        curves=curves,
        pictures=pictures,
        region=region,
        result=result,
        picture=picture,
        card=card,
        use=use,
        train=steps.upload.train,
        stop=steps.stop,
        go_on=steps.go_on,
        token=gr.Textbox("", visible="hidden", container=False, elem_id="run"),
        **drawer,
    )
    return outputs, controls


def _drawer(steps: Steps) -> tuple[train_controls.TrainControls, dict[str, Component]]:
    """Whatever else can be set before a training, and looked at or taken away after it."""
    with gr.Accordion("Everything else", open=False, elem_id="more"):
        controls = train_controls.build(steps.upload.uploaded, steps.budget)
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
        reliability = make_viewer(NO_ROWS, elem_id="trust")
        told = gr.HTML("", elem_id="command")
        files = gr.File(label="Download", file_count="multiple", interactive=False, visible=False, elem_id="take")
        passport = train_passport.make_button()
    after = {"time_machine": time_machine, "snapshot": snapshot, "reliability": reliability}
    return controls, after | {"command": told, "files": files, "passport": passport}

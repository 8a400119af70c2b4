"""The button under the downloads of a training that adds files for other programs to them."""

from typing import Any

import gradio as gr

from ..jobs.errors import PROBLEMS
from ..service.trainings import Trainings
from ..widgets.html import error, notes
from ..widgets.named_components import Changes, by_component
from . import train_view
from .train_view import TrainingOutputs

LABEL = "Add files for other programs: ONNX, BioImage.IO (Fiji, ilastik), Hugging Face"


def make_button() -> gr.Button:
    """The button, which is there once a training is over."""
    return gr.Button(LABEL, visible=False, size="sm", elem_id="passport")


def connect(trainings: Trainings, outputs: TrainingOutputs) -> None:
    """A click adds the files, and says why some of them cannot be made here."""

    async def export(token: str) -> Changes:
        try:
            training, problems = await trainings.export(token)
        except PROBLEMS as problem:
            return by_component(outputs, train_view.update(status=error(problem)))
        told = notes(problems) if problems else ""
        changes: dict[str, Any] = {
            "files": gr.File(value=[str(file) for file in training.files]),
            "passport": gr.Button(interactive=bool(problems)),
            "status": train_view.status(training.run, over=True) + told,
        }
        return by_component(outputs, train_view.update(**changes))

    shown: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": outputs.passport}
    outputs.passport.click(export, outputs.token, list(outputs), api_visibility="private", **shown)

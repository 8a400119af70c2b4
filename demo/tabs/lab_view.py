"""A view of experiments: makes values for components from their screens."""

import html
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from ..lab import recordings
from ..lab.experiment import Experiment, Screen, words
from ..lab.recordings import Recorded
from ..widgets.html import error, notes, verdicts
from ..widgets.named_components import change
from ..widgets.viewer import ViewerValue
from ..work.rows import url
from . import train_view
from .lab_recorded import recorded_picture
from .train_view import NO_ROWS

EXAMPLE = '<p class="n2n-note">An example of what you will see. Think first; the figures come with the run.</p>'


class ExperimentOutputs(NamedTuple):
    """The components that show an experiment; and, in a handler, their values."""

    headline: Any
    figure: Any
    net: Any
    pictures: Any
    notes: Any
    run: Any
    replay: Any
    stop: Any


update = partial(change, ExperimentOutputs)


def opening(experiment: Experiment) -> ExperimentOutputs:
    """The page before anything was run: a recorded example without its numbers, or nothing where there is none."""
    example: dict[str, Any] = {"headline": "", "figure": "", "net": None, "pictures": NO_ROWS, "notes": ""}
    if recorded := recordings.read(experiment.key):
        last = recorded.screens[-1]
        pictures = _rows(last, experiment, partial(recorded_picture, experiment.key))
        for panel in (panel for row in pictures["rows"] for panel in row["panels"]):
            panel["psnr"] = panel["ssim"] = None
        example |= {"headline": _recorded(recorded, experiment) + EXAMPLE, "pictures": pictures}
        if not last.rows:
            example["figure"] = _figures(replace(recorded.screens[-1], beside=""))
    below = buttons(False)
    below["replay"]["visible"] = bool(recorded)
    return update(**example, **below)


def failed(problem: Exception) -> ExperimentOutputs:
    """The page after something went wrong."""
    return update(headline=error(problem), **buttons(False))


def screen_values(
    screen: Screen, experiment: Experiment, thought: str = "", recorded: Recorded | None = None
) -> ExperimentOutputs:
    """The page with one screen of an experiment; `thought` is what the visitor had voted for."""
    bar = ""
    if screen.share is not None and screen.share < 1:
        bar = f'<progress aria-label="Experiment" max="1" value="{screen.share:.3f}"></progress>'
    mark = _recorded(recorded, experiment) if recorded else ""
    address = partial(recorded_picture, experiment.key) if recorded else url
    return update(
        headline=f"{mark}{bar}{_told(screen, experiment, thought)}",
        figure=_figures(screen),
        net=screen.net,
        pictures=_rows(screen, experiment, address),
        notes=notes(screen.notes) + verdicts(screen.verdicts),
    )


def _told(screen: Screen, experiment: Experiment, thought: str) -> str:
    """How it stands; and where the run carries it, the answer to the question, and why."""
    headline = f'<p class="n2n-answer">{html.escape(screen.headline)}</p>'
    if not screen.answer:
        return headline
    right = "" if not thought else " You thought so." if thought == screen.answer.option else " You thought otherwise."
    sentence = f"<strong>{html.escape(screen.answer.sentence)}</strong>{right}"
    why = f'<p class="n2n-note">{html.escape(experiment.why)}</p>'
    return f'<div class="n2n-conclusion"><p>{sentence}</p>{why}</div>{headline}'


def _figures(screen: Screen) -> str:
    figures = "".join(f"<div>{figure}</div>" for figure in (screen.figure, screen.beside) if figure)
    return f'<div class="n2n-curves">{figures}</div>' if figures else ""


def _rows(screen: Screen, experiment: Experiment, address: Callable[[Path], str]) -> ViewerValue:
    return {
        **train_view.rows(screen.rows, address),
        "picks": bool(experiment.picks),
        "flips": bool(experiment.answers),
        "sides": experiment.sides,
    }


def _recorded(recorded: Recorded, experiment: Experiment) -> str:
    """Says that this is a recorded run, with which settings where they are not the usual ones, and where it ran."""
    usual = {control.name: control.value for control in experiment.controls}
    changed = [
        f"{control.label.lower()}: {words(control, recorded.values[control.name])}"
        for control in experiment.controls
        if recorded.values[control.name] != usual[control.name]
    ]
    told = "; ".join([*changed, recorded.machine])
    return f'<p class="n2n-recorded"><b>Recorded</b> {html.escape(told)}</p>'


def buttons(running: bool) -> dict[str, Any]:
    """Run, the recorded run and Stop, while a run lasts or not."""
    return {
        "run": gr.update(interactive=not running),
        "replay": gr.update(interactive=not running),
        "stop": gr.update(interactive=running),
    }

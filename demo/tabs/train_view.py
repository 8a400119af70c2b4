"""A view of uploads and trainings: makes values for components from their results."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from n2n.figures import curves, style
from n2n.training import fraction

from ..jobs.queue import Waiting
from ..service.runs import Run
from ..service.trainings import Training
from ..widgets.html import error, notes
from ..widgets.named_components import change
from ..widgets.viewer import ViewerValue
from ..work.picture_files import PictureFile, PictureRows
from ..work.rows import Panel, panel, row, url
from ..work.train import Preview
from . import train_forecast, train_result

DRAW_EVERY = 1.0  # seconds of training between two drawings of the curves
NO_ROWS: ViewerValue = {"rows": [], "empty": ""}
AFTER = ("time_machine", "snapshot", "files", "passport", "use", "picture", "card")  # there once a training is over
NO_RESULTS: dict[str, Any] = {"reliability": NO_ROWS, "result": "", "command": ""}
STOP, STOPPING = "Stop", "Stopping …"
TITLES = {"clean": "Clean", "target": "Second noisy shot", "second": "Second shot, denoised"}


class TrainingOutputs(NamedTuple):
    """The components that show a training; and, in a handler, their values."""

    status: Any
    curves: Any
    pictures: Any
    region: Any  # of the same pictures, pixel for pixel
    result: Any
    picture: Any
    card: Any
    use: Any
    time_machine: Any
    snapshot: Any
    reliability: Any
    command: Any
    files: Any
    passport: Any
    train: Any
    stop: Any
    go_on: Any
    token: Any  # names the training that is shown, in the page's address as well


update = partial(change, TrainingOutputs)


def rows(pictures: Sequence[Sequence[PictureFile]], address: Callable[[Path], str] = url) -> ViewerValue:
    """Pictures that a job wrote, as the value of panels; `address` of a file is where a browser gets it."""
    lines = [row("", [_panel(shown, address) for shown in line], _said(line)) for line in pictures]
    return {"rows": lines, "empty": ""}


def _pictures(shown: PictureRows) -> dict[str, Any]:
    """The same pictures for both viewers."""
    return dict.fromkeys(("pictures", "region"), rows(shown))


def _said(line: Sequence[PictureFile]) -> str:
    """How the pictures of a row are shown, where their contrast is stretched."""
    return next((picture.contrast.words for picture in line if picture.contrast), "")


def _panel(shown: PictureFile, address: Callable[[Path], str] = url) -> Panel:
    text = f"≈ {shown.psnr:.1f} dB" if shown.estimated and shown.psnr is not None else ""
    title = shown.title or TITLES.get(shown.role, shown.role.capitalize())
    size, stretched = (shown.width, shown.height), url(shown.stretched) if shown.stretched else ""
    note = shown.note if text or shown.psnr is not None else ""
    return panel(
        shown.role, title, address(shown.file), size, shown.psnr, shown.ssim, note, text, stretched, shown.scale
    )


def held(values: TrainingOutputs, button: str) -> TrainingOutputs:
    """The same values, but this button cannot be clicked yet."""
    return values._replace(**{button: getattr(values, button) | {"interactive": False}})


def waiting(training: Training, place: Waiting) -> TrainingOutputs:
    """The page while others train."""
    return update(status=waiting_notice(place), train=gr.update(interactive=False), token=training.token)


def waiting_notice(place: Waiting) -> str:
    """A place in line and how long it takes from there, as HTML."""
    return notes([f"Others are training: you are number {place.ahead} in line, about {place.seconds:.0f} s to go."])


def begun(training: Training) -> TrainingOutputs:
    """The page as a training begins, or is found again: nothing of another one is left."""
    continued = {} if training.run.progress else {"curves": ""} | _pictures(())
    return update(
        status=notes(["Reading the pairs …"]),
        token=training.token,
        **NO_RESULTS,
        **_at_work(training),
        **continued,
    )


def stop_button(training: Training) -> dict[str, Any]:
    """The button that stops a training, which is clicked once."""
    return gr.update(value=STOPPING if training.stopping else STOP, interactive=not training.stopping)


def _at_work(training: Training) -> dict[str, Any]:
    """The buttons while a training lasts, without those for its results.

    Every value of a stream says them: Gradio's page may apply a value only when the next has come, and what that one
    skips is then lost.
    """
    stop = stop_button(training) | {"visible": True}
    return {"train": gr.update(interactive=False), "stop": stop} | _hidden("go_on", *AFTER)


def _hidden(*names: str) -> dict[str, Any]:
    return {name: gr.update(visible=False) for name in names}


class LiveView:
    """A training on the page while it lasts; remembers what is drawn already."""

    def __init__(self, training: Training) -> None:
        self._training, self._run, self._drawn_at = training, training.run, float("-inf")
        self._pictures: PictureRows = ()
        self._measured, self._psnr = 0, ""  # measurements of the hold-out that are drawn, and their curve
        self._foretold, self._forecast = 0, ""  # those that are forecast by, and the forecast

    async def latest(self) -> TrainingOutputs:
        """The page with what has changed since the last call."""
        run = self._run
        if len(run.history.measurements) != self._foretold:
            self._foretold = len(run.history.measurements)
            self._forecast = await asyncio.to_thread(train_forecast.while_at_work, run)
        changes: dict[str, Any] = {"status": status(run), "result": self._forecast} | _at_work(self._training)
        if run.pictures is not self._pictures:
            self._pictures = run.pictures
            changes |= _pictures(run.pictures)
        if run.progress and run.progress.seconds >= self._drawn_at + DRAW_EVERY:
            self._drawn_at = run.progress.seconds
            changes["curves"] = await asyncio.to_thread(self._curves)
        return update(**changes)

    def _curves(self) -> str:
        """Both curves; the hold-out's is drawn again only when there is more of it."""
        measured = len(self._run.history.measurements)
        if measured != self._measured or not self._psnr:
            self._measured, self._psnr = measured, psnr_curve(self._run)
        return both_curves(self._run, self._psnr)


async def ended(training: Training) -> TrainingOutputs:
    """The page when a training is over: everything there is to see and to download."""
    run, kept = training.run, training.run.snapshots()
    moments = run.moments()
    return update(
        status=status(run, over=True),
        curves=await asyncio.to_thread(lambda: both_curves(run, psnr_curve(run))),
        time_machine=time_machine(moments) if moments else gr.skip(),
        snapshot=gr.DownloadButton("These weights", value=str(kept[-1].snapshot), visible=True) if kept else gr.skip(),
        reliability=rows(run.result.reliability.rows) if run.result else NO_ROWS,
        files=gr.File(value=[str(file) for file in training.files], visible=True),
        passport=gr.Button(visible=True, interactive=True),
        result=train_result.told(run),
        command=train_result.more(run),
        train=gr.update(interactive=True),
        stop=gr.Button(visible=False),
        go_on=gr.update(visible=True),
        use=gr.Button(visible=True),
        picture=_download(run.result.picture if run.result else None),
        card=_download(training.card),
    )


def _download(file: Path | None) -> gr.DownloadButton:
    return gr.DownloadButton(value=str(file) if file else None, visible=file is not None)


def failed(problem: Exception, run: Run | None = None) -> TrainingOutputs:
    """The page after something went wrong. A run can be continued from its snapshots; without a run, nothing of an
    earlier one is left.
    """
    cleared = {} if run else {"curves": ""} | _pictures(()) | NO_RESULTS | _hidden(*AFTER)
    return update(
        status=error(problem),
        train=gr.update(interactive=True),
        stop=gr.Button(visible=False),
        go_on=gr.update(visible=run is not None and bool(run.snapshots())),
        **cleared,
    )


def status(run: Run, over: bool = False) -> str:
    """How far a run is, as a bar and in words."""
    progress, moved = run.progress, [f"{run.moved[:1].upper()}{run.moved[1:]}."] if run.moved else []
    if progress is None:
        return notes(["Reading the pairs …", *moved])
    end = f"done after {progress.seconds:.0f} s" if over else f"{progress.eta:.0f} s left"
    words = (
        f"Step {progress.step:,} · {progress.images:,} pairs shown · {progress.images_per_second:.0f} pairs/s · {end}"
    )
    recipe = run.settings.recipe
    share = 1.0 if over else fraction(recipe, progress.step, progress.steps, progress.seconds)
    return f'<progress aria-label="Training" max="1" value="{share:.3f}"></progress>{notes([words, *moved])}'


def both_curves(run: Run, psnr: str) -> str:
    """The curve of the loss beside `psnr`, the SVG of the PSNR's curve."""
    loss = style.svg(curves.loss_figure(run.history), "Loss")
    return f'<div class="n2n-curves"><div>{loss}</div><div>{psnr}</div></div>'


def psnr_curve(run: Run) -> str:
    """The curve of the hold-out's PSNR, as SVG."""
    return style.svg(curves.psnr_figure(run.history), "PSNR")


def at(run: Run, seconds: float) -> TrainingOutputs:
    """The page with the pictures and the weights of the snapshot nearest to so many seconds of training."""
    nearest = min(run.moments(), key=lambda preview: abs(preview.seconds - float(seconds)))
    weights = gr.DownloadButton(f"Weights of step {nearest.step:,}", value=str(nearest.snapshot))
    return update(snapshot=weights, time_machine=gr.Slider(info=_moment(nearest)), **_pictures(nearest.rows))


def time_machine(kept: Sequence[Preview]) -> gr.Slider:
    """The slider over these snapshots, in seconds of training, at the last of them."""
    seconds = round(kept[-1].seconds)
    info = _moment(kept[-1])
    return gr.Slider(minimum=0, maximum=max(1, seconds), value=seconds, info=info, visible=len(kept) > 1)


def _moment(preview: Preview) -> str:
    return f"the same pictures after {preview.seconds:.0f} s, step {preview.step:,}"

"""What the page shows of an upload and of a training: runs, as the values of components."""

import asyncio
import html
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from n2n.figures import curves, style
from n2n.measure import ESTIMATED, MEAN

from .. import settings
from ..jobs.queue import Waiting
from ..service import takeaway
from ..service.inspections import Findings
from ..service.runs import Run
from ..service.trainings import Training
from ..widgets.html import error, notes, table, verdicts
from ..widgets.named_components import changed
from ..work.picture_files import PictureFile
from ..work.rows import panel, row, url
from ..work.train import Preview

DRAW_EVERY = 1.0  # seconds of training between two drawings of the curves
NO_ROWS = {"rows": [], "empty": ""}
MACHINE = "Time machine: seconds of training"
TITLES = {"clean": "Clean", "target": "Second noisy shot", "second": "Second shot, denoised"}


class Page(NamedTuple):
    """What shows a training: the components; and, in a handler, their values."""

    seen: Any
    status: Any
    curves: Any
    pictures: Any
    machine: Any
    snapshot: Any
    trust: Any
    files: Any
    command: Any
    train: Any
    stop: Any
    go_on: Any
    use: Any
    token: Any  # of the training that is shown; it stands in the page's address


page = partial(changed, Page)


def rows(shown: Sequence[Sequence[PictureFile]]) -> dict:
    """Pictures that a job wrote, as the panels' value."""
    return {"rows": [row("", [_panel(each) for each in line]) for line in shown], "empty": ""}


def _panel(shown: PictureFile) -> dict:
    text = f"≈ {shown.psnr:.1f} dB" if shown.estimated and shown.psnr is not None else ""
    title = TITLES.get(shown.role, shown.role.capitalize())
    return panel(shown.role, title, url(shown.file), (shown.width, shown.height), shown.psnr, psnr_text=text)


def told(findings: Findings) -> str:
    """Everything known of an upload in words: what it is, what a training would buy, what the pair doctor says."""
    if findings.understood is None:
        return notes(["Looking at it …"])
    said = [f"This is {findings.understood.described}.", *findings.understood.notes]
    if findings.speed:  # the last that is known
        said.append(f"Measured on this computer: {'; '.join(map(findings.speed.describe, settings.BUDGETS))}.")
    return notes(said) + verdicts(findings.verdicts)


def waiting(training: Training) -> Page:
    """While others train."""
    return page(status=in_line(training.job.waiting), train=gr.Button(interactive=False), token=training.token)


def in_line(place: Waiting) -> str:
    """How long others will be at it."""
    words = f"Others are training: you are number {place.ahead} in line, about {place.seconds:.0f} s to go."
    return notes([words])


def begun(training: Training) -> Page:
    """As the training begins, or is found again: nothing of another one is left."""
    continued = {} if training.run.progress else {"curves": "", "pictures": NO_ROWS}
    return page(
        seen=gr.Accordion(open=False),
        status=notes(["Reading the pairs …"]),
        train=gr.Button(interactive=False),
        stop=gr.Button(interactive=True),
        go_on=gr.Button(interactive=False),
        token=training.token,
        **_nothing_to_take(),
        **continued,
    )


def _nothing_to_take() -> dict[str, Any]:
    """What there is to take and to see once a training is over, not there yet."""
    hidden = {name: gr.update(visible=False) for name in ("machine", "snapshot", "files", "use")}
    return {"trust": NO_ROWS, "command": "", **hidden}


class View:
    """A run on the page while it lasts: knows what is drawn already."""

    def __init__(self, run: Run) -> None:
        self.run, self.previews, self.drawn = run, 0, float("-inf")
        self.measured = 0, ""  # how often the hold-out was, and the curve of that

    async def now(self) -> Page:
        """What has changed since the last time."""
        changes: dict[str, Any] = {"status": status(self.run)}
        if len(self.run.previews) > self.previews:
            self.previews = len(self.run.previews)
            changes["pictures"] = rows(self.run.previews[-1].rows)
        if self.run.progress and self.run.progress.seconds >= self.drawn + DRAW_EVERY:
            self.drawn = self.run.progress.seconds
            changes["curves"] = await asyncio.to_thread(self._drawing)
        return page(**changes)

    def _drawing(self) -> str:
        """Both curves; that of the hold-out is drawn again only when there is more of it."""
        measured = len(self.run.history.measurements)
        if measured != self.measured[0] or not self.measured[1]:
            self.measured = measured, psnr_curve(self.run)
        return drawing(self.run, self.measured[1])


async def ended(training: Training) -> Page:
    """When it is over: everything there is to see and to download."""
    run, kept = training.run, training.run.snapshots()
    return page(
        status=status(run, over=True),
        curves=await asyncio.to_thread(lambda: drawing(run, psnr_curve(run))),
        machine=machine(kept, len(kept) - 1) if kept else gr.skip(),
        snapshot=gr.DownloadButton("These weights", value=str(kept[-1].snapshot), visible=True) if kept else gr.skip(),
        trust=rows(run.learnt.reliability.rows) if run.learnt else NO_ROWS,
        files=gr.File(value=[str(file) for file in training.files], visible=True),
        command=_worth(run) + _command(takeaway.command_of(run)),
        train=gr.Button(interactive=True),
        stop=gr.Button(interactive=False),
        go_on=gr.Button(interactive=True),
        use=gr.Button(visible=True),
    )


def failed(problem: Exception, run: Run | None = None) -> Page:
    """When something went wrong: of a training, what was learnt until then can still be gone on from; where there is
    none, nothing of another one is left.
    """
    gone = {} if run else {"curves": "", "pictures": NO_ROWS, **_nothing_to_take()}
    return page(
        status=error(problem),
        train=gr.Button(interactive=True),
        stop=gr.Button(interactive=False),
        go_on=gr.Button(interactive=run is not None and bool(run.snapshots())),
        **gone,
    )


def status(run: Run, over: bool = False) -> str:
    """How far it is, in a bar and in words."""
    progress = run.progress
    if progress is None:
        return notes(["Reading the pairs …"])
    end = f"done after {progress.seconds:.0f} s" if over else f"{progress.eta:.0f} s left"
    words = (
        f"Step {progress.step:,} · {progress.images:,} pairs shown · {progress.images_per_second:.0f} pairs/s · {end}"
    )
    share = 1.0 if over else min(1.0, progress.seconds / run.settings.recipe.seconds)
    return f'<progress aria-label="Training" max="1" value="{share:.3f}"></progress>{notes([words])}'


def drawing(run: Run, psnr: str) -> str:
    """Both curves, the one of the PSNR drawn already."""
    loss = style.svg(curves.loss_figure(run.history), "Loss")
    return f'<div class="n2n-curves"><div>{loss}</div><div>{psnr}</div></div>'


def psnr_curve(run: Run) -> str:
    """The curve of the hold-out's PSNR."""
    return style.svg(curves.psnr_figure(run.history), "PSNR")


def _worth(run: Run) -> str:
    """What the gain is worth in exposures, beside what real averages reach, and how to read the disagreement."""
    if run.learnt is None:
        return notes(["Stopped before the last measurement was done: these are the best weights until then."])
    reliability = run.learnt.reliability
    said = [*([reliability.note] if reliability.note else []), *run.learnt.failures]
    if reliability.worth is not None:
        about = ESTIMATED if reliability.estimated else f"against the clean pictures, {MEAN}"
        gain = f"is worth the average of about {reliability.worth:.1f} of them"
        said.insert(
            0, f"One noisy shot, denoised, {gain if reliability.worth > 1 else 'is no better than it was'} ({about})."
        )
    lines = [(str(count), decibels) for count, decibels in reliability.averages]
    kind = ESTIMATED if reliability.estimated else MEAN
    return notes(said) + table(("shots averaged", f"PSNR in dB, {kind}"), lines if len(lines) > 2 else [])


def _command(command: str) -> str:
    return (
        '<p class="n2n-note">The same training on your own machine:</p>'
        f'<pre class="n2n-command" tabindex="0" aria-label="Command">{html.escape(command)}</pre>'
    )


def at(run: Run, seconds: float) -> dict[str, Any]:
    """The time machine: the pictures and the weights of the snapshot nearest to so many seconds of training."""
    kept = run.snapshots()
    place = min(range(len(kept)), key=lambda place: abs(kept[place].seconds - float(seconds)))
    weights = gr.DownloadButton(f"Weights of step {kept[place].step:,}", value=str(kept[place].snapshot))
    return {"pictures": rows(kept[place].rows), "snapshot": weights, "machine": gr.Slider(info=_moment(kept[place]))}


def machine(kept: Sequence[Preview], place: int) -> gr.Slider:
    """The time machine at one of the snapshots: its handle tells seconds of training."""
    last = max(1, round(kept[-1].seconds))
    at = round(kept[place].seconds)
    return gr.Slider(minimum=0, maximum=last, value=at, info=_moment(kept[place]), visible=len(kept) > 1)


def _moment(preview: Preview) -> str:
    return f"the same pictures after {preview.seconds:.0f} s, step {preview.step:,}"

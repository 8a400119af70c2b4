"""A view of scores: makes values for the components of the third tab."""

import html
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from n2n.measure import Verdict
from n2n.referee import Judged, Score, findings

from ..widgets.html import error, notes, table, verdicts
from ..widgets.named_components import change
from ..widgets.viewer import ViewerValue
from ..work.rows import url
from ..work.score import Scored
from .train_view import NO_ROWS

ALIGN, MATCH = "Lay them where the first shot lies", "Bring them to the range of the shots"
TICK = {"--align": ALIGN, "--match-range": MATCH}  # what does it on this page, by the option of the command line
EMPTY = (
    "Which program denoises your pictures best? Take two shots of the same thing, let any programs denoise the first, "
    "and bring it all here. The second shot, which none of them has seen, tells how good each is: no clean picture is "
    "needed."
)
COLUMNS = (
    "",
    "result",
    "PSNR ≈ dB",
    "95 % between",
    "gain, dB",
    "over the next, dB",
    "brightness, %",
    "colours, %",
    "cut off, %",
    "structure removed",
    "detail ends at",
)
LEGEND = (
    "Brightness and colours: shifts in % of white. Structure removed: how much what was removed correlates with the "
    "picture. All: as fine as the shots can tell. ? may be chance (paired bootstrap over blocks)."
)


class ScoreOutputs(NamedTuple):
    """The components that show a score; and, in a handler, their values."""

    told: Any
    panels: Any
    table: Any
    doctor: Any
    findings: Any
    shared: Any
    card: Any
    download: Any


update = partial(change, ScoreOutputs)
INTRODUCTION, AT_WORK = notes([EMPTY]), notes(["Scoring …"])


def without_score(told: str) -> ScoreOutputs:
    """The page while there is nothing to score, with what is missing."""
    return _nothing(notes([told]))


def failed(problem: Exception) -> ScoreOutputs:
    """The page after something went wrong."""
    return _nothing(error(problem))


def _nothing(told: str) -> ScoreOutputs:
    hidden = gr.update(visible=False)
    return ScoreOutputs(told, NO_ROWS, "", hidden, "", hidden, "", gr.skip())


def with_score(scored: Scored, credit: str) -> ScoreOutputs:
    """The page with a score, or only with what the doctor finds where there are no results."""
    score, card = scored.score, scored.card
    matters = findings(score.verdicts)
    faulty = any(one.level != "green" for one in matters)
    looked = [replace(one, text=f"{one.text} {_tick(one.remedy)}") if one.remedy else one for one in matters]
    named = [f"These are {score.described}.", *score.notes]
    return ScoreOutputs(
        told=_told(score, matters, credit),
        panels=_pictures(scored),
        table=_table(score),
        doctor=gr.Accordion(visible=True, open=faulty or not score.results),
        findings=notes(named) + verdicts(looked),
        shared=gr.Accordion(visible=card is not None),
        card=_image(url(card), score.ranked[0].sentence) if card else "",
        download=gr.DownloadButton(value=str(card)) if card else gr.skip(),
    )


def _pictures(scored: Scored) -> ViewerValue:
    sides = ("1", "2") if len(scored.score.ranked) > 1 else ("noisy", "1")
    return {"rows": scored.rows, "empty": "", "sides": sides}


def _told(score: Score, matters: tuple[Verdict, ...], credit: str) -> str:
    """The sentence on the best, what the score is worth, and why some have none."""
    best = f'<p class="n2n-note"><strong>{html.escape(score.ranked[0].sentence)}</strong></p>' if score.ranked else ""
    sentences = [f"“{one.name}” has no score: {refusal(one)}" for one in score.refused]
    if not score.results:
        noisy = f"The noisy shot has about {score.noisy:.1f} dB."
        sentences.append(f"{noisy} Bring what programs made of it, or tick what shall stand beside.")
    faults = [f"{one.check} ({one.figure})" for one in matters if one.level != "green"]
    if faults:
        sentences.append(f"To be taken with care, the pair doctor says why below: {', '.join(faults)}.")
    return best + notes([*sentences, *filter(None, [credit])])


def refusal(one: Judged) -> str:
    """Why a result has no score, and what to do about it on this page."""
    return f"{one.problem} {_tick(one.remedy)}" if one.remedy else f"{one.problem}."


def _tick(remedy: str) -> str:
    return f"Tick “{TICK[remedy]}”."


def _table(score: Score) -> str:
    """All results with a score, the best first."""
    lines = [_line(place, one) for place, one in enumerate(score.ranked, 1)]
    return table(COLUMNS, lines) + notes([LEGEND] if lines else [])


def _line(place: int, one: Judged) -> tuple[object, ...]:
    lead, losses, estimate = one.lead, one.losses, one.estimate
    over = f"{lead.db:.2f} ± {lead.reach:.2f}{'' if lead.sure else ' ?'}" if lead else None
    lost = (
        [f"{losses.brightness:+z.2f}".replace("-", "−"), f"{losses.colours:.2f}", f"{losses.clipped:.2f}"]
        if losses
        else [None] * 3
    )
    return (
        str(place),
        one.name,
        estimate.psnr if estimate else None,
        f"{estimate.low:.2f} and {estimate.high:.2f}" if estimate else None,
        f"{one.gain or 0:+z.2f}".replace("-", "−"),
        over,
        *lost,
        None if losses is None or losses.structure is None else f"{losses.structure:z.2f}".replace("-", "−"),
        f"{one.detail.pixels:.1f} pixels{', all' * one.detail.is_all}" if one.detail else None,
    )


def _image(source: str, words: str) -> str:
    return f'<img src="{html.escape(source)}" alt="{html.escape(words)}" width="600" height="315">'

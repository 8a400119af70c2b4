"""What came of a training, as HTML."""

import html

from n2n.measure import ESTIMATED, MEAN

from ..service import takeaway
from ..service.gain import gain_of
from ..service.runs import Run
from ..widgets.html import error, notes, table
from . import train_forecast


def told(run: Run) -> str:
    """What the picture has gained, how that is known, and how many exposures it is worth; or why it is no better."""
    if run.result is None:
        return notes(["Stopped before the last measurement was done: these are the best weights until then."])
    if causes := run.result.causes:
        why = f"This model is no better than the noisy pictures. Likely causes: {' '.join(causes)}"
        return error(why) + notes(run.result.failures)
    gain = gain_of(run)
    number = f'<p class="n2n-gain">{gain.number}<span>{gain.worth}</span></p>' if gain and gain.decibels > 0 else ""
    told = [gain.how if gain else "How much better it is cannot be told from these pictures."]
    told += train_forecast.longer(run)
    return f"<h2>Your picture, denoised</h2>{number}{notes([*told, *run.result.failures])}"


def more(run: Run) -> str:
    """What averages of real exposures reach, how to read the disagreement, and the command that repeats it."""
    command = _command(takeaway.command_for(run))
    if run.result is None:
        return command
    reliability = run.result.reliability
    lines = [(str(count), decibels) for count, decibels in reliability.averages]
    kind = ESTIMATED if reliability.estimated else MEAN
    averages = table(("shots averaged", f"PSNR in dB, {kind}"), lines if len(lines) > 2 else [])
    return notes([reliability.note] if reliability.note else []) + averages + command


def _command(command: str) -> str:
    return (
        '<p class="n2n-note">The same training on your own machine:</p>'
        f'<pre class="n2n-command" tabindex="0" aria-label="Command">{html.escape(command)}</pre>'
    )

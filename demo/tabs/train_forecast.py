"""What shorter and longer trainings would reach, as HTML."""

from n2n.training import Forecast, forecast

from .. import settings
from ..service.runs import Run
from ..widgets.html import notes, table

HEADS = ("Train for", "reaches, dB", "8 times of 10 between")


def while_at_work(run: Run) -> str:
    """A line for each time that a person may choose; nothing before the hold-out was measured twice."""
    lines = [(f"{one.seconds:g} s", f"≈ {one.likely:.1f}", _between(one)) for one in _forecasts(run)]
    if not lines:
        return ""
    ready = [f"The net '{run.ready.name}', ready-made, reaches {run.ready.psnr:.1f} dB here."] if run.ready else []
    return f"<h3>What to expect here</h3>{table(HEADS, lines)}{notes(ready)}"


def longer(run: Run) -> list[str]:
    """A sentence on what more time would have brought; none after the longest."""
    more = [one for one in _forecasts(run) if one.seconds > run.trained_seconds + 1]
    told = [f"{one.seconds:g} s to about {one.likely:.1f} dB ({_between(one)})" for one in more]
    return [f"From the beginning, it would have come in {', and in '.join(told)}."] if told else []


def _forecasts(run: Run) -> tuple[Forecast, ...]:
    if run.resumed or run.settings.start:  # its first steps are not those of a net that begins
        return ()
    return forecast(run.history, run.settings.recipe, settings.BUDGETS, run.ready.psnr if run.ready else None)


def _between(one: Forecast) -> str:
    return f"{one.low:.1f} to {one.high:.1f}"

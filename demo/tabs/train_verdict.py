"""What an upload is worth, in one line: ready, can be fixed, or will not work; and below it all that was looked at."""

import html
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from n2n.data import LOST
from n2n.measure import Verdict
from n2n.remedies import UNTREATED, Remedies

from .. import settings
from ..service.inspections import Findings
from ..widgets.html import figure, notes, table, verdicts

WORDS = {"green": "✓ Ready", "amber": "! Can be fixed:", "red": "✕ Will not work, because"}
# The checks without which nothing good can be learnt, and what their failing means. Whatever else is wrong costs some
# of the result.
FATAL = {
    "two shots": "there is one noisy shot of a scene only",
    "duplicate shots": "both shots are the same picture",
    "same scene": "the shots do not show the same scene, the same way round",
    "same channels": "one shot has its colours in another order",
    "shift": "the shots lie apart",
    "turn and scale": "one shot is turned or scaled",
    "brightness drift": "one shot is brighter than the other",
    "noise in common": "both shots have the same noise",
}
COSTLY = {
    "amount": "there is little to learn from",
    "equal sharpness": "one shot is blurred",
    "clipping": "much is cut off at black or white",
    "equal noise": "one shot looks clean",
    "noise correlated between pixels": "the noise is not independent from pixel to pixel",
}
MEASURED = ("px", "px at the corners", "% of white", "megapixels")  # units of figures that say something by themselves
REMEDIES = {"--align": "align", "--match-exposure": "match_exposure"}  # a verdict's remedy: the field of Remedies


class Judgement(NamedTuple):
    """The verdict on pairs as a whole."""

    level: str  # "green": ready, "amber": can be fixed, "red": will not work
    words: str  # what there is, or what is wrong
    remedies: Remedies = UNTREATED  # all that would be used once it is fixed; those of today where nothing can be


def judge(findings: Findings) -> Judgement:
    """The verdict of the whole pair doctor. What can be mended comes before what cannot: shots that
    lie apart look wrong in other ways, too.
    """
    used = set(findings.remedies.options)
    wanted = [one for one in findings.verdicts if one.remedy in REMEDIES and one.remedy not in used and not one.nothing]
    if wanted:
        more = {REMEDIES[one.remedy]: True for one in wanted}
        return Judgement("amber", f"{_reason(_worst(wanted))}.", replace(findings.remedies, **more))
    faults = [one for one in findings.verdicts if one.level == "red"]
    if fatal := [one for one in faults if one.check in FATAL]:
        return Judgement("red", f"{_reason(fatal[0])}.", findings.remedies)
    described = findings.description.described if findings.description else ""
    but = f", but {_reason(faults[0])}" if faults else ""
    if findings.description and findings.description.alone:
        but = f", but {LOST}"
    return Judgement("green", f"{but}: {described}.", findings.remedies)


def _worst(faults: Sequence[Verdict]) -> Verdict:
    return min(faults, key=lambda fault: fault.level != "red")


def _reason(fault: Verdict) -> str:
    """What is wrong, and by how much."""
    words = (FATAL | COSTLY).get(fault.check, f"{fault.check} was found")
    return f"{words} ({fault.figure})" if fault.unit in MEASURED else words


def verdict_html(judgement: Judgement) -> str:
    """The line itself; screen readers announce a fault."""
    role = "alert" if judgement.level == "red" else "status"
    words = html.escape(judgement.words)
    line = f"<strong>{WORDS[judgement.level]}</strong>{' ' * (judgement.level != 'green')}{words}"
    return f'<p class="n2n-verdict n2n-{judgement.level}" role="{role}">{line}</p>'


def refused(problem: Exception | str) -> str:
    """The line for files that could not even be read."""
    return f'<p class="n2n-verdict n2n-red" role="alert"><strong>✕</strong> {html.escape(str(problem))}</p>'


def title(findings: Findings) -> str:
    """What stands on the folded list: how many checks there are, and how many found something."""
    told = sum(verdict.level != "green" for verdict in findings.verdicts)
    return f"{len(findings.verdicts)} checks: {f'{told} to know of' if told else 'all fine'}"


def details(findings: Findings) -> str:
    """Everything known of an upload: what was decided while reading, how fast it is learnt from, and every check."""
    sentences = list(findings.description.notes) if findings.description else []
    if findings.speed:
        sentences.append(f"Measured on this computer: {'; '.join(map(findings.speed.describe, settings.BUDGETS))}.")
    return notes(sentences) + _healed(findings) + verdicts(findings.verdicts)


def _healed(findings: Findings) -> str:
    """The verdicts that the remedies have changed, before and after."""
    pairs = [(one, two) for one, two in zip(findings.before, findings.verdicts) if one.level != two.level]
    return table(("check", "as brought", "now"), [(one.check, figure(one), figure(two)) for one, two in pairs])

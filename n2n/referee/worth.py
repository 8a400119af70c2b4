"""What a score is worth where the pair doctor finds fault with the shots."""

from collections.abc import Sequence
from dataclasses import replace

from ..measure import Verdict

AMISS = ("same scene", "same channels", "shift", "turn and scale", "brightness drift", "equal sharpness")
# What a fault of the shots does to the score, by the doctor's check.
MEANS = {
    "same scene": "the shots do not show the same: the score is worth nothing",
    "same channels": "the shots have their channels in another order: the score is worth nothing",
    "shift": (
        "edges lie elsewhere in the second shot: every PSNR is too low, and that of sharp results most. Lay the shots "
        "on each other"
    ),
    "turn and scale": (
        "edges lie elsewhere in the second shot: every PSNR is too low, and that of sharp results most. Lay the shots "
        "on each other with n2n align; their PSNR is then doubtful, their order is not"
    ),
    "brightness drift": (
        "the second shot has another exposure: every PSNR is wrong, the order of results of about the same brightness "
        "is not. Match the shots: n2n align --match-exposure"
    ),
    "equal sharpness": "the shots are not equally sharp: blurred results, or sharp ones, are favoured",
    "clipping": "noise was cut off at black or white; PSNR is corrected for it, and may be off by some tenths of a dB",
    "noise in common": (
        "noise that both shots have counts as picture: every PSNR is too high, and results that keep that noise are "
        "favoured"
    ),
    "common columns or rows": "stripes that both shots have count as picture: results that keep them are favoured",
    "hot pixels in both shots": "hot pixels that both shots have count as picture: results that keep them are favoured",
    "dust or fixed pattern": "what the sensor adds to both counts as picture: results that keep it are favoured",
    "noise correlated between pixels": "noise is alike in neighbouring pixels: intervals are wider, the score holds",
    "equal noise": (
        "the shots are not equally noisy: every PSNR is off, too high where the second shot is the less noisy one; "
        "differences between results hold"
    ),
}


def findings(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that matter to a score; those that are not green tell what they mean for it, and its remedy."""
    return tuple(one if one.level == "green" else _meant(one) for one in verdicts if one.check in MEANS)


def _meant(fault: Verdict) -> Verdict:
    text = f"{MEANS[fault.check]}."
    return replace(fault, text=text[0].upper() + text[1:], remedy="--align" if fault.check == "shift" else "")


def worth(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """What the score is worth, a sentence for each fault of the shots; none where they are fit."""
    faults = [one for one in findings(verdicts) if one.level != "green"]
    does = {one.check: f" The option {one.remedy} does it." if one.remedy else "" for one in faults}
    return tuple(f"{one.check} ({one.level}, {one.figure}): {one.text}{does[one.check]}" for one in faults)


def tells_second(verdicts: Sequence[Verdict]) -> bool:
    """Whether noise of the second shot in a result can be told: not where the shots differ in more than noise."""
    return not any(verdict.level != "green" and verdict.check in AMISS for verdict in verdicts)

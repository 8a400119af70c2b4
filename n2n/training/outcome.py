"""Whether a training was worth it: its weights against the noisy pictures of the hold-out, and why they may not win."""

from collections.abc import Mapping

from ..data import Pairs
from ..measure import doctor

AGAINST = (("estimated", "estimated_noisy"), ("denoised", "noisy"))  # names in a header's psnr, the surer one last
LEAST = 0.05  # dB: a smaller gain is chance, such as that of the first steps of a net that hardly changes its input
FEW = 300  # steps: fewer are few for a net that starts from random weights


def gain(psnr: Mapping[str, float]) -> float | None:
    """By how many dB the weights of a header are better than the noisy pictures of the hold-out; None if unknown."""
    found = [psnr[after] - psnr[before] for after, before in AGAINST if after in psnr and before in psnr]
    return found[-1] if found else None


def no_better(psnr: Mapping[str, float]) -> bool:
    """Whether the weights are known to do no good."""
    found = gain(psnr)
    return found is not None and found < LEAST


def likely_causes(pairs: Pairs, steps: int) -> list[str]:
    """Sentences on why a training of so many steps did no good, the surest first; looks at the pairs for seconds."""
    causes = [f"{verdict.check}: {verdict.text}" for verdict in doctor.examine(pairs) if verdict.level == "red"]
    if steps < FEW:
        causes.append(f"Too few steps: {steps:,}. Train longer.")
    limits = pairs.range
    causes.append(
        f"The range of values: black is taken to be {limits.black:.6g} and white {limits.white:.6g}. If the picture "
        "lies elsewhere, say so on the command line: --range BLACK,WHITE."
    )
    return causes

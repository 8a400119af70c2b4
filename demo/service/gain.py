"""What a training has gained: by how much, how that is known, and how many exposures it is worth."""

from typing import NamedTuple

from n2n.analysis import exposures

from .runs import Run

LIKE = "the average of about {:.1f} exposures"


class Gain(NamedTuple):
    """The PSNR of the pictures held out, before and after, in dB."""

    noisy: float
    denoised: float
    interval: tuple[float, float] | None  # of 95 %, where it is estimated without clean pictures

    @property
    def decibels(self) -> float:
        """By how much it is better."""
        return self.denoised - self.noisy

    @property
    def number(self) -> str:
        """'≈ +3.9 dB'"""
        sign = "≈ " if self.interval else ""
        return f"{sign}{self.decibels:+.1f} dB".replace("-", "−")

    @property
    def worth(self) -> str:
        """'worth the average of about 2.5 exposures', or nothing."""
        count = exposures.worth(self.denoised, self.noisy)
        return f"worth {LIKE.format(count)}" if count > 1 else ""

    @property
    def how(self) -> str:
        """How it is known, as a sentence."""
        went = f"From {self.noisy:.1f} to {self.denoised:.1f} dB"
        if not self.interval:
            return f"{went}, measured against the clean pictures."
        low, high = self.interval
        return f"{went} (95 %: {low:.1f} to {high:.1f}), estimated from second shots that it did not learn from."


def gain_of(run: Run) -> Gain | None:
    """What the best weights of a run gained; None where that is not known."""
    known = run.result.header.psnr if run.result else {}
    if "denoised" in known and "noisy" in known:
        return Gain(known["noisy"], known["denoised"], None)
    found = [measured.estimated for _, _, measured in run.history.measurements if measured.estimated]
    if not found or "estimated" not in known:
        return None
    best = min(found, key=lambda estimate: abs(estimate.psnr - known["estimated"]))
    return Gain(best.noisy, best.psnr, (best.low, best.high))

"""The score of results: what was found of each, in numbers, as a table and in sentences."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ..measure import PEAK_DB, Estimate, Verdict
from .blocks import Lead, Table
from .detail import Curve, Detail
from .losses import Losses

NOTICED = 0.25  # % of white: a shift that is told
CUT, STRUCTURE = 0.1, 0.1  # % of the values, and the correlation, from which on they are told
EACH = 4  # rings from one column of the table of detail to the next
LISTED = 20  # scenes that are told one by one, at most


@dataclass(frozen=True)
class Judged:
    """What was found of a result; None or empty where it cannot be scored, for the reason given as `problem`."""

    name: str
    problem: str = ""  # why it has no score, and what to do
    code: str = ""  # the same for programs: nan, channels, shot 1, shot 2, size, crop, scene, shift, gamma, range …
    remedy: str = ""  # the option that mends it
    estimate: Estimate | None = None  # over all scenes
    gain: float | None = None  # dB over the first shot as it is
    true: float | None = None  # dB against the clean pictures, over all pixels
    lead: Lead | None = None  # over the next best
    losses: Losses | None = None
    curve: Curve | None = None
    detail: Detail | None = None
    scenes: tuple[float, ...] = ()  # estimated PSNR of each scene in dB
    maps: tuple[Table, ...] = field(default=(), repr=False)  # estimated error of each block, (rows, columns) a scene

    @property
    def sentence(self) -> str:
        """How good it is beside the next best and where it lost, or why it has no score."""
        if self.estimate is None:
            return f"{self.problem} The option {self.remedy} does it." if self.remedy else f"{self.problem}."
        return "; ".join([self._beside(), *self._faults()]) + "."

    def _beside(self) -> str:
        if self.lead is None:
            gain = f"{self.gain:+.1f}".replace("-", "−")
            return f"“{self.name}” gains {gain} dB over the noisy shot"
        if self.lead.low == self.lead.high == 0:
            return f"“{self.name}” and “{self.lead.over}” are the same, pixel by pixel"
        by = f"{self.lead.db:.2g} dB ± {self.lead.reach:.1g}"
        if not self.lead.sure:
            return f"“{self.name}” and “{self.lead.over}” do not differ beyond chance ({by})"
        return f"“{self.name}” is better than “{self.lead.over}” by {by}"

    def _faults(self) -> list[str]:
        told = []
        if self.losses:
            shift, colours, clipped = self.losses.brightness, self.losses.colours, self.losses.clipped
            if abs(shift) >= NOTICED:
                told.append(f"it is {abs(shift):.1f} % of white too {'bright' if shift > 0 else 'dark'}")
            if colours >= NOTICED:
                told.append(f"it shifted the colours by {colours:.1f} %")
            if clipped >= CUT:
                told.append(f"it cut off {clipped:.1f} % of the values at black or white")
            if (self.losses.structure or 0.0) >= STRUCTURE:
                told.append(f"it removed structure with the noise (correlation {self.losses.structure:.2f})")
        if self.detail:
            all_of_it = f"it holds all detail that the shots show, to {self.detail.seen:.1f} pixels"
            told.append(all_of_it if self.detail.is_all else f"its detail ends at {self.detail.pixels:.1f} pixels")
        return told


@dataclass(frozen=True)
class Score:
    """All results, the best first and those without a score last; and what the score is worth."""

    described: str  # the shots, in words
    scenes: tuple[str, ...]  # names
    noisy: float  # dB, estimated, of the first shots as they are
    true_noisy: float | None  # dB, against the clean pictures
    verdicts: tuple[Verdict, ...]  # of the pair doctor
    worth: tuple[str, ...]  # what its findings mean for the score
    notes: tuple[str, ...]  # what was assumed, or done to pictures
    results: tuple[Judged, ...]
    side: int  # pixels: of the blocks of the maps

    @property
    def ranked(self) -> list[Judged]:
        """The results that have a score, the best first."""
        return [one for one in self.results if one.estimate]

    @property
    def refused(self) -> list[Judged]:
        """The results that have none."""
        return [one for one in self.results if not one.estimate]

    def __str__(self) -> str:
        """What the score is worth, the tables, and a sentence for each result."""
        parts = [f"The score is to be taken with care: {one}" for one in self.worth]
        if self.ranked:
            parts += ["\n".join(lines) for lines in (self._ranks(), self._losses(), self._curves()) if lines]
            parts += ["\n".join(self._scenes())] if len(self.scenes) > 1 else []
        return "\n\n".join([*parts, "\n".join(one.sentence for one in self.results)])

    def as_json(self) -> dict[str, Any]:
        """Everything but the maps, as values for JSON."""
        values = asdict(self)
        for one in values["results"]:
            del one["maps"]
        told = [one | {"sentence": own.sentence} for one, own in zip(values["results"], self.results)]
        return values | {"results": told}

    def _ranks(self) -> list[str]:
        true = self.true_noisy is not None
        head = ("", "PSNR dB", "95 % between", "gain", "over the next", "true dB" * true)
        noisy = ("the noisy shot", _db(self.noisy), "", "", "", "" if self.true_noisy is None else _db(self.true_noisy))
        rows = [
            (
                f"{place}  {one.name}",
                _db(one.estimate.psnr),
                f"{_db(one.estimate.low)} and {_db(one.estimate.high)}",
                f"{one.gain or 0:+.2f}".replace("-", "−"),
                f"{one.lead.db:.2f} ± {one.lead.reach:.2f}{'' if one.lead.sure else ' ?'}" if one.lead else "",
                _db(one.true) if one.true is not None else "",
            )
            for place, one in enumerate(self.ranked, 1)
            if one.estimate
        ]
        lines = [f"{a:<26}{b:>9}{c:>19}{d:>8}  {e:<15}{f:>8}".rstrip() for a, b, c, d, e, f in (head, noisy, *rows)]
        unsure = any(one.lead and not one.lead.sure for one in self.ranked)
        return lines + ["?  may be chance (paired bootstrap over blocks)"] * unsure

    def _losses(self) -> list[str]:
        head = ("where it lost", "brightness", "colours", "cut off", "structure", "detail")
        rows = [
            (
                one.name,
                f"{one.losses.brightness:+.2f} %".replace("-", "−"),
                f"{one.losses.colours:.2f} %",
                f"{one.losses.clipped:.2f} %",
                "–" if one.losses.structure is None else f"{one.losses.structure:.2f}".replace("-", "−"),
                f"{one.detail.pixels:.1f} px" if one.detail else "–",
            )
            for one in self.ranked
            if one.losses
        ]
        return [f"{a:<26}{b:>11}{c:>10}{d:>10}{e:>11}{f:>10}" for a, b, c, d, e, f in (head, *rows)]

    def _curves(self) -> list[str]:
        curves = {one.name: one.curve for one in self.ranked if one.curve and one.curve.periods}
        if not curves:
            return []
        first = next(iter(curves.values()))
        places = range(len(first.periods) - 1, -1, -EACH)[::-1]
        rows = {"perfect": first.perfect} | {name: curve.result for name, curve in curves.items()}
        lines = ["correlation with the second shot, by period in pixels"]
        lines.append(f"{'':<26}" + "".join(f"{first.periods[place]:>8.1f}" for place in places))
        return lines + [
            f"{name:<26}" + "".join(f"{values[place]:>8.2f}".replace("-", "−") for place in places)
            for name, values in rows.items()
        ]

    def _scenes(self) -> list[str]:
        ranked = self.ranked
        lines = [f"{'PSNR dB by scene':<26}" + "".join(f"{one.name[:12]:>14}" for one in ranked)]
        for place, scene in enumerate(self.scenes[:LISTED]):
            lines.append(f"{scene[:25]:<26}" + "".join(f"{_db(one.scenes[place]):>14}" for one in ranked))
        means = [sum(one.scenes) / len(one.scenes) for one in ranked]
        return [*lines, f"{f'mean of {len(self.scenes)} scenes':<26}" + "".join(f"{_db(mean):>14}" for mean in means)]


def _db(psnr: float) -> str:
    """'31.24'; '–' where the error is lost in the noise."""
    return "–" if psnr >= PEAK_DB else f"{psnr:.2f}"

"""How far the result of a training can be trusted, told by second shots of scenes that were not learnt from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from n2n import Noise2Noise, Pairs
from n2n.analysis import exposures
from n2n.data import Batch
from n2n.measure import metrics
from n2n.nets import tiling

from . import display
from .display import Shown

SCENES = 2  # shown
AVERAGED = 200  # scenes whose shots are averaged, at most


@dataclass(frozen=True)
class Trust:
    """What second shots tell."""

    rows: tuple[tuple[Shown, ...], ...]  # noisy, denoised, second denoised, disagreement; average where K > 2 shots
    note: str  # how to read the disagreement
    worth: float | None  # exposures whose average is as good as one denoised; None where it is not known
    averages: tuple[tuple[int, float], ...]  # (k, PSNR in dB of the average of k shots)
    estimated: bool  # both figures, without clean pictures


def trusted(model: Noise2Noise, held: Pairs, folder: Path) -> Trust:
    """What the hold-out, and the PSNRs of it in the model's header, tell; pictures go into `folder`. Raises OSError."""
    folder.mkdir(exist_ok=True)
    some = display.middle(display.spread(held, SCENES), display.SIDE)
    scenes = display.first_pairs(some)
    both = [tuple(tiling.denoise(model.fast, shot) for shot in (pair.source, pair.target)) for pair in scenes]
    maps = [exposures.disagreement(first, second) for first, second in both]
    most = max(float(each.quantile(0.99)) for each in maps) or 1.0
    rows = []
    for place, (pair, (first, second), difference) in enumerate(zip(scenes, both, maps)):
        front = f"{place}_"
        row = [
            display.draw(folder / f"{front}noisy.png", "noisy", pair.source, pair),
            display.draw(folder / f"{front}denoised.png", "denoised", first, pair),
            display.draw(folder / f"{front}second.png", "second denoised", second, display.swapped(pair)),
            display.draw_map(folder / f"{front}disagreement.png", "disagreement", difference, most),
        ]
        if some.shots[place] > 2:
            row.append(_average(folder / f"{front}average.png", some, place, pair))
        rows.append(tuple(row))
    note = f"Black: both denoised shots agree. Bright yellow: they differ by {100 * most:.2g} % of white or more."
    averages = exposures.average_psnr(display.middle(display.spread(held, AVERAGED), display.SIDE))
    return Trust(tuple(rows), note, _worth(model.header.psnr), averages, not held.has_clean)


def _average(file: Path, pairs: Pairs, place: int, pair: Batch) -> Shown:
    """The average of all shots; its PSNR without a clean picture comes from how they scatter."""
    role, picture = f"average of {pairs.shots[place]}", exposures.average(pairs, place)
    if pair.clean is not None:
        return display.draw(file, role, picture, pair)
    psnr = exposures.average_psnr(pairs.chosen([place]))[-1][1]
    return replace(display.draw(file, role, picture, None), psnr=psnr, estimated=True)


def _worth(psnr: Mapping[str, float]) -> float | None:
    """By the PSNR against clean pictures where there are any, else by the estimate."""
    for after, before in (("denoised", "noisy"), ("estimated", "estimated_noisy")):
        if after in psnr and psnr[after] < metrics.PEAK_DB:
            return exposures.worth(psnr[after], psnr[before])
    return None

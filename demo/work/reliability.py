"""How reliable a trained net is, judged by second shots of scenes that it did not learn from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import Tensor

from n2n import Noise2Noise, Pairs
from n2n.analysis import exposures
from n2n.data import Batch
from n2n.measure import metrics
from n2n.nets import tiling

from .colour_maps import fitting
from .picture_files import PictureFile, PictureRow, PictureRows, contrast_of, swapped, write_map, write_picture
from .subsets import crop_middles, first_pairs, spread_scenes

SCENES = 2  # shown
AVERAGED = 200  # scenes whose shots are averaged, at most


@dataclass(frozen=True)
class Reliability:
    """What second shots reveal about a trained net."""

    rows: PictureRows  # noisy, denoised, second denoised, disagreement; the average too where there are K > 2 shots
    note: str  # how to read the disagreement
    worth: float | None  # exposures whose average is as good as one denoised shot; None where it is not known
    averages: tuple[tuple[int, float], ...]  # (k, PSNR in dB of the average of k shots)
    estimated: bool  # whether `worth` and `averages` were found without clean pictures


def assess(model: Noise2Noise, held: Pairs, folder: Path) -> Reliability:
    """Assesses a model on its hold-out; pictures are written to `folder`. Raises OSError."""
    folder.mkdir(exist_ok=True)
    some = crop_middles(spread_scenes(held, SCENES))
    scenes = first_pairs(some)
    denoised = [_denoise_both(model, pair) for pair in scenes]
    maps = [exposures.disagreement(first, second) for first, second in denoised]
    percent = [100 * difference for difference in maps]
    colours = fitting(np.concatenate([part.flatten().cpu().numpy() for part in percent]), "% of white")
    rows = []
    for place, (pair, both, difference) in enumerate(zip(scenes, denoised, percent)):
        row = _row(folder, place, pair, both)
        row += (write_map(folder / f"{place}_disagreement.png", "disagreement", difference, colours),)
        if some.shots[place] > 2:
            row += (_average(folder / f"{place}_average.png", some, place, pair),)
        rows.append(row)
    note = (
        "Where the disagreement is black, both denoised shots agree; where it is bright, the net took noise for detail."
    )
    averages = exposures.average_psnr(crop_middles(spread_scenes(held, AVERAGED)))
    return Reliability(tuple(rows), note, _worth(model.header.psnr), averages, not held.has_clean)


def _denoise_both(model: Noise2Noise, pair: Batch) -> tuple[Tensor, Tensor]:
    return tiling.denoise(model.fast, pair.source), tiling.denoise(model.fast, swapped(pair).source)


def _row(folder: Path, place: int, pair: Batch, denoised: tuple[Tensor, Tensor]) -> PictureRow:
    contrast = contrast_of(pair)
    return (
        write_picture(folder / f"{place}_noisy.png", "noisy", pair.source, pair, contrast),
        write_picture(folder / f"{place}_denoised.png", "denoised", denoised[0], pair, contrast),
        write_picture(folder / f"{place}_second.png", "second denoised", denoised[1], swapped(pair), contrast),
    )


def _average(file: Path, pairs: Pairs, place: int, pair: Batch) -> PictureFile:
    """The average of all shots; without a clean picture, its PSNR is estimated from how much the shots scatter."""
    role, picture = f"average of {pairs.shots[place]}", exposures.average(pairs, place)
    if pair.clean is not None:
        return write_picture(file, role, picture, pair, contrast_of(pair))
    psnr = exposures.average_psnr(pairs.chosen([place]))[-1][1]
    return replace(write_picture(file, role, picture, None, contrast_of(pair)), psnr=psnr, estimated=True)


def _worth(psnr: Mapping[str, float]) -> float | None:
    """Exposures, by the PSNR against clean pictures where there are any, else by the estimate."""
    for after, before in (("denoised", "noisy"), ("estimated", "estimated_noisy")):
        if after in psnr and psnr[after] < metrics.PEAK_DB:
            return exposures.worth(psnr[after], psnr[before])
    return None

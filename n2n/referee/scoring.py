"""The referee: results of any programs, made from the first of two shots, scored by the second one."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..data import LEAST_SIDE, Scene, Shots, gather
from ..files import DataRange, Planes, ValueRange, asked_range
from ..measure import doctor, estimate, squared_error, to_psnr
from ..reading import Entry
from . import blocks, detail, losses, rings
from .blocks import Table
from .fitness import AS_THEY_ARE, Fit, Mending, fit
from .foretold import Cells, cells_of, share_foretold
from .scoreboard import Judged, Score
from .shots import ShotPair, Unfit, Unit, Window, checked, laid_back, to_tensor
from .worth import tells_second, worth

Maker = Callable[[Planes, ValueRange], Planes]  # a shot (C, H, W) and the range of its values → a result
Pictures = Mapping[str, Unit]  # results by name, of one size
Watcher = Callable[[ShotPair, Pictures], None]  # is given each scene: its shots, and the results as they are compared


@dataclass
class Parts:
    """What the scenes add to the score of a result."""

    errors: list[estimate.BlockErrors] = field(default_factory=list)
    maps: list[Table] = field(default_factory=list)
    lost: list[losses.Sums] = field(default_factory=list)
    shells: list[rings.ResultShells] = field(default_factory=list)
    cells: list[list[Cells]] = field(default_factory=list)
    true: list[float] = field(default_factory=list)  # mean squared errors
    pixels: list[int] = field(default_factory=list)


def judge(
    entries: Sequence[Entry],
    makers: Mapping[str, Maker] | None = None,
    mending: Mending = AS_THEY_ARE,
    data_range: DataRange | None = None,
    notes: Sequence[str] = (),
    watch: Watcher | None = None,
) -> Score:
    """Scores the results of every scene, of the same names, and those that `makers` make of its first shot.

    `data_range` is white, or black and white, in the unit of the shots; `notes` are those on how files were read;
    `watch` is called once for each scene. Raises Unfit where the shots have no score.
    """
    entries, data, done = _prepared(entries, mending, data_range)
    verdicts = tuple(doctor.examine(data))
    parts: dict[str, Parts] = defaultdict(Parts)
    problems: dict[str, Unfit] = {}
    shells: list[rings.Shells] = []
    noisy, side = Parts(), blocks.side_for(int(data.sizes.prod(axis=1).sum()))
    for entry in entries:
        problems |= {name: Unfit(one.code, one.why) for name, one in entry.unread.items()}
        shots = ShotPair.of(entry.scene, data)
        made = {name: maker(entry.scene.shots[0], data.range) for name, maker in (makers or {}).items()}
        fits = _fits({**entry.results, **made}, shots, mending, problems)
        done += [note for name in entry.results if name in fits for note in fits[name].notes]
        shots, pictures = _cut_alike(fits, shots)
        if watch:
            watch(shots, pictures)
        shells.append(_measure(pictures, shots, parts, noisy, side))
    fair = tells_second(verdicts)
    judged = [_judged(name, each, rings.total(shells), fair) for name, each in parts.items() if name not in problems]
    judged += [Judged(name, str(why), why.code, why.remedy) for name, why in problems.items()]
    before = estimate.estimate(noisy.errors)
    return Score(
        described=data.described,
        scenes=tuple(entry.scene.name for entry in entries),
        noisy=before.noisy,
        true_noisy=_true(noisy),
        verdicts=verdicts,
        worth=worth(verdicts),
        notes=tuple(dict.fromkeys((*notes, *data.notes, *done))),
        results=_ranked(judged, before.noisy),
        side=side,
    )


def _prepared(
    entries: Sequence[Entry], mending: Mending, data_range: DataRange | None
) -> tuple[Sequence[Entry], Shots, list[str]]:
    """The entries with their shots laid on each other where that is allowed, the shots as a set, and what was done."""
    for entry in entries:
        _check_shots(entry.scene)
    done: list[str] = []
    if mending.align:
        entries, told = zip(*map(laid_back, entries))
        done += filter(None, told)
    data = gather([entry.scene for entry in entries], "the shots")
    return entries, data.seen_in(asked_range(data_range, data.dtype)) if data_range else data, done


def _cut_alike(fits: Mapping[str, Fit], shots: ShotPair) -> tuple[ShotPair, Pictures]:
    """Shots and results, cut to the part that all of them show."""
    window = _common([found.window for found in fits.values()], shots)
    return shots.part(window), {name: one.picture[(..., *_within(window, one.window))] for name, one in fits.items()}


def _measure(pictures: Pictures, shots: ShotPair, parts: Mapping[str, Parts], noisy: Parts, side: int) -> rings.Shells:
    """Adds what a scene tells of each result to its parts, and of its first shot to `noisy`; returns its own sums."""
    spectra = [rings.spectra(shot) for shot in shots.unbiased]
    _add(noisy, shots.first[0].numpy(), shots, side)
    for name, picture in pictures.items():
        _add(parts[name], picture, shots, side)
        parts[name].lost.append(losses.sums_of(picture, shots))
        parts[name].cells.append(cells_of(picture, shots, len(parts[name].cells)))
        parts[name].shells.append(rings.result_shells(rings.spectra(to_tensor(picture)), spectra[1]))
    return rings.shells(spectra[0], spectra[1])


def _check_shots(scene: Scene) -> None:
    first, second = scene.shots[:2]
    for what, shot in zip(("the first shot", "the second shot", "the clean picture"), scene.pictures):
        checked(shot, what)
        if (shot.shape, shot.dtype) != (first.shape, first.dtype):
            kinds = (
                f"{each.shape[2]}×{each.shape[1]} with {each.shape[0]} channels {each.dtype}" for each in (first, shot)
            )
            told = " and ".join(kinds)
            raise Unfit("shots", f"the first shot and {what.removeprefix('the ')} differ ({told}); save them alike")
    if np.array_equal(first, second):
        raise Unfit(
            "shots",
            f"both shots of '{scene.name}' are the same picture; a score needs two exposures of the same thing",
        )


def _fits(given: Mapping[str, Planes], shots: ShotPair, mending: Mending, problems: dict[str, Unfit]) -> dict[str, Fit]:
    """The results that can be scored; of others the reason is added to the `problems`."""
    fits = {}
    for name, values in given.items():
        try:
            fits[name] = fit(name, values, shots, mending)
        except Unfit as why:
            problems.setdefault(name, why)
    return fits


def _common(windows: Sequence[Window], shots: ShotPair) -> Window:
    """The part of the shots that all results show. Raises Unfit where there is none."""
    ends = [[(part.start, part.stop) for part in window] for window in windows] or [[(0, side) for side in shots.size]]
    low, high = np.array(ends)[..., 0].max(0), np.array(ends)[..., 1].min(0)
    if (high - low).min() < LEAST_SIDE:
        raise Unfit("size", "no part of the shots is in all results; score those that show another part by themselves")
    rows, columns = (slice(int(start), int(stop)) for start, stop in zip(low, high))
    return rows, columns


def _within(window: Window, outer: Window) -> Window:
    rows, columns = (slice(part.start - out.start, part.stop - out.start) for part, out in zip(window, outer))
    return rows, columns


def _add(parts: Parts, picture: Unit, shots: ShotPair, side: int) -> None:
    """Adds a result of a scene to the errors."""
    tensor = to_tensor(picture)
    parts.errors.append(estimate.block_errors(tensor, shots.first, shots.second))
    parts.maps.append(blocks.error_blocks(tensor, shots, side))
    parts.pixels.append(picture.size)
    if shots.clean is not None:
        parts.true.append(float(squared_error(tensor, shots.clean)))


def _judged(name: str, parts: Parts, shells: rings.Shells, fair: bool) -> Judged:
    """The score of a result; `fair`: whether noise of the second shot in it can be told."""
    found = rings.total_of_results(parts.shells)
    if fair and (share := share_foretold(parts.cells)):
        return Judged(
            name,
            f"'{name}' holds noise of the second shot: it foretells {100 * share:.0f} % of it, and what is made from "
            "the first shot alone can foretell none. That is not allowed, since the second shot is the measure. Make "
            "it from the first shot alone, or bring a third shot as the second one",
            "not allowed",
        )
    curve = detail.curve_of(found, shells)
    return Judged(
        name,
        estimate=estimate.estimate(parts.errors),
        true=_true(parts),
        losses=losses.losses_of(parts.lost),
        curve=curve,
        detail=detail.detail_of(curve),
        scenes=tuple(estimate.estimate([errors]).psnr for errors in parts.errors),
        maps=tuple(parts.maps),
    )


def _true(parts: Parts) -> float | None:
    """The PSNR against the clean pictures over all pixels, in dB."""
    return float(to_psnr(float(np.average(parts.true, weights=parts.pixels)))) if parts.true else None


def _ranked(judged: Sequence[Judged], noisy: float) -> tuple[Judged, ...]:
    """The results by their estimated error, each with its lead over the next and its gain; those without one last."""
    errors = {one.name: np.concatenate([part.ravel() for part in one.maps]) for one in judged if one.maps}
    scored = sorted((one for one in judged if one.estimate), key=lambda one: _order(one, errors))
    ranked = [
        replace(
            one,
            gain=one.estimate.psnr - noisy if one.estimate else None,
            lead=blocks.lead(one.name, other.name, errors) if other else None,
        )
        for one, other in zip(scored, [*scored[1:], None])
    ]
    return (*ranked, *(one for one in judged if not one.estimate))


def _order(one: Judged, errors: Mapping[str, Table]) -> tuple[float, float]:
    """The best first; of those whose error is lost in the noise, by their blocks."""
    return -one.estimate.psnr if one.estimate else 0.0, float(errors[one.name].mean())

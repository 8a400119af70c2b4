"""Experiment 3: what happens when an assumption of Noise2Noise is broken, and does the pair doctor see it?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from n2n import Pairs
from n2n.analysis import MARGIN, WAYS, Learner, Stacks, broken_pairs
from n2n.measure import Measurement, Verdict, doctor
from n2n.training import named_recipe

from ..work.picture_files import write_pair
from ..work.subsets import first_pairs, spread_scenes
from . import claims, material
from .claims import Gap
from .experiment import SEED, Amount, Choice, Experiment, Screen, Value, always, budget
from .race import ROWS, Standing, race

SIDE = 48  # pixels
SCENES, HELD = 500, 64
GOOD, BROKEN, TAUGHT = "good pairs", "broken pairs", "clean target"
NOT_BROKEN = (
    "No assumption of Noise2Noise is broken here: noise may be alike from pixel to pixel, as long as it is not in both "
    "shots. The third net shows what clean targets would do for it.",
)
MOST = "100 % is " + "; ".join(f"{way.most:g} {way.unit}" for way in WAYS.values()) + "."
THIRD = (("none", "none"), ("broken shots, clean targets", "clean"))


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """What the pair doctor says of the broken pairs; then the trainings, a screen after each look at them."""
    key, seed = str(chosen["way"]), int(chosen["seed"])
    way, amount = WAYS[key], WAYS[key].amount(float(chosen["much"]))
    yield Screen("The pair doctor looks at the broken pairs.", share=0.0)
    clean = (material.learnt, SCENES, seed), (material.measured, HELD, seed + 1)
    learnt, held = (broken_pairs.broken(_pictures(*which), key, amount, which[-1]) for which in clean)
    verdicts = tuple(doctor.examine(broken_pairs.to_pairs(learnt, BROKEN)))
    said = word_of(verdicts)
    notes = (
        f"{way.words}: {amount:.3g} {way.unit}.",
        str(broken_pairs.noise_statistics(learnt)),
        *NOT_BROKEN * (not way.breaks),
    )
    some = first_pairs(spread_scenes(broken_pairs.to_pairs(held, BROKEN), ROWS))
    rows = tuple(write_pair(folder, place, pair, "noisy") for place, pair in enumerate(some))
    yield Screen(f"The pair doctor says before any training: {said}.", "", rows, notes, verdicts, 0.0)
    if stop():
        return
    learners, theirs = _learners(learnt, held, chosen, third=chosen["third"] == "clean" or not way.breaks)
    for standing in race(learners, theirs, folder, stop):
        told = *notes, *(_estimate(name, standing.measured[name]) for name in (BROKEN, GOOD))
        headline = f"{_gap(standing)} The pair doctor had said: {said}."
        yield Screen(headline, standing.figure, standing.rows, told, verdicts, standing.share)


def _pictures(cut: Callable[..., Pairs], scenes: int, seed: int) -> np.ndarray:
    """Clean ones, (N, C, H, W), with the margin that `broken` cuts off."""
    return cut("gaussian:25", seed=seed, side=SIDE + 2 * MARGIN, scenes=scenes).scenes.clean


def _learners(
    learnt: Stacks, held: Stacks, chosen: Mapping[str, Value], third: bool
) -> tuple[list[Learner], list[Pairs]]:
    """Nets that start alike, and other pictures with noise like its own to measure each on; the third learns from the
    broken first shots and clean targets.
    """
    seed = int(chosen["seed"])
    settings = named_recipe("fast", seconds=float(chosen["seconds"]), evaluations=1, seed=seed)
    broken = [broken_pairs.to_pairs(shots, BROKEN) for shots in (learnt, held)]
    good = [
        broken_pairs.to_pairs(broken_pairs.good(shots.clean, seed + i), GOOD) for i, shots in enumerate((learnt, held))
    ]
    learners, theirs = (
        [Learner.fresh(BROKEN, broken[0], settings), Learner.fresh(GOOD, good[0], settings)],
        [broken[1], good[1]],
    )
    if third:
        learners.append(Learner.fresh(TAUGHT, broken[0], replace(settings, clean_targets=True)))
        theirs.append(broken[1])
    return learners, theirs


def word_of(verdicts: Sequence[Verdict]) -> str:
    """The worst that the pair doctor found, the first of several: 'shift, 1.85 px'."""
    order = ("red", "amber")
    wrong = sorted((found for found in verdicts if found.level in order), key=lambda found: order.index(found.level))
    return f"{wrong[0].check}, {wrong[0].value:.3g} {wrong[0].unit}" if wrong else "nothing wrong"


def _gap(standing: Standing) -> str:
    """How far the broken pairs are from the good ones; and the net with clean targets, where it runs."""
    if not standing.steps:
        return "All nets start from the same random weights."
    if standing.early:
        return f"{claims.early(standing.steps, standing.share >= 1)}."
    after = f"After {claims.counted(standing.steps)}"
    told = f"{after} the net with broken pairs is {_apart(standing.ahead(BROKEN, GOOD))} the good one"
    if TAUGHT in standing.measured:
        told += f"; with clean targets instead, {_apart(standing.ahead(TAUGHT, GOOD))} it"
    return f"{told}."


def _apart(gap: Gap) -> str:
    if not gap.sure:
        return f"within {abs(gap.value) + gap.doubt:.2f} dB of"
    return f"{gap.told()} dB {'behind' if gap.value < 0 else 'ahead of'}"


def _estimate(name: str, found: Measurement) -> str:
    """What the two shots alone would make one believe, and the truth."""
    return (
        f"{name.capitalize()}: estimated without clean pictures {found.estimated.psnr:.1f} dB, in truth "
        f"{found.denoised.psnr_pooled:.1f} dB, pooled over all pixels."
    )


EXPERIMENT = Experiment(
    key="break",
    title="Break it",
    question="What if the two shots are not what Noise2Noise needs?",
    words=(
        "Noise2Noise needs two shots of the very same scene, whose noise is independent and zero on average. One net "
        "learns from such pairs and one from pairs with a single thing wrong, each measured on other photographs with "
        "noise like its own."
    ),
    controls=(
        Choice("way", "Break it", tuple((way.words, key) for key, way in WAYS.items()), "shift"),
        Amount("much", "How much, in %", 0, 100, 5, 50, MOST),
        Choice("third", "A third net beside them", THIRD, "none"),
        budget(20, 10, 60),
        SEED,
    ),
    work=work,
    trains=always,
)

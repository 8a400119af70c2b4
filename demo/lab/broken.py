"""Experiment 3: what happens when an assumption of Noise2Noise is broken, and does the pair doctor notice?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from n2n import Pairs
from n2n.analysis import MARGIN, WAYS, Learner, Stacks, broken_pairs
from n2n.measure import Measurement, Verdict, doctor
from n2n.training import named_recipe

from ..work.picture_files import write_pair
from ..work.subsets import first_pairs, spread_scenes
from . import claims
from .claims import Gap
from .experiment import SEED, Amount, Answer, Choice, Experiment, Screen, Value, always, budget
from .material import LEARNT, MEASURED, clean_pictures
from .race import ROWS, Standing, against_clean, run_race

SIDE = 48  # pixels
SCENES, HELD = 500, 64
GOOD, BROKEN, TAUGHT = "good pairs", "broken pairs", "clean target"
SOUND = "nothing wrong"
ALIKE = 0.5  # dB: a difference that is certainly no larger counts as none
NOT_BROKEN = (
    "No assumption of Noise2Noise is broken here: noise may be alike from pixel to pixel, as long as it is not in both "
    "shots. The third net shows what clean targets would do for it.",
)
MOST = "100 % is " + "; ".join(f"{way.most:g} {way.unit}" for way in WAYS.values()) + "."
THIRD = (("none", "none"), ("broken shots, clean targets", "clean"))


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """Examines the broken pairs with the pair doctor, then trains; a screen after each measurement."""
    key, seed = str(chosen["way"]), int(chosen["seed"])
    way, amount = WAYS[key], WAYS[key].amount(float(chosen["much"]))
    yield Screen("The pair doctor looks at the broken pairs.", share=0.0)
    side = SIDE + 2 * MARGIN  # `broken` cuts the margin off
    clean_learnt = clean_pictures(LEARNT, side, SCENES, seed)
    clean_held = clean_pictures(MEASURED, side, HELD, seed + 2)
    learnt = broken_pairs.broken(clean_learnt, key, amount, seed)
    held = broken_pairs.broken(clean_held, key, amount, seed + 1)
    verdicts = tuple(doctor.examine(broken_pairs.to_pairs(learnt, BROKEN)))
    diagnosis = worst_finding(verdicts)
    notes = (
        f"{way.words}: {amount:.3g} {way.unit}.",
        str(broken_pairs.noise_statistics(learnt)),
        *NOT_BROKEN * (not way.breaks),
    )
    previews = first_pairs(spread_scenes(broken_pairs.to_pairs(held, BROKEN), ROWS))
    rows = tuple(write_pair(folder, place, pair, "noisy") for place, pair in enumerate(previews))
    yield Screen(f"The pair doctor says before any training: {diagnosis}.", "", rows, notes, verdicts, 0.0)
    if stop():
        return
    learners, hold_outs = _learners(learnt, held, chosen, third=chosen["third"] == "clean" or not way.breaks)
    for standing in run_race(learners, hold_outs, folder, stop):
        estimates = (_estimate(name, standing.measured[name]) for name in (BROKEN, GOOD))
        headline = f"{_gap(standing)} The pair doctor had said: {diagnosis}."
        shown = headline, standing.figure, standing.rows, (*notes, *estimates), verdicts, standing.share
        yield Screen(*shown, answer=answer(standing, verdicts))


def _learners(
    learnt: Stacks, held: Stacks, chosen: Mapping[str, Value], third: bool
) -> tuple[list[Learner], list[Pairs]]:
    """Nets that start alike, and for each a hold-out with noise like its own; the third net learns from the broken
    first shots and clean targets.
    """
    seed = int(chosen["seed"])
    settings = named_recipe("fast", seconds=float(chosen["seconds"]), evaluations=1, seed=seed)
    broken = [broken_pairs.to_pairs(shots, BROKEN) for shots in (learnt, held)]
    good = [
        broken_pairs.to_pairs(broken_pairs.good(shots.clean, seed + i), GOOD) for i, shots in enumerate((learnt, held))
    ]
    learners = [Learner.fresh(BROKEN, broken[0], settings), Learner.fresh(GOOD, good[0], settings)]
    hold_outs: list[Pairs] = [broken[1], good[1]]
    if third:
        learners.append(Learner.fresh(TAUGHT, broken[0], replace(settings, clean_targets=True)))
        hold_outs.append(broken[1])
    return learners, hold_outs


def worst_finding(verdicts: Sequence[Verdict]) -> str:
    """The worst verdict of the pair doctor, or the first of several: 'shift, 1.85 px'."""
    levels = ("red", "amber")
    wrong = sorted((found for found in verdicts if found.level in levels), key=lambda found: levels.index(found.level))
    return f"{wrong[0].check}, {wrong[0].value:.3g} {wrong[0].unit}" if wrong else SOUND


def _gap(standing: Standing) -> str:
    """How the nets compare: the one with broken pairs to the good one, and the one with clean targets, if any."""
    if not standing.steps:
        return "All nets start from the same random weights."
    if standing.early:
        return f"{claims.too_early(standing.steps, standing.share >= 1)}."
    after = f"After {claims.step_count(standing.steps)}"
    headline = f"{after} the net with broken pairs is {_comparison(standing.ahead(BROKEN, GOOD))}"
    if TAUGHT in standing.measured:
        headline += f"; with clean targets instead, it is {_comparison(standing.ahead(TAUGHT, GOOD))}"
    return f"{headline}."


def answer(standing: Standing, verdicts: Sequence[Verdict]) -> Answer | None:
    """Whether the broken pairs teach worse, and whether that could be foreseen; None where that cannot be told."""
    if standing.share < 1 or standing.early:
        return None
    gap, diagnosis = standing.ahead(BROKEN, GOOD), worst_finding(verdicts)
    if abs(gap.value) + gap.uncertainty <= ALIKE:
        return Answer(f"It learns just as well: the difference is {gap} dB.", "alike")
    if gap.value > 0 or not gap.significant:
        return None
    if diagnosis == SOUND:
        return Answer(f"It learns worse, by {gap} dB, and the pairs themselves show nothing of it.", "unseen")
    return Answer(f"It learns worse, by {gap} dB, and the pairs themselves had shown it: {diagnosis}.", "seen")


def _comparison(gap: Gap) -> str:
    """'1.20 ± 0.15 dB behind the good one'."""
    if not gap.significant:
        return f"neither clearly behind the good one nor ahead of it (the gap is {gap} dB)"
    return f"{gap} dB {'behind' if gap.value < 0 else 'ahead of'} the good one"


def _estimate(name: str, found: Measurement) -> str:
    """The PSNR that the two shots alone suggest, and the true one."""
    estimated, denoised = found.estimated, against_clean(found.denoised)
    if estimated is None:
        raise ValueError("an experiment measures on pairs of shots; these have no second shot")
    return (
        f"{name.capitalize()}: estimated without clean pictures {estimated.psnr:.1f} dB, in truth "
        f"{denoised.psnr_pooled:.1f} dB, pooled over all pixels."
    )


EXPERIMENT = Experiment(
    key="break",
    title="Break it",
    question="What if the two shots are not what Noise2Noise needs?",
    words=(
        "Noise2Noise needs two shots of the very same scene, whose noise is independent and zero on average. One net "
        "learns from such pairs and one from pairs with a single thing wrong."
    ),
    why=(
        "A net learns whatever the second shot shows on average: a shift as a blur, noise that both shots share as "
        "part of the picture. The pair doctor compares the shots before anything is learnt; what is wrong in both "
        "alike, such as a bias, no pair can show."
    ),
    poll=(
        ("It learns just as well", "alike"),
        ("Worse, and the pairs show it", "seen"),
        ("Worse, and nobody can tell", "unseen"),
    ),
    recorded={"seconds": "60"},
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

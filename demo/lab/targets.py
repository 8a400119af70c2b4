"""Experiment 1: who wins, the net that learns from clean targets or the one that learns from noisy ones?"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import mean

from n2n.analysis import Learner
from n2n.data import MOST_SHOTS
from n2n.training import named_recipe

from . import claims, material
from .experiment import SEED, Amount, Answer, Choice, Experiment, Screen, Value, always, budget
from .race import Standing, run_race

NOISE = "pixelate:8"  # the course's
CLEAN, NOISY = "clean target", "noisy target"
THIRD = {"none": "", "one": "one noisy pair", "fresh": "fresh noise"}  # the third learner
SEEDS = 3
ALIKE = 0.5  # dB: where clean targets are certainly ahead by no more than that, noisy ones are as good
START = "Both nets start from the same random weights."


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """Trains both nets, and the third if any; a screen after each measurement."""
    seed, copies = int(chosen["seed"]), int(chosen["copies"])
    yield Screen(START, share=0.0)
    seeds = [seed + place for place in range(SEEDS if chosen["seeds"] == "three" else 1)]
    data = material.pairs_to_learn(NOISE, copies, seed)
    learners = []
    for number in seeds:
        settings = named_recipe("fast", seconds=float(chosen["seconds"]), evaluations=1, seed=number)
        clean = named_recipe("fast", seconds=float(chosen["seconds"]), evaluations=1, seed=number, clean_targets=True)
        learners += [
            Learner.fresh(_named(NOISY, number, seeds), data, settings),
            Learner.fresh(_named(CLEAN, number, seeds), data, clean),
        ]
    if chosen["third"] != "none" and len(seeds) == 1:
        learners.append(_third(str(chosen["third"]), seed, float(chosen["seconds"])))
    held = [material.pairs_to_measure(NOISE, seed=seed)] * len(learners)
    for standing in run_race(learners, held, folder, stop):
        shown = standing.figure, standing.rows
        yield Screen(_headline(standing, seeds), *shown, share=standing.share, answer=answer(standing, seeds))


def _third(kind: str, seed: int, seconds: float) -> Learner:
    """A net that sees the same noisy pair of a scene each time, or never the same noise twice."""
    data = material.pairs_to_learn(NOISE, 2, seed) if kind == "one" else material.fresh_noise(NOISE)
    return Learner.fresh(THIRD[kind], data, named_recipe("fast", seconds=seconds, evaluations=1, seed=seed))


def _named(kind: str, seed: int, seeds: list[int]) -> str:
    return kind if len(seeds) == 1 else f"{kind.split()[0]}, seed {seed}"


def _headline(standing: Standing, seeds: list[int]) -> str:
    """By how many dB clean targets are ahead of noisy ones; with three seeds, whether all agree."""
    if not standing.steps:
        return START
    if standing.early:
        return f"{claims.too_early(standing.steps, standing.share >= 1)}."
    gaps = [standing.ahead(_named(CLEAN, seed, seeds), _named(NOISY, seed, seeds)) for seed in seeds]
    after, values = f"After {claims.step_count(standing.steps)} each", [gap.value for gap in gaps]
    if len(gaps) > 1:
        winner = _winner(values[0]) if len({value > 0 for value in values}) == 1 else "neither is always ahead"
        spread = f"{mean(values):+.2f} dB on average of three seeds, from {min(values):+.2f} to {max(values):+.2f} dB"
        return f"{after}, {winner}: {spread}."
    if gaps[0].significant:
        return f"{after}, {_winner(values[0])} by {gaps[0]} dB."
    return f"{after}, neither is ahead: the gap is {gaps[0]} dB."


def answer(standing: Standing, seeds: list[int]) -> Answer | None:
    """Whether clean targets teach better; None where that cannot be told."""
    if standing.share < 1 or standing.early:
        return None
    gaps = [standing.ahead(_named(CLEAN, seed, seeds), _named(NOISY, seed, seeds)) for seed in seeds]
    if all(abs(gap.value) + gap.uncertainty <= ALIKE for gap in gaps):
        largest = max(gaps, key=lambda gap: abs(gap.value))
        return Answer(f"No: noisy targets teach as well, the difference is {largest} dB.", "alike")
    if not all(gap.significant and gap.value * gaps[0].value > 0 for gap in gaps):
        return None
    by = min(gaps, key=lambda gap: abs(gap.value))
    if gaps[0].value > 0:
        return Answer(f"Yes, so far: the net with clean targets is ahead by {by} dB.", "clean")
    return Answer(f"No: here the net with noisy targets is even ahead, by {by} dB.", "noisy")


def _winner(gap: float) -> str:
    return "clean targets are ahead" if gap > 0 else "noisy targets are ahead"


EXPERIMENT = Experiment(
    key="targets",
    title="Clean or noisy?",
    question="Does a network learn better when somebody shows it the clean picture?",
    words=(
        "Both nets start alike and see the same noisy pictures; one is corrected with clean pictures, the other with "
        "noisy ones."
    ),
    why=(
        "Noise in the target pulls every step somewhere else, but the average of the pulls points at the clean picture."
    ),
    poll=(("Yes, clearly better", "clean"), ("No, about as well", "alike"), ("Noisy targets even teach more", "noisy")),
    recorded={"seconds": "60"},
    controls=(
        budget(20, 10, 60),
        Amount("copies", "Noisy copies of each scene", 2, MOST_SHOTS, 1, 2),
        Choice(
            "third",
            "A third net beside them",
            (
                ("none", "none"),
                ("always the same noisy pair of each scene", "one"),
                ("fresh noise every time", "fresh"),
            ),
            "none",
        ),
        Choice("seeds", "How often", (("once", "one"), ("with three seeds, to see the spread", "three")), "one"),
        SEED,
    ),
    work=work,
    trains=always,
)

"""What experiments learn from and are measured on: cut from the photographs that come along."""

from n2n import Pairs, make, noise, pairs
from n2n.scenes import SHOT_ROLES, StackedScenes

LEARNT, MEASURED = "course-samples", "more-samples"  # photographs: none is in both
SIDE = 32  # pixels, of the course's pictures
SCENES, HELD = 1000, 200


def learnt(kind: str, shots: int = 2, seed: int = 0, side: int = SIDE, scenes: int = SCENES) -> Pairs:
    """Scenes with so many noisy shots each (at most 8), and their clean pictures. `kind`: noise such as gaussian:25."""
    return _made(LEARNT, kind, shots, seed, side, scenes)


def measured(kind: str, shots: int = 2, seed: int = 0, side: int = SIDE, scenes: int = HELD) -> Pairs:
    """The same of other photographs, to measure on."""
    return _made(MEASURED, kind, shots, seed + 1, side, scenes)


def fresh(kind: str) -> Pairs:
    """The photographs to learn from, whose noise is drawn anew each time one is shown."""
    return pairs.read(LEARNT, noise=noise.parse(kind))


def _made(photographs: str, kind: str, shots: int, seed: int, side: int, scenes: int) -> Pairs:
    read = pairs.read(photographs, noise=noise.parse(kind))
    arrays = make.make_pairs(read, scenes, side, shots=shots, clean=True, seed=seed)
    stacks = [arrays[role] for role in SHOT_ROLES[:shots]]
    return pairs.gather(StackedScenes(stacks, arrays["clean"]), f"{kind} on {photographs}")

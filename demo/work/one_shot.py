"""One picture alone: it is learnt from by its own pixels, which costs detail."""

from dataclasses import replace

import numpy as np

from n2n import Pairs, Recipe
from n2n.data import LOST, NEIGHBOURS
from n2n.measure import Verdict
from n2n.training import named_recipe

from .reliability import Reliability

VERDICT = Verdict("two shots", "amber", 1.0, "shot of a scene", f"{LOST[0].upper()}{LOST[1:]}.")
TOLD = "One shot alone does not tell how good this is; under Score, a second one that it did not learn from does."
UNMEASURED = Reliability((), TOLD, None, (), True)


def is_alone(data: Pairs) -> bool:
    """Whether the data are one shot of one scene, and no clean picture."""
    return len(data) == 1 and int(np.max(data.shots)) == 1 and not data.has_clean


def recipe_for(data: Pairs, chosen: Recipe) -> Recipe:
    """The recipe with which one picture alone is learnt from; for pairs, the one that was chosen."""
    if not is_alone(data):
        return chosen
    method = named_recipe(chosen.name, method=NEIGHBOURS)
    return replace(chosen, method=method.method, hold_out=method.hold_out)

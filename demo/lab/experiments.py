"""All experiments, in the order of a lesson."""

from . import broken, centres, exposures, gaze, guess, numbers, targets

MODULES = (targets, centres, broken, exposures, gaze, guess, numbers)
EXPERIMENTS = {module.EXPERIMENT.key: module.EXPERIMENT for module in MODULES}
FIRST = next(iter(EXPERIMENTS))

"""All experiments, in the order of a lesson."""

from . import averages, broken, exposures, guess, influence, numbers, targets

MODULES = (targets, averages, broken, exposures, influence, guess, numbers)
EXPERIMENTS = {module.EXPERIMENT.key: module.EXPERIMENT for module in MODULES}
FIRST = next(iter(EXPERIMENTS))

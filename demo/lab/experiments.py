"""All experiments, in the order of a lesson."""

from . import averages, broken, exposures, follow, guess, influence, numbers, targets

MODULES = (targets, averages, broken, exposures, influence, guess, numbers, follow)
EXPERIMENTS = {module.EXPERIMENT.key: module.EXPERIMENT for module in MODULES}
LIVE = [key for key, experiment in EXPERIMENTS.items() if experiment.live]
FIRST = next(iter(EXPERIMENTS))

"""All experiments, in the order of a lesson."""

from . import targets

EXPERIMENTS = {experiment.key: experiment for experiment in (targets.EXPERIMENT,)}
FIRST = next(iter(EXPERIMENTS))

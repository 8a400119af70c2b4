"""The precision of a training, which stays as it began."""

import pytest
import torch

from n2n.nets import resolved
from n2n.training.precision import common_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("chosen", "before", "expected"),
    [("auto", "fp32", "fp32"), ("bf16", "fp32", "bf16"), ("fp32", "bf16", "fp32"), ("bf16", None, "bf16")],
)
def test_a_training_goes_on_in_the_precision_it_had_unless_another_is_chosen(chosen, before, expected):
    assert common_precision(chosen, before, CPU) == expected


@pytest.mark.parametrize("before", [None, "auto"])
def test_what_is_left_open_becomes_the_faster_one(before):
    assert common_precision("auto", before, CPU) == resolved("auto", CPU)


def test_a_machine_without_bf16_goes_on_in_the_precision_that_it_has():
    assert common_precision("auto", "bf16", torch.device("meta")) == "fp32"

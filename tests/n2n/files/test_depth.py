"""The type of the pixels of a result."""

import numpy as np
import pytest

from n2n.files import Picture, ValueRange, depth_for, depth_note, steps_in_use
from n2n.files.depth import Depth

COUNTS, PHOTO = 14.0, 230.0  # steps in use


def everything(dtype):
    return True


def nothing_finer(dtype):
    return dtype == np.uint8


@pytest.mark.parametrize(
    "asked, dtype, steps, fits, expected",
    [
        (None, "uint8", PHOTO, everything, "uint8"),
        (None, "uint8", COUNTS, everything, "float32"),
        (None, "uint8", COUNTS, lambda dtype: dtype.kind == "u", "uint16, times 257"),
        (None, "uint8", COUNTS, nothing_finer, "uint8"),
        (None, "uint16", COUNTS, everything, "float32"),
        (None, "float64", COUNTS, everything, "float64"),
        ("same", "uint8", COUNTS, everything, "uint8"),
        ("16", "uint8", PHOTO, everything, "uint16, times 257"),
        ("float", "int16", PHOTO, nothing_finer, "float32"),
    ],
)
def test_a_result_is_written_as_it_was_unless_that_is_too_coarse_or_another_is_asked_for(
    asked, dtype, steps, fits, expected
):
    assert str(depth_for(asked, np.dtype(dtype), steps, fits)) == expected


def test_steps_are_counted_among_the_values_in_use(rng):
    counts = rng.poisson(5, (64, 64, 1)).astype(np.uint8)
    assert 4 <= steps_in_use(counts, ValueRange(0, 255)) <= 16
    assert steps_in_use(counts.astype(np.float32), ValueRange(0, 1)) == np.inf


def test_a_coarse_source_is_told():
    assert "written as float32" in depth_note(Depth(np.dtype(np.float32)), np.dtype(np.uint8), COUNTS)
    assert "rounded away" in depth_note(Depth(np.dtype(np.uint8)), np.dtype(np.uint8), COUNTS)
    assert depth_note(Depth(np.dtype(np.uint8)), np.dtype(np.uint8), PHOTO) is None


@pytest.mark.parametrize("depth, opaque", [(Depth(np.dtype(np.uint16), 257), 65535), (Depth(np.dtype(np.float32)), 1)])
def test_alpha_has_the_depth_of_the_pixels(depth, opaque):
    picture = Picture(np.zeros((2, 2, 1), np.uint8), np.full((2, 2), 255, np.uint8))
    alpha = depth.holding(picture, np.zeros((2, 2, 1), depth.dtype)).alpha
    assert alpha.dtype == depth.dtype and (alpha == opaque).all()

"""The range of values, learnt from pixels."""

import numpy as np
import pytest

from n2n.files import ValueRange, pixel_range, range_of
from n2n.files.learnt_range import in_words


def ramp(dtype, low, high):
    """One plane of 64×64 pixels with values from `low` to `high`."""
    return np.linspace(low, high, 4096).astype(dtype).reshape(1, 64, 64)


@pytest.mark.parametrize(
    "dtype, high, white",
    [
        ("uint8", 3, 255),
        ("uint16", 255, 255),
        ("uint16", 300, 511),
        ("uint16", 1000, 1023),
        ("uint16", 4095, 4095),
        ("uint16", 65535, 65535),
        ("float16", 1.3, 1),
        ("float32", 1, 1),
        ("float64", 300, 255),
    ],
)
def test_usual_values_have_the_white_of_their_kind(dtype, high, white):
    assert range_of(ramp(dtype, 0, high)) == ValueRange(0, white)


@pytest.mark.parametrize(
    "dtype, low, high",
    [
        ("uint16", 32000, 33000),
        ("int16", -1000, 3000),
        ("float32", -3, 3),
        ("float32", 1 - 1e-4, 1 + 1e-4),
        ("float32", 0, 2e6),
        ("float64", 0, 1e-4),
        ("float32", 0, 20),
    ],
)
def test_values_in_any_other_unit_have_the_range_that_they_fill(dtype, low, high):
    found = range_of(ramp(dtype, low, high))
    assert (found.black, found.white) == pytest.approx((low, high), abs=0.02 * (high - low))


def test_hot_and_dead_pixels_and_a_hot_column_do_not_move_the_range(rng):
    cool = rng.normal(1000, 200, (1, 128, 128)).astype(np.uint16)
    spoilt = cool.copy()
    spoilt[0, 10, 10], spoilt[0, :, 40], spoilt[0, 50, 3:5] = 65535, 60000, 0
    assert range_of(spoilt) == range_of(cool) == ValueRange(0, 2047)


def test_bright_spots_do_move_it():
    dark = ramp(np.uint16, 0, 90)
    dark[0, 20:28, 20:28] = 4000
    assert range_of(dark) == ValueRange(0, 4095)


@pytest.mark.parametrize(
    "low, high, kept",
    [(0, 1500, True), (0, 200, True), (-900, 3000, True), (0, 1, False), (0, 9000, False), (-3000, 900, False)],
)
def test_the_range_that_weights_learnt_holds_for_values_in_its_unit(low, high, kept):
    learnt = ValueRange(-200, 1600)
    assert (range_of(ramp(np.float32, low, high), learnt=learnt) == learnt) is kept


def test_the_range_of_a_picture_is_that_of_its_planes(rng):
    planes = rng.normal(0, 50, (3, 20, 30)).astype(np.float32)
    assert pixel_range(planes.transpose(1, 2, 0)) == range_of(planes)


@pytest.mark.parametrize("dtype", [bool, np.int64])
def test_a_type_without_a_range_is_refused_by_name(dtype):
    with pytest.raises(ValueError, match=f"pixels are {np.dtype(dtype)}; allowed: uint8"):
        range_of(np.ones((1, 8, 8), dtype))


@pytest.mark.parametrize(
    "limits, dtype, above, words",
    [
        ((0, 255), np.uint8, 0, ""),
        ((0, 4095), np.uint16, 1, "12 bits in use; 1 pixel above"),
        ((0, 1023), np.uint16, 0, "10 bits in use"),
        ((0, 1), np.float32, 0, "white at 1"),
        ((-1000, 2500.5), np.float32, 9, "black at -1000, white at 2500.5"),
    ],
)
def test_what_was_assumed_is_said(limits, dtype, above, words):
    assert in_words(ValueRange(*limits), np.dtype(dtype), above) == words

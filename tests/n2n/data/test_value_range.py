"""The range of values: learnt from pixels, and the way of values to a net and back."""

import numpy as np
import pytest
import torch

from n2n.data import EIGHT_BITS, ValueRange, range_of, to_pixels, to_tensor


@pytest.mark.parametrize(
    "dtype, maximum, white",
    [
        ("uint8", 3, 255),
        ("uint16", 0, 255),
        ("uint16", 255, 255),
        ("uint16", 256, 511),
        ("uint16", 1000, 1023),
        ("uint16", 4095, 4095),
        ("uint16", 4096, 8191),
        ("uint16", 65535, 65535),
        ("float16", 1.3, 1),
        ("float32", 4, 1),
        ("float32", 4.1, 255),
        ("float64", 300, 255),
        ("float64", 1021, 65535),
    ],
)
def test_the_value_of_white_follows_type_and_maximum(dtype, maximum, white):
    assert range_of(np.linspace(0, maximum, 64).astype(dtype).reshape(1, 8, 8)) == ValueRange(0, white)


@pytest.mark.parametrize("dtype", [bool, np.int64])
def test_a_type_without_a_white_is_refused_by_name(dtype):
    with pytest.raises(ValueError, match=f"pixels are {np.dtype(dtype)}; allowed: uint8"):
        range_of(np.ones((1, 8, 8), dtype))


@pytest.mark.parametrize("dtype, white", [(np.uint8, 255), (np.uint16, 65535), (np.uint16, 1023)])
def test_every_pixel_value_survives_the_way_to_a_tensor_and_back(dtype, white):
    pixels = np.arange(white + 1, dtype=dtype).reshape(-1, 2, 1)
    tensor = to_tensor(pixels, ValueRange(0, white))
    assert (tensor.shape, tensor.min(), tensor.max()) == ((1, 1, len(pixels), 2), 0, 1)
    assert np.array_equal(to_pixels(tensor, dtype, ValueRange(0, white)), pixels)


def test_pixels_beyond_black_and_white_are_clipped_and_the_rest_rounded():
    tensor = torch.tensor([-0.1, 0.4, 0.6, 254.6, 300]).div(255).view(1, 1, 1, 5)
    assert to_pixels(tensor, np.uint8, EIGHT_BITS).ravel().tolist() == [0, 0, 1, 255, 255]

"""The range of values: the way of values to a net and back."""

import numpy as np
import pytest
import torch

from n2n.files import EIGHT_BITS, ValueRange, to_pixels, to_tensor


@pytest.mark.parametrize("dtype, white", [(np.uint8, 255), (np.uint16, 65535), (np.uint16, 1023)])
def test_every_pixel_value_survives_the_way_to_a_tensor_and_back(dtype, white):
    pixels = np.arange(white + 1, dtype=dtype).reshape(-1, 2, 1)
    tensor = to_tensor(pixels, ValueRange(0, white))
    assert (tensor.shape, tensor.min(), tensor.max()) == ((1, 1, len(pixels), 2), 0, 1)
    assert np.array_equal(to_pixels(tensor, dtype, ValueRange(0, white)), pixels)


def test_pixels_beyond_black_and_white_are_clipped_and_the_rest_rounded():
    tensor = torch.tensor([-0.1, 0.4, 0.6, 254.6, 300]).div(255).view(1, 1, 1, 5)
    assert to_pixels(tensor, np.uint8, EIGHT_BITS).ravel().tolist() == [0, 0, 1, 255, 255]

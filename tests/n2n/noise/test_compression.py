"""Compression against that of Pillow, whose libjpeg rounds its tables and its pixels."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from n2n.noise.compression import compressed

NONE = torch.zeros(1, 1, 1, 1)


def by_pillow(pixels, quality):
    with io.BytesIO() as file:
        Image.fromarray(pixels).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file)).astype(np.float32)


@pytest.mark.parametrize("quality", [60, 75, 95])
def test_grey_pictures_are_kept_as_jpeg_keeps_them(photo, quality):
    pixels = np.ascontiguousarray(photo[:96, :120].mean(2).astype(np.uint8))
    planes = torch.from_numpy(pixels.astype(np.float32) / 255)[None, None]
    kept = 255 * compressed(planes, torch.full((1, 1, 1, 1), float(quality)), NONE, NONE)[0, 0].numpy()
    expected = by_pillow(pixels, quality)
    assert np.sqrt(np.mean((kept.clip(0, 255) - expected) ** 2)) < 0.6


def test_blocks_begin_where_they_are_told_to():
    ramp = torch.linspace(0, 1, 40).expand(1, 1, 40, 40)
    for offset in (0, 3, 7):
        kept = compressed(ramp, torch.full((1, 1, 1, 1), 60.0), NONE, NONE + offset)
        assert kept.shape == ramp.shape
    moved = compressed(torch.rand(1, 1, 40, 40), torch.full((1, 1, 1, 1), 60.0), NONE + 5, NONE + 3)
    assert moved.shape == ramp.shape


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_flat_picture_keeps_its_brightness(channels):
    flat = torch.full((2, channels, 13, 21), 0.4)
    kept = compressed(flat, torch.full((2, 1, 1, 1), 80.0), torch.zeros(2, 1, 1, 1) + 2, torch.zeros(2, 1, 1, 1))
    torch.testing.assert_close(kept, flat, atol=4 / 255, rtol=0)

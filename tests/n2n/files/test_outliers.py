"""Hot pixels are brought within bounds before a net sees them."""

import numpy as np
import pytest
import torch

from n2n.files import ValueRange, tamed
from n2n.files.learnt_range import values_of
from n2n.files.outliers import bounds, ordinary


def test_a_hot_pixel_is_brought_to_the_bounds_and_all_else_stays():
    cool = torch.rand(2, 1, 64, 64)
    hot = cool.clone()
    hot[1, 0, 5, 7] = 16
    seen = tamed(hot)
    assert 1 <= seen[1, 0, 5, 7] <= 2
    seen[1, 0, 5, 7] = hot[1, 0, 5, 7]
    assert torch.equal(seen, hot)


@pytest.mark.parametrize("pictures", [torch.rand(1, 1, 8, 8), 6 * torch.rand(1, 1, 64, 64) - 2])
def test_where_nothing_stands_out_nothing_changes(pictures):
    assert torch.equal(tamed(pictures), pictures)


def test_of_a_set_the_values_of_all_pictures_tell_what_stands_out():
    picture = np.linspace(0, 2000, 4096).astype(np.uint16).reshape(1, 64, 64)
    found, hot = values_of([picture]), picture.copy()
    hot[0, 3, 3] = 65535
    assert ordinary(hot, ValueRange(0, 2047), found).max() == pytest.approx(bounds(0, found.high / 2047)[1], abs=0.03)
    assert ordinary(hot, ValueRange(0, 2047), None).max() == pytest.approx(65535 / 2047)

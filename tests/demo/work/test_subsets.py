"""Parts of pairs that are quick to measure."""

import numpy as np
import pytest

from demo.work.subsets import to_measure
from n2n.data import pairs
from n2n.data.scenes import Scene

SIZES = [(300, 32, 2, 200, 32), (40, 200, 2, 16, 128), (2, 500, 2, 2, 362), (2, 300, 99, 2, 181), (90, 128, 5, 4, 128)]


@pytest.mark.parametrize(("count", "side", "shots", "scenes", "cut"), SIZES)
def test_measuring_is_bounded_in_scenes_shots_and_pixels(count, side, shots, scenes, cut):
    shot = np.zeros((1, side, side), np.uint8)
    held = pairs.gather([Scene(str(i), (shot,) * (shots - 1) + (shot + 1,)) for i in range(count)], "test")
    measured = to_measure(held)
    assert len(measured) == scenes and (measured.sizes == cut).all()
    assert [measured.scenes[i].name for i in (0, -1 % scenes)] == ["0", str(count - 1)]

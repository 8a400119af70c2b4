"""One's own picture at the end: whole, in the depth that it came in."""

import numpy as np
import pytest
import skimage
import tifffile

from demo import settings
from demo.settings import Limits
from demo.work import finish
from n2n import Noise2Noise
from n2n.files import image
from n2n.nets.unet import UNetConfig
from n2n.reading import reader


@pytest.mark.parametrize(("dtype", "suffix"), [(np.uint8, ".png"), (np.uint16, ".png"), (np.float32, ".tif")])
def test_it_keeps_size_type_and_unit(tmp_path, rng, dtype, suffix):
    shots = rng.integers(40, 200, (2, 50, 70)).astype(dtype)
    for place, shot in enumerate(shots):
        tifffile.imwrite(tmp_path / f"a_{place + 1}.tif", shot)
    data = reader.read_shots(tmp_path / "a_1.tif", tmp_path / "a_2.tif")
    model = Noise2Noise(UNetConfig(channels=1, width=3, residual=True), "cpu")
    path = finish.write(model, data, data.scenes[0], tmp_path)
    written = image.read(path).pixels[..., 0]
    assert path.suffix == suffix and written.dtype == dtype and written.shape == (50, 70)
    assert skimage.metrics.mean_squared_error(written, shots[0]) < 200**2


def test_what_is_larger_than_the_page_takes_is_left_out(tmp_path, rng, monkeypatch):
    monkeypatch.setattr(settings, "limits", lambda: Limits(pixels=100))
    for place in (1, 2):
        tifffile.imwrite(tmp_path / f"a_{place}.tif", rng.integers(0, 255, (50, 70)).astype(np.uint8))
    data = reader.read_shots(tmp_path / "a_1.tif", tmp_path / "a_2.tif")
    assert finish.write(Noise2Noise(UNetConfig(channels=1, width=3), "cpu"), data, data.scenes[0], tmp_path) is None

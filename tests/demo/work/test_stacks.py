"""Stacks of frames in the first tab."""

import numpy as np
import pytest
import tifffile

from demo import settings
from demo.work import denoise, stacks
from demo.work.denoise import Options, Order
from n2n.files import image


@pytest.fixture
def movie(tmp_path):
    path = tmp_path / "movie.tif"
    array = np.random.default_rng(0).integers(0, 256, (3, 32, 40), dtype=np.uint8)
    tifffile.imwrite(path, array, imagej=True, metadata={"axes": "TYX", "unit": "um"})
    return path


def fulfilled(path, tmp_path, view=stacks.StackView(), **options):  # noqa: B008
    folder = tmp_path / "out"
    folder.mkdir()
    return denoise.fulfil(Order((str(path),), options=Options("gaussian", **options), view=view), folder, "cpu")


def test_one_frame_is_shown_and_the_whole_stack_comes_back(movie, tmp_path):
    outcome = fulfilled(movie, tmp_path, stacks.StackView(frame=2), strength=0.0)
    assert "movie.tif: frame 2 of 3 is shown" in outcome.notes
    assert "movie.tif: read as TYX: 3 time points of 40×32" in outcome.notes
    assert "movie.tif: the download is the whole stack, 3 frames" in outcome.notes
    with tifffile.TiffFile(outcome.files[0]) as file:
        assert np.array_equal(file.asarray(), tifffile.imread(movie)) and file.imagej_metadata["unit"] == "um"
    shown = image.read(tmp_path / "out" / outcome.rows[0]["panels"][0]["src"].rpartition("/")[2].partition("?")[0])
    assert np.array_equal(shown.pixels[:, :, 0], tifffile.imread(movie)[1])


def test_every_frame_of_the_download_is_denoised(movie, tmp_path):
    outcome = fulfilled(movie, tmp_path)
    before, after = tifffile.imread(movie).astype(float), tifffile.imread(outcome.files[0])
    assert after.shape == (3, 32, 40) and all(frame.std() < noisy.std() for frame, noisy in zip(after, before))


def test_a_stack_beyond_the_limits_is_left_to_the_command_line(movie, tmp_path, monkeypatch):
    monkeypatch.setenv("N2N_MEGAPIXELS", "0.00128")
    settings.limits.cache_clear()
    try:
        outcome = fulfilled(movie, tmp_path, ensemble=True)
    finally:
        monkeypatch.undo()
        settings.limits.cache_clear()
    assert any("for the whole stack: python -m n2n denoise movie.tif -o" in note for note in outcome.notes)
    assert tifffile.imread(outcome.files[0]).shape == (32, 40)


def test_two_channels_are_denoised_and_shown_in_grey_with_a_note(tmp_path):
    array = np.random.default_rng(0).integers(0, 4000, (2, 32, 40), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", array, imagej=True, metadata={"axes": "CYX"})
    outcome = fulfilled(tmp_path / "a.tif", tmp_path)
    assert any("2 channels: their mean is shown in grey" in note for note in outcome.notes)
    assert tifffile.imread(outcome.files[0]).shape == (2, 32, 40)


@pytest.mark.parametrize("frame, axes", [(7, None), (1, "CYX")])
def test_a_frame_beyond_the_last_is_the_last_and_axes_are_overruled(movie, tmp_path, frame, axes):
    picture = stacks.read(movie, stacks.StackView(frame, axes), lambda *_: None)
    expected = tifffile.imread(movie)
    if axes:
        assert np.array_equal(picture.pixels.transpose(2, 0, 1), expected)
    else:
        assert np.array_equal(picture.pixels[:, :, 0], expected[-1])


def test_letters_that_are_no_axes_are_refused():
    with pytest.raises(ValueError, match="axes are 'nonsense'; allowed"):
        stacks.view(1, "nonsense")

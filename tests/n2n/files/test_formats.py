"""The list of formats, against what is written and read by others."""

import io
import re
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from n2n.data import make
from n2n.files import formats, frame_files, image
from n2n.files.formats import FORMATS, Kind
from n2n.reading.reader import read

README = (Path(__file__).parents[3] / "README.md").read_text()
READ_ONLY = [known for known in formats.of_kind(Kind.PICTURE) if not known.writes and known.pillow]
PIXELS = np.random.default_rng(0).integers(0, 256, (12, 10, 3), np.uint8)


def test_the_readme_has_the_table():
    [found] = re.findall(r"<!-- formats -->\n(.*?)\n<!-- /formats -->", README, re.DOTALL)
    assert found == formats.table()


def test_no_ending_is_of_two_formats():
    found = formats.endings(FORMATS)
    assert len(found) == len(set(found)) and all(suffix == suffix.lower() for suffix in found)


def picture_endings(dtype, channels):
    """Endings of pictures, but not of arrays, with this type of pixels."""
    return [suffix for suffix in formats.writable(dtype, channels) if not formats.holds_arrays(f"a{suffix}")]


@pytest.mark.parametrize("suffix", [*picture_endings("uint8", 3), ".pgm"])
def test_a_picture_that_is_written_is_read_by_pillow(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    image.write(path, image.Picture(PIXELS[:, :, :1] if suffix == ".pgm" else PIXELS))
    with Image.open(path) as opened:
        assert opened.format == formats.format_of(path).pillow


@pytest.mark.parametrize("suffix", formats.writable("uint16", 3))
def test_a_picture_with_16_bits_comes_back(tmp_path, suffix):
    deep = PIXELS.astype(np.uint16) * 257
    image.write(tmp_path / f"a{suffix}", image.Picture(deep))
    with ExitStack() as stack:
        assert np.array_equal(frame_files.open_frames(tmp_path / f"a{suffix}", stack)[0].pixels, deep)


@pytest.mark.parametrize("name", ["a.czi", "a.ND2", "a.lif", "a.fits", "a.dcm", "a.mrc"])
def test_a_format_of_others_is_refused_with_a_way_to_export_it(name):
    with pytest.raises(ValueError, match=f"'{name}' is in .* not read here: open it in Fiji .*save it as"):
        image.decode(b"anything", name)


@pytest.mark.parametrize("known", READ_ONLY, ids=lambda known: known.label)
def test_a_format_that_is_not_written_is_read_alone(known):
    file = io.BytesIO()
    Image.fromarray(np.full_like(PIXELS, 128)).save(file, known.pillow)
    [picture] = image.decode(file.getvalue(), f"a{known.suffixes[0]}")
    assert abs(int(picture.pixels.mean()) - 128) <= 1
    assert not formats.is_picture(f"a{known.suffixes[0]}")


@pytest.mark.parametrize("suffix", formats.arrays())
def test_arrays_of_every_format_are_read(tmp_path, suffix):
    path, both = tmp_path / f"a{suffix}", np.stack([PIXELS[None], PIXELS[::-1][None]])
    if suffix == ".npy":
        np.save(path, both)
    elif suffix == ".npz":
        np.savez(path, source=both[0], target=both[1])
    else:
        torch.save(tuple(map(torch.from_numpy, both)), path)
    assert np.array_equal(read(path).scenes[0].shots[1], PIXELS[::-1].transpose(2, 0, 1))


@pytest.mark.parametrize("suffix", formats.arrays(written=True))
def test_pairs_of_every_format_that_is_written_come_back(tmp_path, suffix):
    stack = PIXELS.transpose(2, 0, 1)[None]
    make.save_pairs(tmp_path / f"a{suffix}", {"source": stack, "target": 255 - stack})
    assert np.array_equal(read(tmp_path / f"a{suffix}").scenes[0].shots[1], 255 - stack[0])


@pytest.mark.parametrize("name, kind", [("A.TIF", Kind.STACK), ("b/c.pth", Kind.TENSORS), ("d.zip", Kind.ARCHIVE)])
def test_the_ending_tells_the_kind(name, kind):
    assert formats.is_kind(name, kind)


def test_an_unknown_ending_is_of_no_kind():
    assert formats.format_of("notes.txt") is None and not formats.is_kind("notes", *Kind)


@pytest.mark.parametrize("words, said", [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")])
def test_words_are_listed_with_an_or(words, said):
    assert formats.either(words) == said

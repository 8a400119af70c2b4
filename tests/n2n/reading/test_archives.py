"""Archives other than zips, and files of systems: tars are written here by Python's own tarfile."""

import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from n2n.reading import reader, tarball


@pytest.fixture
def pictures(rng):
    """The bytes of four pictures by the names of two pairs."""
    files = {}
    for name in ("source/p.png", "source/q.png", "target/p.png", "target/q.png"):
        file = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (12, 10), dtype=np.uint8)).save(file, "PNG")
        files[name] = file.getvalue()
    return files


def packed(path, files, mode="w", **entry):
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in entry.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return path


def refusal(path):
    with pytest.raises((ValueError, OSError)) as error:
        reader.read(path)
    return str(error.value)


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [
        (".tar", "w"),
        (".tar.gz", "w:gz"),
        (".TGZ", "w:gz"),
        (".tar.xz", "w:xz"),
        (".tar.bz2", "w:bz2"),
        (".tar", "w:gz"),
    ],
)
def test_tars_are_read_like_the_folder_they_hold(tmp_path, pictures, suffix, mode):
    data = reader.read(packed(tmp_path / f"pairs{suffix}", pictures, mode))
    assert [scene.name for scene in data.scenes] == ["p", "q"]
    expected = np.asarray(Image.open(io.BytesIO(pictures["target/q.png"])))
    assert (data.scenes[1].shots[1][0] == expected).all()


@pytest.mark.parametrize("hidden", ["source/._p.png", ".DS_Store", "__MACOSX/source/p.png", "Thumbs.db", "desktop.ini"])
@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_files_of_systems_are_left_out(tmp_path, pictures, hidden, kind):
    files, path = {**pictures, hidden: b"no picture"}, tmp_path / f"x.{kind}"
    if kind == "tar":
        packed(path, files)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    else:
        for name, data in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
    assert reader.read(path).described.startswith("2 scenes × 2 shots")


@pytest.mark.parametrize("name", ["../p.png", "/etc/p.png", "a/../../p.png", "C:/p.png"])
def test_entries_that_point_outside_are_refused(tmp_path, pictures, name):
    path = packed(tmp_path / "x.tar", {name: pictures["source/p.png"], **pictures})
    assert f"'{name}' points outside" in refusal(path)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (tarfile.SYMTYPE, "is a link"),
        (tarfile.LNKTYPE, "is a link"),
        (tarfile.CHRTYPE, "neither a file nor"),
        (tarfile.FIFOTYPE, "neither a file"),
    ],
)
def test_links_and_devices_are_refused(tmp_path, kind, said):
    assert said in refusal(packed(tmp_path / "x.tar", {"p.png": b""}, type=kind, linkname="/etc/passwd"))


@pytest.mark.parametrize("mode", ["w:gz", "w:xz", "w:bz2"])
def test_a_tar_that_unpacks_from_next_to_nothing_is_refused(tmp_path, mode):
    assert "from next to nothing" in refusal(packed(tmp_path / "x.tar.gz", {"p.png": bytes(20 * 2**20)}, mode))


def test_a_tar_that_unpacks_to_too_much_is_refused(tmp_path, pictures, monkeypatch):
    monkeypatch.setattr(tarball, "MAX_UNPACKED", 1000)
    assert "split it" in refusal(packed(tmp_path / "x.tar.gz", pictures, "w:gz"))


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_half_a_tar_is_refused(tmp_path, pictures, mode):
    path = packed(tmp_path / "x.tar", pictures, mode)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 4])
    assert "x.tar" in refusal(path) or "cut short" in refusal(path)


def test_what_is_no_tar_is_refused(tmp_path):
    (tmp_path / "x.tar").write_bytes(b"<html>404</html>" * 99)
    assert "is no complete tar archive" in refusal(tmp_path / "x.tar")


@pytest.mark.parametrize("suffix", [".7z", ".rar", ".gz"])
def test_other_archives_are_named_with_the_way_out(tmp_path, suffix):
    (tmp_path / f"x{suffix}").write_bytes(b"packed")
    assert "unpack it and give the folder, or zip it" in refusal(tmp_path / f"x{suffix}")


def test_an_unknown_way_of_packing_is_named(tmp_path, pictures):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in pictures.items():
            archive.writestr(name, data)
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[central + 10] = 9
    path.write_bytes(data)
    assert "packed by Deflate64" in refusal(path)


def test_what_an_archive_holds_instead_of_pictures_is_told(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("1.xyz", "2.xyz", "1.aae"):
            archive.writestr(name, b"data")
    assert "3 files: 2 .xyz, 1 .aae" in refusal(tmp_path / "x.zip")

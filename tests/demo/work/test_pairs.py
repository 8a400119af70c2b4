"""What a training of the demo is given: uploads brought together, sample pairs."""

import errno
import os
import zipfile

import numpy as np
import pytest
from PIL import Image

from demo.work import pairs as gathering
from demo.work.pairs import gather
from n2n.reading import reader


def upload(folder, *names):
    """Each file in a folder of its own, as Gradio keeps uploads."""
    files = []
    for place, name in enumerate(names):
        files.append(folder / f"hash{place}" / name)
        files[-1].parent.mkdir()
        Image.fromarray(np.full((9, 8), 10 * place, np.uint8)).save(files[-1], "png")
    return files


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["pairs.npz", "pairs.zip", "stack.tif"])
def test_one_file_is_itself(tmp_path, name):
    files = upload(tmp_path, name)
    [path] = gather(files, tmp_path / "together")
    assert path.name == name and path.samefile(files[0])


def test_what_was_gathered_outlives_the_upload(tmp_path):
    [upload_file] = upload(tmp_path, "pairs.npz")
    data = upload_file.read_bytes()
    [path] = gather([upload_file], tmp_path / "together")
    upload_file.unlink()
    assert path.read_bytes() == data


def test_loose_pictures_come_together_so_that_their_names_tell_the_pairs(tmp_path):
    files = upload(tmp_path, "x_1.png", "x_2.png", "y_1.png", "y_2.png")
    data = reader.read(*gather(files, tmp_path / "together"))
    assert [scene.name for scene in data.scenes] == ["x", "y"] and data.shots.tolist() == [2, 2]
    assert data.scenes[1].shots[1][0, 0, 0] == 30


def test_gathering_again_leaves_nothing_of_the_time_before(tmp_path):
    gather(upload(tmp_path, "a_1.png", "a_2.png"), tmp_path / "together")
    (tmp_path / "later").mkdir()
    (folder,) = gather(upload(tmp_path / "later", "b_1.png", "b_2.png"), tmp_path / "together")
    assert names_in(folder) == ["b_1.png", "b_2.png"]


def test_two_files_of_one_name_are_a_pair(tmp_path):
    (folder,) = gather(upload(tmp_path, "x.png", "x.png"), tmp_path / "together")
    assert names_in(folder) == ["x_1.png", "x_2.png"]
    assert [shot.max() for shot in reader.read(folder).scenes[0].shots] == [0, 10]


def test_two_formats_of_one_name_are_a_pair_too(tmp_path):
    (folder,) = gather(upload(tmp_path, "x.png", "X.bmp"), tmp_path / "together")
    assert names_in(folder) == ["X_2.bmp", "x_1.png"]


def test_more_files_of_one_name_are_refused_with_the_way_out(tmp_path):
    with pytest.raises(ValueError, match=r"2 of the 3 files are named 'x'.*\.zip"):
        gather(upload(tmp_path, "x.png", "y.png", "x.png"), tmp_path / "together")


@pytest.mark.parametrize("name", ["pairs.NPZ", "train_data.pkl", "pairs.zip", "pairs.tar.gz"])
def test_an_archive_or_a_file_of_arrays_beside_others_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match=f"'{name}'.*alone"):
        gather(upload(tmp_path, "x.png", name), tmp_path / "together")


def test_what_is_no_picture_is_left_out(tmp_path):
    (folder,) = gather(upload(tmp_path, "x_1.png", "Thumbs.db", "x_2.png"), tmp_path / "together")
    assert names_in(folder) == ["x_1.png", "x_2.png"]


def test_files_of_systems_do_not_count(tmp_path):
    files = upload(tmp_path, "._x_1.png", "x_1.png", ".DS_Store", "x_2.png", "._x_2.png")
    (folder,) = gather(files, tmp_path / "together")
    assert names_in(folder) == ["x_1.png", "x_2.png"]


def test_an_archive_beside_files_of_systems_is_itself(tmp_path):
    [path] = gather(upload(tmp_path, "._pairs.tar.gz", "pairs.tar.gz"), tmp_path / "together")
    assert path.name == "pairs.tar.gz"


@pytest.mark.parametrize("names", [(), ("a.txt", "b.txt")])
def test_nothing_to_learn_from_is_refused(tmp_path, names):
    with pytest.raises(ValueError, match=r"no file yet|none of the 2 files"):
        gather(upload(tmp_path, *names), tmp_path / "together")


def test_where_links_cannot_be_made_files_are_copied(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EXDEV, "another disk")

    files = upload(tmp_path, "x_1.png", "x_2.png")
    monkeypatch.setattr(os, "link", refuse)
    (folder,) = gather(files, tmp_path / "together")
    assert (folder / "x_2.png").read_bytes() == files[1].read_bytes()


def test_sample_pairs_are_like_the_courses_and_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "SCENES", 100)
    path = gathering.sample_pairs(tmp_path)
    made = path.stat().st_mtime_ns
    data = reader.read(gathering.sample_pairs(tmp_path))
    assert (
        path.stat().st_mtime_ns == made and data.described == "100 scenes × 2 shots and a reference, 8-bit colour 32×32"
    )
    errors = [((scene.shots[0] / 255.0 - scene.clean / 255.0) ** 2).mean() for scene in data.scenes]
    assert 20 < (-10 * np.log10(errors)).mean() < 22


def test_the_sample_archive_holds_three_folders_of_pngs_that_are_read_as_pairs(tmp_path):
    path = gathering.sample_archive(tmp_path)
    names = [name for name in zipfile.ZipFile(path).namelist() if name.endswith(".png")]
    assert {name.split("/")[-2] for name in names} == {"source", "target", "clean"} and len(names) == 180
    assert reader.read(path).described == "60 scenes × 2 shots and a reference, 8-bit colour 32×32"
    assert gathering.sample_archive(tmp_path) == path and list(tmp_path.iterdir()) == [path]

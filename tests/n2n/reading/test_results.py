"""Which files are shots, which are results, and which of them belong together."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from n2n.reading.results import read_results


def picture(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((9, 10), value, np.uint8)).save(path)
    return path


def found(*paths, **options):
    """For each scene its name, and the values of its shots, its results and its clean picture."""
    entries, _ = read_results(paths, **options)
    return [
        (
            entry.scene.name,
            [int(shot[0, 0, 0]) for shot in entry.scene.shots],
            {name: int(values[0, 0, 0]) for name, values in entry.results.items()},
            None if entry.scene.clean is None else int(entry.scene.clean[0, 0, 0]),
        )
        for entry in entries
    ]


def test_files_are_two_shots_and_results_by_their_names(tmp_path):
    paths = [picture(tmp_path / f"{name}.png", value) for value, name in enumerate(("a", "b", "topaz", "nlm"))]
    clean = picture(tmp_path / "truth.png", 9)
    assert found(*paths, clean=clean) == [("a", [0, 1], {"topaz": 2, "nlm": 3}, 9)]


def test_results_of_one_name_are_told_apart_by_more_of_it(tmp_path):
    paths = [picture(tmp_path / name, 0) for name in ("a.png", "b.png", "x/c.png", "y/c.png")]
    assert list(found(*paths)[0][2]) == [str(path) for path in paths[2:]]


def test_folders_hold_the_same_names_or_ones_that_contain_them(tmp_path):
    for scene in (1, 2):
        picture(tmp_path / f"first/img_{scene}.png", 10 * scene)
        picture(tmp_path / f"second/img_{scene}.png", 10 * scene + 1)
        picture(tmp_path / f"careamics/img_{scene}_denoised.png", 10 * scene + 2)
    folders = [tmp_path / name for name in ("first", "second", "careamics")]
    expected = [(f"img_{scene}", [10 * scene, 10 * scene + 1], {"careamics": 10 * scene + 2}, None) for scene in (1, 2)]
    assert found(*folders) == expected


@pytest.mark.parametrize("form", ["{kind}/{scene}.png", "{scene}/{kind}.png"])
def test_one_folder_holds_kinds_or_scenes(form, tmp_path):
    for scene, name in enumerate(("car", "tree")):
        for value, kind in enumerate(("shot_1", "shot_2", "clean", "bm3d")):
            picture(tmp_path / form.format(kind=kind, scene=name), 10 * scene + value)
    assert [each[1:] for each in found(tmp_path)] == [([0, 1], {"bm3d": 3}, 2), ([10, 11], {"bm3d": 13}, 12)]


def test_frames_of_stacks_are_scenes(tmp_path):
    paths = [tmp_path / f"{name}.tif" for name in ("one", "two", "result")]
    for value, path in enumerate(paths):
        frames = np.arange(3, dtype=np.uint8)[:, None, None] * 10 + np.full((3, 9, 10), value, np.uint8)
        tifffile.imwrite(path, frames, photometric="minisblack", metadata={"axes": "TYX"})
    assert [each[1:3] for each in found(*paths)] == [([k, k + 1], {"result": k + 2}) for k in (0, 10, 20)]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["a.png"], "is one shot only, and a score needs two"),
        (["a.png", "b.png", "folder"], "files and folders are mixed"),
        (["a.png", "b.png", "none.png"], "there is no file or folder"),
        (["folder"], "holds no two pictures or folders named shot_1 and shot_2"),
        (["folder", "other"], "has no picture that belongs to 'x.png'"),
    ],
)
def test_what_is_missing_is_told(names, told, tmp_path):
    for name in ("a.png", "b.png", "folder/x.png", "other/y.png"):
        picture(tmp_path / name, 0)
    with pytest.raises((ValueError, OSError), match=told):
        read_results([tmp_path / name for name in names])


def test_a_result_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path):
    paths = [picture(tmp_path / f"{name}.png", 0) for name in ("a", "b", "good")]
    (tmp_path / "torn.png").write_bytes(paths[2].read_bytes()[:-30])
    tifffile.imwrite(tmp_path / "odd.tif", np.full((9, 10), np.nan, np.float32))
    tifffile.imwrite(tmp_path / "many.tif", np.zeros((3, 9, 10), np.uint8), photometric="minisblack")
    [entry], _ = read_results([*paths, *(tmp_path / name for name in ("torn.png", "odd.tif", "many.tif"))])
    assert list(entry.results) == ["good"]
    assert {name: one.code for name, one in entry.unread.items()} == {"torn": "file", "odd": "nan", "many": "file"}
    assert "'odd.tif' has pixels that are NaN or infinite; replace" in entry.unread["odd"].why
    assert "'many.tif' has 3 frames, the shots have 1" in entry.unread["many"].why

"""Pictures find their partners by the names that people and programs give them, and by what they show."""

import numpy as np
import pytest
import tifffile
from PIL import Image
from skimage import data as photographs

from n2n.reading import reader

SIDE = 48
PHOTO = photographs.astronaut()
PLACES = [(y, x) for y in range(0, 400, 96) for x in range(0, 400, 96)]


def clean(scene):
    y, x = PLACES[scene]
    return PHOTO[y : y + SIDE, x : x + SIDE]


def noisy(scene, rng):
    return np.clip(clean(scene) + rng.normal(0, 25, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "PNG")


def save_all(folder, rng, scenes, *forms):
    """Files folder/form for each scene and form; a form that ends in a * is that of clean pictures."""
    for scene in scenes:
        for form in forms:
            pixels = clean(scene) if form.endswith("*") else noisy(scene, rng)
            save(folder / form.rstrip("*").format(i=scene, n=2 * scene, m=2 * scene + 1), pixels)
    return folder


def scene_of(picture):
    """The scene that a picture shows."""
    pixels = picture.transpose(1, 2, 0).astype(float)
    return int(np.argmin([((pixels - clean(scene)) ** 2).mean() for scene in range(len(PLACES))]))


def shown(data):
    """The scenes that the pictures of each scene show."""
    return sorted(sorted({scene_of(picture) for picture in scene.pictures}) for scene in data.scenes)


def refusal(path, **options):
    with pytest.raises(ValueError) as error:
        reader.read(path, **options)
    return str(error.value)


TWO_SHOTS = [
    ("even/frame_{n:04d}.png", "odd/frame_{m:04d}.png"),
    ("frame_{n:04d}.png", "frame_{m:04d}.png"),
    ("source{i:03d}.png", "target{i:03d}.png"),
    ("A/DSC_{i:04d}.png", "B/P{i}.png"),
    ("cam1_{i:03d}.png", "cam2_{i:03d}.png"),
    ("IMG_{i}.png", "IMG_{i} (1).png"),
    ("IMG_{i}.png", "IMG_{i} - Copy.png"),
    ("IMG_{i}.png", "IMG_{i} copy.png"),
    ("shot ({n}).png", "shot ({m}).png"),
    ("run1/{i}.png", "run2/{i}.png", "run3/{i}.png", "run4/{i}.png"),
]
WITH_CLEAN = [
    ("trainL/{i}_noisy.png", "trainH/{i}.png*"),
    ("low/img{i}.png", "high/img{i}.png*"),
    ("{i:04d}_001_S6/{i:04d}_NOISY_SRGB_010.PNG", "{i:04d}_001_S6/{i:04d}_GT_SRGB_010.PNG*"),
    ("{i:04d}_NOISY_SRGB.PNG", "{i:04d}_GT_SRGB.PNG*"),
    ("noisy_{i}.png", "clean_{i}.png*"),
    ("noisy1_{i}.png", "noisy2_{i}.png", "clean_{i}.png*"),
    ("Canon_{i}_Real.png", "Canon_{i}_mean.png*"),
    ("img{i}_1.png", "img{i}_2.png", "img{i}_avg50.png*"),
    ("place{i}/one.png", "place{i}/other.png", "place{i}/average of 50.png*"),
    ("noisy/{i}.png", "clean/{m}.png*"),
]


@pytest.mark.parametrize("forms", TWO_SHOTS)
def test_shots_of_a_scene_find_each_other(tmp_path, rng, forms):
    data = reader.read(save_all(tmp_path, rng, range(6), *forms))
    assert shown(data) == [[scene] for scene in range(6)] and set(data.shots) == {len(forms)}


@pytest.mark.parametrize("forms", WITH_CLEAN)
def test_the_clean_picture_is_known_by_a_word(tmp_path, rng, forms):
    data = reader.read(save_all(tmp_path, rng, range(9, 12), *forms))
    assert shown(data) == [[9], [10], [11]] and set(data.shots) == {len(forms) - 1}
    assert all((scene.clean.transpose(1, 2, 0) == clean(scene_of(scene.clean))).all() for scene in data.scenes)


@pytest.mark.parametrize("copies", [" (1) (2)", " - Copy| - Copy (2)", " copy| copy 2", "_7|_8"])
def test_copies_of_one_name_are_shots_of_one_scene(tmp_path, rng, copies):
    for ending in ("", *(copies.split("|") if "|" in copies else [" (1)", " (2)"])):
        save(tmp_path / f"shot{ending}.png", noisy(3, rng))
    assert reader.read(tmp_path).shots.tolist() == [3]


def test_of_two_words_for_a_clean_picture_none_is_chosen(tmp_path, rng):
    save_all(tmp_path, rng, [0], "s_1.png", "s_2.png", "s_gt.png*", "s_average.png*")
    assert "2 references (s_average.png, s_gt.png)" in refusal(tmp_path)


def test_a_missing_partner_is_named_as_the_file_is(tmp_path, rng):
    save_all(tmp_path, rng, range(5), "Noisy_{i}.PNG", "Clean_{i}.PNG*")
    (tmp_path / "Clean_3.PNG").unlink()
    assert "(Noisy_3.PNG)" in refusal(tmp_path)


@pytest.mark.parametrize("moved", [{0: 4, 1: 0, 2: 1, 3: 2, 4: 3}, {1: 3, 3: 1}])
def test_names_that_lead_to_wrong_pairs_are_refused(tmp_path, rng, moved):
    for scene in range(5):
        save(tmp_path / "noisy" / f"{scene}.png", noisy(scene, rng))
        save(tmp_path / "clean" / f"{scene}.png", clean(moved.get(scene, scene)))
    message = refusal(tmp_path)
    assert "shows what 'noisy/" in message and "names lead to wrong pairs" in message


def test_pictures_of_noise_alone_contradict_no_names(tmp_path, rng):
    for name in (f"{role}/{i}.png" for role in ("run1", "run2") for i in range(30)):
        save(tmp_path / name, rng.integers(0, 256, (32, 32), dtype=np.uint8))
    assert reader.read(tmp_path).described.startswith("30 scenes × 2 shots")


def test_how_pictures_were_paired_is_told_where_it_is_not_plain(tmp_path, rng):
    data = reader.read(save_all(tmp_path, rng, range(4), *TWO_SHOTS[0]))
    assert any("even/frame_0000.png and odd/frame_0001.png" in note for note in data.notes)


@pytest.mark.parametrize(
    "forms", [("p/{i}.png", "q/{i}.png*"), ("{i}_p.png", "{i}_q.png*"), ("s{i}/p.png", "s{i}/q.png*")]
)
def test_roles_are_given_for_folders_and_pictures(tmp_path, rng, forms):
    data = reader.read(save_all(tmp_path, rng, range(4), *forms), roles=("source", "clean"))
    assert all((scene.clean.transpose(1, 2, 0) == clean(scene_of(scene.clean))).all() for scene in data.scenes)


def test_roles_for_another_number_of_pictures_are_refused(tmp_path, rng):
    message = refusal(
        save_all(tmp_path, rng, range(2), "s{i}/p.png", "s{i}/q.png"), roles=("source", "target", "clean")
    )
    assert "3 roles for the 2 pictures" in message and "s0/p.png" in message


def movie(path, scenes, rng):
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = np.stack([noisy(scene, rng)[:, :, 0] for scene in scenes])
    tifffile.imwrite(path, frames, photometric="minisblack")
    return path


@pytest.mark.parametrize("names", [("source.tif", "target.tif"), ("p/m.tif", "q/m.tif"), ("film a.tif", "film b.tif")])
def test_two_movies_are_pairs_frame_by_frame(tmp_path, rng, names):
    data = reader.read(*(movie(tmp_path / name, range(5), rng) for name in names))
    assert data.described.startswith("5 scenes × 2 shots")


def test_movies_of_unequal_length_are_refused_with_both_lengths(tmp_path, rng):
    for name, length in (("source.tif", 5), ("target.tif", 4)):
        movie(tmp_path / name, range(length), rng)
    message = refusal(tmp_path)
    assert "'source.tif' is a stack of 5 frames" in message and "'target.tif' is a stack of 4 frames" in message


def test_a_stack_with_its_average_is_one_scene_with_a_reference(tmp_path, rng):
    movie(tmp_path / "shots.tif", [2, 2, 2], rng)
    tifffile.imwrite(tmp_path / "average.tif", clean(2)[:, :, 0])
    data = reader.read(tmp_path)
    assert data.described.startswith("1 scene × 3 shots and a reference")


@pytest.mark.parametrize("names", ["s1.tif s2.tif", "s1.tif s2.tif s3.tif", "panda.tif zebra.tif giraffe.tif"])
def test_bursts_of_several_scenes_are_a_scene_each(tmp_path, rng, names):
    for scene, name in enumerate(names.split()):
        movie(tmp_path / name, [scene + 3] * 4, rng)
    data = reader.read(tmp_path)
    assert len(data) == len(names.split()) and set(data.shots) == {4}


def test_what_is_called_high_for_its_noise_is_not_taken_for_clean(tmp_path, rng):
    folder = save_all(tmp_path, rng, range(4), "iso_high/{i}.png", "iso_low/{i}.png*")
    assert "noisier than 'iso_low/0.png'" in refusal(folder)
    data = reader.read(folder, roles=("source", "clean"))
    assert (data.scenes[0].clean.transpose(1, 2, 0) == clean(0)).all()


@pytest.mark.parametrize("form", ["{kind}/frame_{number:03d}.png", "frame_{number:03d}.png"])
def test_of_an_odd_number_of_frames_the_last_is_left_out_with_a_note(tmp_path, rng, form):
    for number in range(9):
        save(tmp_path / form.format(kind=("even", "odd")[number % 2], number=number), noisy(number // 2, rng))
    data = reader.read(tmp_path)
    assert shown(data) == [[0], [1], [2], [3]]
    assert any("frame_008.png" in note and "left out" in note for note in data.notes)

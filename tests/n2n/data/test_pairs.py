"""The reader, format by format: each file is written here from arrays and has to come back as those arrays."""

import zipfile
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
import torch
from PIL import Image

from n2n import noise
from n2n.data.scenes import roles_of
from n2n.reading import reader

SHARED = Path(__file__).parents[4] / "shared" / "data"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real data in ../shared/data beside the repository")


@pytest.fixture
def stack(rng):
    """Four scenes of three pictures, uint8 (4, 3, 12, 10): two shots and a third that some formats take as clean."""
    scenes = rng.integers(0, 200, (4, 1, 12, 10))
    return (scenes + rng.integers(0, 50, (4, 3, 12, 10))).astype(np.uint8)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def save_all(folder, stack, form, words):
    """Pictures i of kind k as folder/form, such as '{k}/{i}.png' or 'img{i}_{k}.png'."""
    for i, scene in enumerate(stack):
        for word, pixels in zip(words, scene):
            save(folder / form.format(i=i, k=word), pixels)
    return folder


def zipped(folder):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, file.relative_to(folder))
    return path


def shots_of(data):
    """(N, K, H, W) of grey scenes."""
    return np.array([[shot[0] for shot in scene.shots] for scene in data.scenes])


def cleans_of(data):
    return np.array([scene.clean[0] for scene in data.scenes])


# --- Arrays ---


@pytest.mark.parametrize("suffix", [".pkl", ".pt", ".pth", ".PKL"])
def test_a_tuple_of_two_tensors_is_two_shots_a_scene(tmp_path, stack, suffix):
    path = tmp_path / f"train_data{suffix}"
    torch.save((torch.from_numpy(stack[:, 0]), torch.from_numpy(stack[:, 1])), path)
    assert (shots_of(reader.read(path)) == stack[:, :2]).all()


def test_the_courses_training_file_is_told_in_words(tmp_path, rng):
    noisy = torch.from_numpy(rng.integers(0, 256, (1200, 3, 32, 32), dtype=np.uint8))
    torch.save((noisy, noisy.flip(0)), tmp_path / "train_data.pkl")
    assert reader.read(tmp_path / "train_data.pkl").described == "1,200 scenes × 2 shots, 8-bit colour 32×32"


def test_the_courses_validation_file_is_noisy_and_clean(tmp_path, stack):
    torch.save(tuple(torch.from_numpy(stack[:, :2]).unbind(1)), tmp_path / "val_data.pkl")
    data = reader.read(tmp_path / "val_data.pkl")
    assert (shots_of(data)[:, 0] == stack[:, 0]).all() and (cleans_of(data) == stack[:, 1]).all()


def test_a_tuple_of_three_tensors_ends_with_the_clean_one(tmp_path, stack):
    torch.save(tuple(torch.from_numpy(stack).unbind(1)), tmp_path / "x.pt")
    data = reader.read(tmp_path / "x.pt")
    assert (shots_of(data) == stack[:, :2]).all() and (cleans_of(data) == stack[:, 2]).all()


def test_tensors_are_mapped_not_loaded(tmp_path, stack):
    path = tmp_path / "x.pt"
    torch.save(tuple(torch.from_numpy(stack[:, shot].copy()) for shot in (0, 1)), path)
    before = reader.read(path).scenes[0].shots[0]
    data = path.read_bytes()
    with path.open("r+b") as file:  # the mapping sees what is written into the file afterwards
        file.write(data.replace(stack[:, 0].tobytes(), bytes(stack[:, 0].size)))
    assert (before == 0).all()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64, torch.uint16])
def test_tensors_of_every_type_keep_their_values(tmp_path, stack, dtype):
    torch.save(tuple(torch.from_numpy(stack[:, :2]).to(dtype).unbind(1)), tmp_path / "x.pt")
    assert (shots_of(reader.read(tmp_path / "x.pt")) == stack[:, :2].astype(float)).all()


@pytest.mark.parametrize(
    "names", ["source target", "noisy1 noisy2", "a b", "x y", "first second", "source output", "Input Target"]
)
def test_the_two_arrays_of_an_npz_are_source_and_target(tmp_path, stack, names):
    np.savez_compressed(tmp_path / "x.npz", **dict(zip(names.split(), stack.transpose(1, 0, 2, 3))))
    assert (shots_of(reader.read(tmp_path / "x.npz")) == stack[:, :2]).all()


@pytest.mark.parametrize("names", ["clean target source", "gt noisy2 noisy1", "reference y x", "average b a"])
def test_the_names_in_an_npz_count_more_than_the_order(tmp_path, stack, names):
    np.savez(tmp_path / "x.npz", **dict(zip(names.split(), stack.transpose(1, 0, 2, 3))))
    data = reader.read(tmp_path / "x.npz")
    assert (shots_of(data) == stack[:, [2, 1]]).all() and (cleans_of(data) == stack[:, 0]).all()


def test_roles_given_count_more_than_names(tmp_path, stack):
    np.savez(tmp_path / "x.npz", source=stack[:, 0], target=stack[:, 1])
    data = reader.read(tmp_path / "x.npz", roles=("source", "clean"))
    assert (cleans_of(data) == stack[:, 1]).all() and data.shots.tolist() == [1] * 4


def test_how_arrays_were_taken_is_told(tmp_path, stack):
    np.savez(tmp_path / "x.npz", noisy=stack[:, 0], clean=stack[:, 1])
    assert reader.read(tmp_path / "x.npz").notes == ("arrays taken as source and clean",)


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        ("clean other", "clean source"),
        ("other clean", "source clean"),
        ("other source", "target source"),
        ("p q r", "source target clean"),
        ("clean gt", "source target"),
        ("source target shot3", "source target shot3"),
    ],
)
def test_a_name_that_tells_nothing_gets_the_role_left_over(names, roles):
    assert roles_of(names.split()) == tuple(roles.split())


@pytest.mark.parametrize("axes", ["N2HW", "N2CHW", "2NHW", "2NCHW", "2NHWC"])
def test_an_npy_holds_two_shots_along_its_axis_of_two(tmp_path, stack, axes):
    shots = stack[:3, :2].transpose(1, 0, 2, 3)  # (2, N, H, W)
    shots = shots[:, :, None].repeat(3, 2) if axes.endswith("CHW") else shots
    shots = shots[..., None].repeat(3, -1) if axes.endswith("HWC") else shots
    np.save(tmp_path / "x.npy", shots.swapaxes(0, 1) if axes[0] == "N" else shots)
    data = reader.read(tmp_path / "x.npy")
    assert (shots_of(data) == stack[:3, :2]).all() and data.channels == (3 if "C" in axes else 1)


def test_a_fourth_channel_is_dropped_with_a_note(tmp_path, rng):
    colour = rng.integers(0, 256, (2, 3, 12, 10, 4), dtype=np.uint8)
    np.savez(tmp_path / "x.npz", a=colour[0], b=colour[1])
    data = reader.read(tmp_path / "x.npz")
    assert (data.scenes[2].shots[1] == colour[1, 2, :, :, :3].transpose(2, 0, 1)).all()
    assert "alpha dropped" in data.notes


# --- Pictures ---


@pytest.mark.parametrize("packed", [lambda folder: folder, zipped], ids=["folder", "zip"])
@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{k}/{i}.png", "source target"),
        ("{k}/{i}.png", "noisy1 noisy2"),
        ("set/{k}/photo-{i}.png", "first second"),
        ("img{i}_{k}.png", "1 2"),
        ("img{i}_{k}.png", "a b"),
        ("img{i}_{k}.png", "source target"),
        ("img{i}_{k}.png", "noisy1 noisy2"),
        ("Scene {i}/{k}.png", "1 2"),
        ("Scene {i}/{k}.png", "IMG_7 IMG_8"),
    ],
)
def test_two_shots_in_folders_and_zips(tmp_path, stack, form, words, packed):
    folder = save_all(tmp_path / "data", stack, form, words.split())
    data = reader.read(packed(folder))
    assert (shots_of(data) == stack[:, :2]).all()
    assert data.described == "4 scenes × 2 shots, 8-bit grey 10×12"


@pytest.mark.parametrize("word", ["average", "clean", "reference", "gt", "target_clean"])
@pytest.mark.parametrize("form", ["scene{i}/{k}.png", "img{i}_{k}.png", "{k}/{i}.png"])
def test_a_reference_is_told_by_its_name(tmp_path, stack, form, word):
    data = reader.read(save_all(tmp_path / "data", stack, form, ["noisy1", "noisy2", word]))
    assert (cleans_of(data) == stack[:, 2]).all() and (shots_of(data) == stack[:, :2]).all()
    assert data.described == "4 scenes × 2 shots and a reference, 8-bit grey 10×12"


def test_noisy_and_clean_without_a_second_shot_can_be_measured_on(tmp_path, stack):
    data = reader.read(save_all(tmp_path / "data", stack, "{k}/{i}.png", ["noisy", "clean"]))
    assert (shots_of(data)[:, 0] == stack[:, 0]).all() and (cleans_of(data) == stack[:, 1]).all()


def test_a_folder_called_clean_is_no_noisy_shot_whatever_the_other_is_called(tmp_path, stack):
    data = reader.read(save_all(tmp_path / "data", stack, "{k}/{i}.png", ["camera", "clean"]))
    assert (cleans_of(data) == stack[:, 1]).all()


def test_a_clean_picture_beside_a_noisy_one_without_ending(tmp_path, stack):
    for name, (noisy, clean) in zip(("panda", "Cat"), stack[:2, :2]):
        save(tmp_path / f"{name}.png", noisy)
        save(tmp_path / f"{name}_clean.png", clean)
    data = reader.read(tmp_path)
    assert sorted(map(tuple, cleans_of(data)[:, 0])) == sorted(map(tuple, stack[:2, 1, 0]))


def test_five_folders_of_shots_as_make_pairs_writes_them(tmp_path, rng):
    stack = rng.integers(0, 256, (3, 5, 9, 8), dtype=np.uint8)
    words = ["source", "target", "shot3", "shot4", "clean"]
    data = reader.read(save_all(tmp_path / "data", stack, "{k}/{i}.png", words))
    assert (shots_of(data) == stack[:, :4]).all() and (cleans_of(data) == stack[:, 4]).all()


@pytest.mark.parametrize(("folders", "files"), [("s{i}/{k}.png", "12"), ("{k}/s{i}.png", "pq")])
def test_two_by_two_pictures_are_ordered_by_what_they_show(tmp_path, stack, folders, files):
    data = reader.read(save_all(tmp_path / "data", stack[:2, :2], folders, files))
    assert (shots_of(data) == stack[:2, :2]).all()


def test_scenes_called_1_and_2_with_a_reference_are_scenes(tmp_path, stack):
    data = reader.read(save_all(tmp_path, stack[:2], "{i}/{k}.png", ["1", "2", "average"]))
    assert (shots_of(data) == stack[:2, :2]).all()


def test_scenes_may_differ_in_size_and_in_the_number_of_shots(tmp_path, rng):
    save_all(tmp_path, rng.integers(0, 256, (1, 2, 20, 30), dtype=np.uint8), "scene_a/{k}.png", "12")
    save_all(tmp_path, rng.integers(0, 256, (1, 5, 40, 16), dtype=np.uint8), "scene_b/{k}.png", "12345")
    assert reader.read(tmp_path).described == "2 scenes × 2 to 5 shots, 8-bit grey 16×20 to 30×40"


def test_a_tiff_stack_is_the_shots_of_one_scene(tmp_path, rng):
    frames = rng.integers(0, 4096, (5, 12, 10), dtype=np.uint16)
    frames[0, 0, 0] = 4095
    tifffile.imwrite(tmp_path / "burst.tif", frames, photometric="minisblack")
    data = reader.read(tmp_path / "burst.tif")
    assert (shots_of(data) == frames[None]).all()
    assert data.described == "1 scene × 5 shots, 16-bit (12 bits in use) grey 10×12"


@pytest.mark.parametrize("names", [("one.png", "other.png"), ("p/one.png", "q/other.png"), ("p/one.png", "q/one.png")])
def test_two_single_pictures_are_one_pair(tmp_path, stack, names):
    for name, pixels in zip(names, stack[0]):
        save(tmp_path / name, pixels)
    assert (shots_of(reader.read(*(tmp_path / name for name in names))) == stack[:1, :2]).all()


def test_paths_through_the_parent_folder_are_not_taken_for_hidden(tmp_path, stack, monkeypatch):
    save_all(tmp_path, stack[:1, :2], "{k}.png", "ab")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert (shots_of(reader.read("../a.png", "../b.png")) == stack[:1, :2]).all()


@pytest.mark.parametrize("packed", [lambda folder: folder, zipped], ids=["folders", "zips"])
def test_two_folders_given_apart_are_source_and_target(tmp_path, stack, packed):
    save_all(tmp_path, stack, "{k}/photo{i}.png", ["noisy", "second"])
    data = reader.read(packed(tmp_path / "noisy"), packed(tmp_path / "second"))
    assert (shots_of(data) == stack[:, :2]).all()


def test_hidden_files_and_texts_are_left_out(tmp_path, stack):
    save_all(tmp_path, stack, "{k}/{i}.png", ["source", "target"])
    for name in ("source/.hidden.png", "__MACOSX/source/0.png", "readme.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"no picture")
    assert (shots_of(reader.read(tmp_path)) == stack[:, :2]).all()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp", ".tif"])
def test_colour_in_every_format_as_pillow_decodes_it(tmp_path, photo, suffix):
    for name, part in (("a", photo[:64, :48]), ("b", photo[64:128, :48])):
        save(tmp_path / f"{name}{suffix}", part)
    [scene] = reader.read(tmp_path).scenes
    for name, shot in zip("ab", scene.shots):
        assert (shot.transpose(1, 2, 0) == np.asarray(Image.open(tmp_path / f"{name}{suffix}"))).all()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_keep_all_their_bits(tmp_path, rng, suffix, channels):
    shots = rng.integers(0, 65536, (2, 12, 10, channels), dtype=np.uint16)
    for name, pixels in zip("ab", shots):
        encode = imagecodecs.png_encode if suffix == ".png" else imagecodecs.tiff_encode
        (tmp_path / f"{name}{suffix}").write_bytes(encode(pixels.squeeze()))
    data = reader.read(tmp_path)
    assert (np.array(data.scenes[0].shots).transpose(0, 2, 3, 1) == shots).all()
    assert f"16-bit (16 bits in use) {'grey' if channels == 1 else 'colour'}" in data.described


def test_an_exif_turn_is_applied(tmp_path, photo):
    exif = Image.Exif()
    exif[274] = 6  # to be turned a quarter clockwise
    for name in "ab":
        Image.fromarray(photo[:64, :48]).save(tmp_path / f"{name}.png", exif=exif)
    shot = reader.read(tmp_path).scenes[0].shots[0]
    assert (shot.transpose(1, 2, 0) == np.rot90(photo[:64, :48], -1)).all()


def test_alpha_is_dropped_from_pictures_with_a_note(tmp_path, photo):
    alpha = np.dstack([photo, photo[:, :, :1]])
    for name in "ab":
        save(tmp_path / f"{name}.png", alpha)
    data = reader.read(tmp_path)
    assert (data.scenes[0].shots[0].transpose(1, 2, 0) == photo).all() and data.notes == ("alpha dropped (2 pictures)",)


# --- Photographs with a noise model ---


def test_photographs_with_noise_are_told_in_words(tmp_path, photo):
    for name in "pqr":
        save(tmp_path / f"{name}.jpg", photo)
    described = reader.read(tmp_path, noise=noise.parse("gaussian:0-50")).described
    assert described == "3 clean photographs with gaussian:0-50 drawn afresh, 8-bit colour 256×256"


def test_samples_to_learn_from_and_to_measure_on_are_colour_photographs_apart():
    both = [reader.read(word, noise=noise.parse("poisson:30")) for word in ("samples", "more-samples")]
    names = [{scene.name for scene in data.scenes} for data in both]
    assert names[0] and names[1] and not names[0] & names[1] and [data.channels for data in both] == [3, 3]


def test_photographs_of_several_folders_are_all_kept_whatever_their_names(tmp_path, photo):
    for name, part in (("p/1.png", photo[:32]), ("q/1.png", photo[32:64])):
        save(tmp_path / name, part)
    data = reader.read(tmp_path / "p", tmp_path / "q", noise=noise.parse("poisson:30"))
    assert [scene.clean[0, 0, 0] for scene in data.scenes] == [photo[0, 0, 0], photo[32, 0, 0]]


def test_frozen_noise_is_the_same_bit_for_bit_and_another_for_each_seed_shot_and_scene(tmp_path, photo):
    for name in "pq":
        save(tmp_path / f"{name}.png", photo[:32, :32])
    photos = reader.read(tmp_path, noise=noise.parse("gaussian:25"))
    one, again, other = (np.array([s.shots for s in photos.frozen(seed).scenes]) for seed in (0, 0, 1))
    assert (one == again).all()
    assert len({shot.tobytes() for draws in (one, other) for scene in draws for shot in scene}) == 8


def test_frozen_noise_has_its_strength_around_the_photograph(tmp_path, photo):
    save(tmp_path / "p.png", photo)
    [scene] = reader.read(tmp_path, noise=noise.parse("gaussian:25")).frozen(0).scenes
    clean = photo.transpose(2, 0, 1) / 255
    assert np.std(scene.shots[0] - clean) == pytest.approx(25 / 255, rel=0.01)
    assert scene.clean == pytest.approx(clean, abs=1e-6)


def test_frozen_pixelation_shrinks_the_scenes(tmp_path, photo):
    save(tmp_path / "p.png", photo[:60, :90])
    frozen = reader.read(tmp_path, noise=noise.parse("pixelate:8")).frozen(0)
    assert frozen.sizes.tolist() == [[7, 11]] and frozen.scenes[0].shots[1].shape == (3, 7, 11)


def test_loaded_scenes_are_the_frozen_ones(tmp_path, photo):
    save(tmp_path / "p.png", photo)
    frozen = reader.read(tmp_path, noise=noise.parse("poisson:30")).frozen(3)
    assert (frozen.loaded().scenes[0].shots[1] == frozen.scenes[0].shots[1]).all()


# --- Values, hold-out, batches ---


@pytest.mark.parametrize(
    ("values", "white"),
    [
        (np.uint8([0, 90]), 255),
        (np.uint16([0, 616]), 1023),
        (np.uint16([0, 65535]), 65535),
        (np.float32([-0.3, 1.4]), 1),
        (np.float32([0, 250]), 255),
        (np.float64([0, 40000]), 40000),
    ],
)
def test_white_follows_type_and_maximum(tmp_path, values, white):
    picture = np.tile(values, (3, 10, 5))
    np.savez(tmp_path / "x.npz", a=picture, b=picture)
    data = reader.read(tmp_path / "x.npz")
    assert data.to_float(data.scenes[0].shots[0]).max().item() == pytest.approx(values[1] / white)


def test_grey_scenes_among_coloured_ones_have_three_equal_channels(tmp_path, rng):
    grey, colour = rng.integers(0, 256, (2, 9, 9), np.uint8), rng.integers(0, 256, (2, 9, 9, 3), np.uint8)
    save_all(tmp_path, [grey, colour], "s{i}_{k}.png", "ab")
    data = reader.read(tmp_path)
    tensor = data.to_float(data.scenes[0].shots[0])
    assert tensor.shape == (3, 9, 9) and (tensor == tensor[:1]).all()


@pytest.mark.parametrize(("fraction", "held"), [(0.01, 1), (0.1, 2), (0.25, 5), (0.5, 10)])
def test_hold_out_parts_the_scenes(tmp_path, rng, fraction, held):
    np.save(tmp_path / "x.npy", rng.integers(0, 256, (20, 2, 8, 8), dtype=np.uint8))
    learnt, measured = reader.read(tmp_path / "x.npy").hold_out(fraction, seed=0)
    names = [[scene.name for scene in part.scenes] for part in (learnt, measured)]
    assert len(names[1]) == held and sorted(names[0] + names[1], key=int) == [str(i) for i in range(20)]


def test_hold_out_follows_the_seed(tmp_path, rng):
    np.save(tmp_path / "x.npy", rng.integers(0, 256, (50, 2, 8, 8), dtype=np.uint8))
    held = [[s.name for s in reader.read(tmp_path / "x.npy").hold_out(0.2, seed)[1].scenes] for seed in (1, 1, 2)]
    assert held[0] == held[1] != held[2]


def test_held_out_scenes_keep_all_their_shots(tmp_path, rng):
    stack = rng.integers(0, 256, (5, 3, 9, 8), dtype=np.uint8)
    data = reader.read(save_all(tmp_path, stack, "scene{i}/{k}.png", "123"))
    learnt, held = data.hold_out(0.4, seed=0)
    assert (np.sort([*shots_of(learnt), *shots_of(held)], axis=0) == np.sort(stack, axis=0)).all()


def test_a_single_scene_is_cut_along_its_longer_side(tmp_path, rng):
    frames = rng.integers(0, 256, (4, 20, 50), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "x.tif", frames, photometric="minisblack")
    learnt, held = reader.read(tmp_path / "x.tif").hold_out(0.2, seed=0)
    assert (np.concatenate([shots_of(learnt), shots_of(held)], axis=3) == frames).all()
    assert learnt.sizes.tolist() == [[20, 40]] and held.sizes.tolist() == [[20, 10]]


def test_batches_show_each_scene_in_order(tmp_path, stack):
    torch.save(tuple(torch.from_numpy(stack).unbind(1)), tmp_path / "x.pt")
    batches = list(reader.read(tmp_path / "x.pt").batches(pixels=240))  # two pictures at once
    assert [batch.names for batch in batches] == [("0", "1"), ("2", "3")]
    for part, expected in zip(("source", "target", "clean"), stack.swapaxes(0, 1)):
        shown = torch.cat([getattr(batch, part) for batch in batches])[:, 0]
        assert shown.numpy() == pytest.approx(expected / 255)


def test_batches_pair_each_shot_with_the_next(tmp_path, rng):
    frames = rng.integers(0, 256, (4, 12, 10), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "x.tif", frames, photometric="minisblack")
    [batch] = reader.read(tmp_path / "x.tif").batches()
    assert batch.source[:, 0].numpy() == pytest.approx(frames[:3] / 255)
    assert batch.target[:, 0].numpy() == pytest.approx(frames[1:] / 255)


def test_batches_part_scenes_of_one_shot_from_those_of_two(tmp_path, stack):
    save_all(tmp_path, stack[:1, 1:], "scene0/{k}.png", ["1", "clean"])
    save_all(tmp_path, stack[1:2], "scene1/{k}.png", ["1", "2", "clean"])
    one, two = reader.read(tmp_path).batches()
    assert one.target is None and two.target.shape == two.clean.shape == (1, 1, 12, 10)


# --- Real data ---


@shared
@pytest.mark.parametrize(
    ("path", "described"),
    [
        ("oct", "9 scenes × 5 shots and a reference, 8-bit grey 900×401 to 900×450"),
        ("mri/pairs.npz", "100 scenes × 2 shots, 16-bit (9 bits in use; 31 pixels above) grey 102×102"),
        ("burst", "1 scene × 8 shots, 8-bit colour 1080×720"),
        ("course_real/train_pairs_recovered.pkl", "4 scenes × 2 shots, 8-bit colour 32×32"),
        ("course_real/val_first11_exact.pkl", "11 scenes × 1 shot and a reference, 8-bit colour 32×32"),
    ],
)
def test_real_data_is_described_rightly(path, described):
    assert reader.read(SHARED / path).described == described

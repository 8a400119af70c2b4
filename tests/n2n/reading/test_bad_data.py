"""Data that cannot be learnt from: refused with the bad value, what is allowed, and what to do."""

import io
import pickle
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from PIL import Image

from n2n import noise
from n2n.data.scenes import LAYOUTS
from n2n.reading import reader


def png(rng, height=12, width=10):
    return encoded(rng.integers(0, 256, (height, width), dtype=np.uint8))


def encoded(pixels, form="PNG"):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form)
    return file.getvalue()


def write(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def pack(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def refusal(*paths, **options):
    with pytest.raises((ValueError, OSError)) as error:
        reader.read(*paths, **options)
    return str(error.value)


# --- Pictures that do not belong together ---


@pytest.mark.parametrize(
    ("names", "alone"),
    [
        ("source/p source/q target/p target/r", "source/q.png, target/r.png"),
        ("p_1 p_2 q_1", "q_1.png"),
        ("panda zebra giraffe", "giraffe.png, panda.png, zebra.png"),
    ],
)
def test_pictures_without_partner_are_named(tmp_path, rng, names, alone):
    message = refusal(write(tmp_path, {f"{name}.png": png(rng) for name in names.split()}))
    assert f"({alone})" in message and "no partner" in message


def test_photographs_alone_lead_to_the_noise_models(tmp_path, rng):
    message = refusal(write(tmp_path, {f"{name}.png": png(rng) for name in ("panda", "zebra", "giraffe")}))
    assert LAYOUTS in message and "--noise" in message


def test_shots_of_two_sizes_are_refused(tmp_path, rng):
    message = refusal(write(tmp_path, {"s_1.png": png(rng, 12, 10), "s_2.png": png(rng, 12, 11)}))
    assert "10×12" in message and "11×12" in message and "one size" in message


def test_shots_that_an_exif_turn_makes_unequal_are_refused(tmp_path, rng):
    exif = Image.Exif()
    exif[274] = 6
    Image.open(io.BytesIO(png(rng))).save(tmp_path / "s_1.png", exif=exif)
    assert "12×10" in refusal(write(tmp_path, {"s_2.png": png(rng)}))


def test_a_grey_and_a_coloured_shot_are_refused(tmp_path, photo):
    message = refusal(write(tmp_path, {"s_1.png": encoded(photo), "s_2.png": encoded(photo[:, :, 0])}))
    assert "3 channels" in message and "1 channels" in message


def test_scenes_of_eight_and_sixteen_bits_are_refused(tmp_path, rng):
    deep = encoded(rng.integers(0, 65536, (12, 10), dtype=np.uint16))
    message = refusal(write(tmp_path, {"a_1.png": png(rng), "a_2.png": png(rng), "b_1.png": deep, "b_2.png": deep}))
    assert "mixes uint16 and uint8" in message


def test_scenes_with_and_without_reference_are_refused(tmp_path, rng):
    names = ("s/1", "s/2", "s/clean", "t/1", "t/2", "u/1", "u/2", "v/1", "v/2")
    message = refusal(write(tmp_path, {f"{name}.png": png(rng) for name in names}))
    assert "3 of 4 scenes have no reference (t, u, v)" in message


def test_two_references_of_a_scene_are_refused(tmp_path, rng):
    names = ("s_1", "s_2", "s_clean", "s_gt")
    assert "2 references (s_clean.png, s_gt.png)" in refusal(
        write(tmp_path, {f"{name}.png": png(rng) for name in names})
    )


def test_equal_names_in_two_formats_are_refused(tmp_path, rng):
    files = {"p_1.png": png(rng), "p_2.png": png(rng), "p_2.bmp": encoded(np.eye(12, 10, dtype=np.uint8), "BMP")}
    assert "p_2.png" in refusal(write(tmp_path, files))


# --- Too little ---


def test_a_single_picture_is_one_shot_only(tmp_path, rng):
    message = refusal(write(tmp_path, {"x.png": png(rng)}) / "x.png")
    assert "one shot only" in message and LAYOUTS in message


def test_a_scene_of_one_shot_is_named(tmp_path, rng):
    names = ("p/1", "p/2", "q/1", "q/2", "r/1", "r/2", "lonely/1")
    assert "'lonely' has one shot only" in refusal(write(tmp_path, {f"{name}.png": png(rng) for name in names}))


def test_a_stack_of_one_frame_is_one_shot_only(tmp_path, rng):
    tifffile.imwrite(tmp_path / "x.tif", rng.integers(0, 256, (12, 10), dtype=np.uint8))
    assert "one shot only" in refusal(tmp_path / "x.tif")


def test_an_empty_folder_is_refused(tmp_path):
    assert "holds no pictures (0 files); allowed: .png" in refusal(tmp_path)


@pytest.mark.parametrize("files", [{}, {"readme.txt": b"text"}, {"__MACOSX/p_1.png": b""}, {"folder/": b""}])
def test_a_zip_without_pictures_is_refused(tmp_path, files):
    assert "holds no pictures" in refusal(pack(tmp_path / "x.zip", files))


@pytest.mark.parametrize("name", ["no_folder", "no.zip", "no.png", "no.pkl", "no.npz", "no.npy"])
def test_what_is_not_there_is_called_so(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=name):
        reader.read(tmp_path / name)


def test_nothing_at_all_is_refused():
    assert "holds no pictures" in refusal()


def test_pictures_too_small_to_learn_from_are_refused(tmp_path, rng):
    message = refusal(write(tmp_path, {"s_1.png": png(rng, 20, 7), "s_2.png": png(rng, 20, 7)}))
    assert "7×20" in message and "the least is 8×8" in message


# --- Files that are no pictures ---


def test_what_is_not_an_image_is_refused(tmp_path):
    message = refusal(write(tmp_path, {"s_1.png": b"<html>404</html>", "s_2.png": b""}))
    assert "'s_1.png' is not a picture" in message and "PNG, JPEG, WebP, BMP, TIFF" in message


def test_a_text_file_given_alone_is_refused(tmp_path):
    assert "allowed: .png" in refusal(write(tmp_path, {"notes.txt": b"text"}) / "notes.txt")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
def test_truncated_images_are_refused(tmp_path, photo, form):
    data = encoded(photo, form)
    name = f"s_1.{form.lower()}"
    message = refusal(write(tmp_path, {name: data[: len(data) // 2], "s_2.png": encoded(photo)}))
    assert f"'{name}'" in message and "copy it again" in message


def test_a_picture_bomb_is_refused_before_it_is_decoded(tmp_path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    assert "megapixels" in refusal(write(tmp_path, {"s_1.png": bomb, "s_2.png": bomb}))


def test_a_stack_among_other_pictures_is_refused(tmp_path, rng):
    frames = rng.integers(0, 256, (4, 12, 10), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "s_1.tif", frames, photometric="minisblack")
    assert "stack of 4 frames" in refusal(write(tmp_path, {"s_2.png": png(rng)}))


# --- Archives from strangers ---


@pytest.mark.parametrize("name", ["../p_1.png", "a/../../p_1.png", "/etc/p_1.png", "C:/p_1.png", "..\\p_1.png"])
def test_entries_that_point_outside_the_archive_are_refused(tmp_path, rng, name):
    message = refusal(pack(tmp_path / "x.zip", {name: png(rng), "p_2.png": png(rng)}))
    assert f"'{name}' points outside" in message


@pytest.mark.parametrize("name", ["more.zip", "deep/more.tar", "more.png.gz", "MORE.7Z"])
def test_archives_in_archives_are_refused(tmp_path, rng, name):
    message = refusal(pack(tmp_path / "x.zip", {"p_1.png": png(rng), "p_2.png": png(rng), name: b"PK"}))
    assert f"'{name}' is an archive in an archive; unpack it" in message


@pytest.mark.parametrize("suffix", [".zip", ".npz"])
def test_encrypted_archives_are_refused(tmp_path, rng, suffix):
    path = pack(tmp_path / f"x{suffix}", {"p_1.png": png(rng), "p_2.png": png(rng)})
    data = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # where a local and a central header keep them
        data[data.index(header) + flags] |= 1
    path.write_bytes(data)
    assert "'p_1.png' is encrypted; zip it without a password" in refusal(path)


@pytest.mark.parametrize("suffix", [".zip", ".npz"])
def test_an_entry_that_unpacks_from_next_to_nothing_is_refused(tmp_path, suffix):
    assert "from next to nothing" in refusal(pack(tmp_path / f"x{suffix}", {"p_1.png": bytes(5 * 2**20)}))


def test_an_archive_that_claims_too_many_bytes_is_refused(tmp_path):
    path = pack(tmp_path / "x.zip", {"p_1.png": b"x"})
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[central + 20 : central + 28] = struct.pack("<II", 2**32 - 2, 2**32 - 2)
    data = data.replace(b"PK\x05\x06\0\0\0\0\1\0\1\0", b"PK\x05\x06\0\0\0\0\2\0\2\0")  # the same entry twice
    entry = bytes(data[central : data.index(b"PK\x05\x06")])
    end = bytearray(data[data.index(b"PK\x05\x06") :])
    end[12:16] = struct.pack("<I", 2 * len(entry))
    path.write_bytes(bytes(data[:central]) + entry * 2 + bytes(end))
    assert "unpacks to 8.0 GB; at most 4 GB" in refusal(path)


def test_a_damaged_entry_is_named(tmp_path, rng):
    content = png(rng)
    path = pack(tmp_path / "x.zip", {"p_1.png": content, "p_2.png": png(rng)}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(content, content[:-1] + b"?"))
    assert "'p_1.png' is damaged" in refusal(path)


@pytest.mark.parametrize("suffix", [".zip", ".npz"])
def test_half_an_archive_is_refused(tmp_path, rng, suffix):
    path = pack(tmp_path / f"x{suffix}", {"p_1.png": png(rng), "p_2.png": png(rng)})
    path.write_bytes(path.read_bytes()[:-40])
    assert path.name in refusal(path)


# --- Arrays ---


class Touch:
    """Pickled, it makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("save", [torch.save, lambda content, path: path.write_bytes(pickle.dumps(content, 2))])
def test_a_pickle_that_wants_to_run_code_is_refused_without_running_it(tmp_path, save):
    save((Touch(tmp_path / "owned"), torch.zeros(1)), tmp_path / "x.pkl")
    assert "Nothing in it was run" in refusal(tmp_path / "x.pkl")
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("suffix", [".npz", ".npy"])
def test_pickled_objects_in_numpy_files_are_refused_without_running_them(tmp_path, suffix):
    objects = np.array([Touch(tmp_path / "owned"), None])
    np.save(tmp_path / "x.npy", objects) if suffix == ".npy" else np.savez(tmp_path / "x.npz", a=objects, b=objects)
    assert "refused" in refusal(tmp_path / f"x{suffix}")
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("suffix", [".pkl", ".pt", ".npz", ".npy"])
@pytest.mark.parametrize("data", [b"", b"text", b"\x93NUMPY\x01\x00", b"PK\x03\x04"])
def test_files_that_are_not_what_their_names_say_are_refused(tmp_path, suffix, data):
    assert f"x{suffix}' was refused" in refusal(write(tmp_path, {f"x{suffix}": data}) / f"x{suffix}")


def test_an_npz_under_the_name_of_an_npy_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.eye(9))
    assert "refused" in refusal((tmp_path / "x.npz").rename(tmp_path / "x.npy"))


def test_a_damaged_npz_is_refused(tmp_path, rng):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, a=rng.random((4, 9, 9)), b=rng.random((4, 9, 9)))
    data = bytearray(path.read_bytes())
    data[200:300] = b"\xff" * 100
    path.write_bytes(data)
    assert "refused" in refusal(path)


def test_an_npz_that_claims_more_than_any_memory_is_refused(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (2**48,)})
    assert "refused" in refusal(pack(tmp_path / "x.npz", {"a.npy": header.getvalue(), "b.npy": header.getvalue()}))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (torch.zeros(4, 1, 9, 9), "Tensor"),
        ((torch.zeros(4, 1, 9, 9),), "1 arrays"),
        ((torch.zeros(4, 1, 9, 9),) * 4, "4 arrays"),
        ({}, "0 arrays"),
        ("text", "str"),
        ((torch.zeros(4, 1, 9, 9), "text"), "entry [1] is str"),
        ((torch.zeros(4, 1, 9, 9).to_sparse(),) * 2, "Sparse"),
    ],
)
def test_anything_but_two_or_three_arrays_is_refused(tmp_path, content, found):
    torch.save(content, tmp_path / "x.pt")
    assert found in refusal(tmp_path / "x.pt")


@pytest.mark.parametrize("shape", [(9,), (2, 4), (4, 9, 9), (4, 3, 9, 9), (2, 2, 2, 2, 9, 9)])
def test_an_npy_without_an_axis_of_two_shots_is_refused(tmp_path, shape):
    np.save(tmp_path / "x.npy", np.zeros(shape))
    assert f"{shape}; allowed: (N, 2, C, H, W), (N, 2, H, W) or (2, N, …)" in refusal(tmp_path / "x.npy")


@pytest.mark.parametrize("shape", [(0, 2, 9, 9), (2, 0, 9, 9), (2, 0, 3, 9, 9)])
def test_an_npy_without_scenes_is_refused(tmp_path, shape):
    np.save(tmp_path / "x.npy", np.zeros(shape))
    assert "no noisy pictures" in refusal(tmp_path / "x.npy")


@pytest.mark.parametrize("shape", [(2, 4, 3, 9, 9), (9,)])
def test_arrays_that_are_no_pictures_are_refused(tmp_path, shape):
    np.savez(tmp_path / "x.npz", a=np.zeros(shape), b=np.zeros(shape))
    message = refusal(tmp_path / "x.npz")
    assert str(shape) in message and "(N, C, H, W)" in message


@pytest.mark.parametrize("dtype", ["int64", "bool", "complex64", "U3"])
def test_arrays_of_another_type_are_refused(tmp_path, dtype):
    np.savez(tmp_path / "x.npz", a=np.zeros((4, 9, 9), dtype), b=np.zeros((4, 9, 9), dtype))
    message = refusal(tmp_path / "x.npz")
    assert str(np.dtype(dtype)) in message and "allowed: uint8, uint16, uint32, int8" in message


@pytest.mark.parametrize("other", [np.zeros((4, 9, 8)), np.zeros((3, 9, 9)), np.zeros((4, 9, 9), np.uint8)])
def test_arrays_of_unequal_shape_or_type_are_refused(tmp_path, other):
    np.savez(tmp_path / "x.npz", source=np.zeros((4, 9, 9)), target=other)
    assert "the arrays differ" in refusal(tmp_path / "x.npz")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 1])
def test_values_that_are_no_numbers_are_refused(tmp_path, rng, value, place):
    shots = rng.random((2, 300, 9, 9))
    shots[place, 299, 3, 4] = value
    np.savez(tmp_path / "x.npz", a=shots[0], b=shots[1])
    assert "NaN or infinite" in refusal(tmp_path / "x.npz")


def test_constant_arrays_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.full((4, 2, 9, 9), 7.0))
    assert "every pixel is 7; nothing can be learnt" in refusal(tmp_path / "x.npy")


def test_constant_pictures_are_refused(tmp_path):
    black = encoded(np.zeros((12, 10), np.uint8))
    assert "every pixel is 0" in refusal(write(tmp_path, {"s_1.png": black, "s_2.png": black}))


# --- Options ---


def test_roles_for_another_number_of_arrays_are_refused(tmp_path, rng):
    np.savez(tmp_path / "x.npz", p=rng.random((4, 9, 9)), q=rng.random((4, 9, 9)))
    assert "3 roles for 2 arrays (p, q)" in refusal(tmp_path / "x.npz", roles=("source", "target", "clean"))


def test_roles_for_photographs_are_refused(tmp_path):
    assert "with a noise model" in refusal(tmp_path, roles=("source", "clean"), noise=noise.parse("gaussian:25"))


def test_arrays_with_a_noise_model_are_refused(tmp_path):
    assert "noise model is for folders" in refusal(tmp_path / "x.npz", noise=noise.parse("gaussian:25"))


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_hold_out_outside_its_range_is_refused(tmp_path, rng, fraction):
    np.save(tmp_path / "x.npy", rng.random((4, 2, 9, 9)))
    with pytest.raises(ValueError, match=f"hold-out is {fraction}; allowed: between 0 and 1"):
        reader.read(tmp_path / "x.npy").hold_out(fraction, seed=0)


@pytest.mark.parametrize("scenes", [1, 2])
def test_hold_out_that_leaves_nothing_is_refused(tmp_path, rng, scenes):
    np.save(tmp_path / "x.npy", rng.random((scenes, 2, 9, 9)))
    with pytest.raises(ValueError, match="no data left after hold-out"):
        reader.read(tmp_path / "x.npy").hold_out(0.9, seed=0)


def test_an_npy_whose_shape_is_no_shape_is_refused_by_name(tmp_path):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (True, True, 8, 8), }"
    header += b" " * (117 - len(header)) + b"\n"
    path = tmp_path / "a.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(64))
    with pytest.raises(ValueError, match=r"a\.npy"):
        reader.read(path)


def test_a_zip_with_an_entry_without_a_name_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", b"data")
    path.write_bytes(path.read_bytes().replace(b"x", b"\0"))
    with pytest.raises(ValueError, match=r"a\.zip.*without a name"):
        reader.read(path)

"""Weights files against the library that defines their format."""

import json
from dataclasses import replace

import pytest
import safetensors
import safetensors.torch
import torch

from n2n.files import tensors
from n2n.nets import weights
from n2n.nets.header import Header


def files(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_another_reader_finds_the_tensors_bit_for_bit(tmp_path):
    tensors = {"a": torch.rand(3, 4), "b": torch.rand(2, 3, 5, 5).to(memory_format=torch.channels_last)}
    weights.save(tmp_path / "w.safetensors", tensors, Header())
    found = safetensors.torch.load_file(tmp_path / "w.safetensors")
    assert all(torch.equal(found.pop(name), tensor) for name, tensor in tensors.items())
    assert found == {}


def test_another_reader_finds_the_header_as_json(tmp_path):
    weights.save(tmp_path / "w.safetensors", {"a": torch.ones(1)}, Header(noise="gaussian:0-50", psnr={"noisy": 1.5}))
    with safetensors.safe_open(tmp_path / "w.safetensors", "pt") as file:
        found = {key: json.loads(value) for key, value in file.metadata().items() if key != "format"}
    assert found == {"noise": "gaussian:0-50", "psnr": {"noisy": 1.5}}


def test_a_header_comes_back_as_it_was(tmp_path):
    header = Header(note="Zürich: “σ”", seed=2**53, more={"list": [1, 2.5, None, True]})
    weights.save(tmp_path / "w.safetensors", {"a": torch.ones(1)}, header)
    assert weights.load(tmp_path / "w.safetensors")[1] == header


@pytest.mark.parametrize("metadata", [{}, {"author": "someone", "seed": "{}"}])
def test_of_a_file_of_another_program_the_notes_are_kept_but_not_understood(tmp_path, metadata):
    safetensors.torch.save_file({"a": torch.arange(3.0)}, tmp_path / "w.safetensors", metadata)
    tensors, header = weights.load(tmp_path / "w.safetensors")
    assert tensors["a"].tolist() == [0, 1, 2]
    assert replace(header, more={}) == Header() and header.more.keys() == metadata.keys()


def test_saving_replaces_the_old_file_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"old")
    weights.save(path, {"a": torch.ones(1)}, Header())
    assert list(files(tmp_path)) == ["w.safetensors"]
    assert safetensors.torch.load_file(path)["a"] == 1


def test_a_header_that_cannot_be_written_leaves_the_old_file(tmp_path):
    (tmp_path / "w.safetensors").write_bytes(b"old")
    with pytest.raises(TypeError):
        weights.save(tmp_path / "w.safetensors", {"a": torch.ones(1)}, Header(more={"key": object()}))
    assert files(tmp_path) == {"w.safetensors": b"old"}


def test_a_full_disk_leaves_the_old_weights_and_nothing_beside_them(tmp_path, full_disk):
    (tmp_path / "w.safetensors").write_bytes(b"old")
    with full_disk:
        with pytest.raises(OSError):
            weights.save(tmp_path / "w.safetensors", {"a": torch.ones(5000)}, Header())
        with pytest.raises(OSError):
            weights.check_writable(tmp_path / "w.safetensors")
    assert files(tmp_path) == {"w.safetensors": b"old"}


def test_checking_a_place_leaves_it_as_it_was(tmp_path):
    (tmp_path / "w.safetensors").write_bytes(b"old")
    weights.check_writable(tmp_path / "w.safetensors")
    weights.check_writable(tmp_path / "new.safetensors")
    assert files(tmp_path) == {"w.safetensors": b"old"}


def test_a_missing_folder_is_named_before_any_work(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"the folder does not exist; make it first: '.*gone'"):
        weights.check_writable(tmp_path / "gone" / "w.safetensors")


@pytest.mark.parametrize("name", ["w.pth", "w", "w.safetensors.gz"])
def test_another_suffix_is_refused_before_any_work(tmp_path, name):
    with pytest.raises(ValueError, match=f"weights go into a .safetensors file, not '{name}'"):
        weights.check_writable(tmp_path / name)


def test_a_file_is_found_where_it_lies(tmp_path):
    (tmp_path / "w.pth").write_bytes(b"")
    assert weights.find(str(tmp_path / "w.pth")) == tmp_path / "w.pth"


@pytest.mark.parametrize("zipped", [True, False])
def test_what_torch_saved_is_read_back_whole(tmp_path, zipped):
    content = [torch.rand(3), {"a": torch.arange(4, dtype=torch.uint8)}]
    torch.save(content, tmp_path / "w.pkl", _use_new_zipfile_serialization=zipped)
    first, second = tensors.load_tensors(tmp_path / "w.pkl")
    assert torch.equal(first, content[0]) and torch.equal(second["a"], content[1]["a"])


def test_a_pickle_file_that_is_not_there_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        tensors.load_tensors(tmp_path / "gone.pkl")

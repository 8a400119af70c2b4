"""A trained net for other programs, made on request."""

import sys
import zipfile

import pytest

from demo.service.passports import write_passports
from n2n import Noise2Noise
from n2n.nets import weights

MADE = ["mine.onnx", "mine.bioimage.zip", "mine-huggingface.zip"]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_all_files_are_made_and_the_folder_is_the_same_net(tmp_path):
    files, problems = write_passports(weights.find("oct"), tmp_path)
    assert [file.name for file in files] == MADE and problems == []
    zipfile.ZipFile(files[2]).extractall(tmp_path)
    assert Noise2Noise.load(tmp_path / "mine-huggingface").header == Noise2Noise.load("oct").header


def test_what_cannot_be_made_is_told_and_the_rest_is_made(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    files, problems = write_passports(weights.find("oct"), tmp_path)
    assert [file.name for file in files] == MADE[2:]
    assert all("pip install onnx onnxruntime" in problem for problem in problems) and len(problems) == 2
    assert "onnxruntime" in capsys.readouterr().err  # the log is told

"""Nets of the Hugging Face Hub, from the cache of its library: nothing is fetched here."""

import shutil
import sys

import pytest
from huggingface_hub import constants

from n2n import Noise2Noise
from n2n.nets import weights
from n2n.nets.hub import is_repository


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The library's cache, off line."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def test_a_repository_is_loaded_by_its_name(cache):
    snapshot = cache / "models--ada--net" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot.parent.parent / "refs").mkdir()
    (snapshot.parent.parent / "refs" / "main").write_text("abc")
    shutil.copy(weights.find("course"), snapshot / "model.safetensors")
    assert Noise2Noise.load("ada/net").header == Noise2Noise.load("course").header


def test_where_it_cannot_be_had_one_sentence_says_why(cache):
    with pytest.raises(ValueError, match="'ada/net' is not on this computer, and the Hub cannot be reached"):
        Noise2Noise.load("ada/net")


def test_without_the_library_the_line_that_installs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ValueError, match=r"-m pip install huggingface_hub$"):
        Noise2Noise.load("ada/net")


@pytest.mark.parametrize("name", ["course", "mine.safetensors", "a/b/c", "../net", "/etc/passwd", "ada/", "tests/net"])
def test_only_user_and_repo_are_a_repository(name):
    assert not is_repository(name)

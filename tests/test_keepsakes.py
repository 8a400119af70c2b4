"""What a person downloads after a training: whatever cannot be made costs nothing of the rest."""

import shlex

import numpy as np
import pytest
from test_learning import SHORT, never, save

from demo import keepsakes, learning
from demo.runs import Run
from n2n.repeat import command


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run that has ended."""
    folder = tmp_path_factory.mktemp("trained")
    data = save(folder / "pairs.npz", np.random.default_rng(0))
    run = Run((data,), folder / "run", SHORT, ("pairs.npz",))
    run.folder.mkdir()
    for item in learning.learn(never, [data], run.folder, SHORT):
        run.add(item)
    return run


ALL = [
    "mine.safetensors",
    "mine.md",
    "training.csv",
    "hold-out.csv",
    "command.txt",
    "loss.png",
    "psnr.png",
    "tensorboard.zip",
]


def test_everything_is_there_the_weights_first(trained, tmp_path):
    assert [file.name for file in keepsakes.written(tmp_path / "take", trained)] == ALL
    assert all(file.stat().st_size for file in (tmp_path / "take").iterdir())


@pytest.mark.parametrize("broken", ["card", "command_of", "_zipped"])
def test_a_fault_in_one_costs_nothing_of_the_rest(trained, tmp_path, broken, monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("no closing quotation")

    monkeypatch.setattr(keepsakes, broken, fail)
    names = [file.name for file in keepsakes.written(tmp_path / "take", trained)]
    assert "mine.safetensors" in names and "training.csv" in names and len(names) >= len(ALL) - 2
    assert "no closing quotation" in capsys.readouterr().err  # the log is told


@pytest.mark.parametrize("name", ["it's mine.npz", "a b.zip", '"quoted".tif', "-dash.npz", "é.npz", "$(x);`y`.npz"])
def test_a_name_stands_in_the_command_as_it_is(trained, name, monkeypatch):
    monkeypatch.setattr(trained, "names", (name,))
    words = shlex.split(keepsakes.command_of(trained))
    assert name in (words[4], words[4].removeprefix("./"))


def test_two_loose_files_are_two_in_the_command(trained, monkeypatch):
    monkeypatch.setattr(trained, "names", ("a 1.jpg", "b 2.jpg"))
    expected = command(["a 1.jpg", "b 2.jpg"], "mine.safetensors", SHORT.recipe, SHORT.width)
    assert keepsakes.command_of(trained) == expected

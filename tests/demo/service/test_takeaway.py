"""What one downloads after a training: the command that repeats it is run as it is printed; the card."""

import copy
import shlex
import zipfile

import numpy as np
import pytest
import tifffile
from PIL import Image
from short_training import SHORT, never, save

from demo.content import samples
from demo.service import takeaway
from demo.service.runs import Run
from demo.service.uploads import TrainingData, Upload, gather
from demo.work import pairs as gathering
from demo.work import train
from demo.work.train import TrainingSettings
from n2n.__main__ import main
from n2n.cli.repeat import training_command
from n2n.measure.evaluate import ESTIMATED, MEAN
from n2n.nets import weights
from n2n.nets.header import Header
from n2n.nets.unet import UNetConfig
from n2n.training.history import MEASUREMENT_COLUMNS
from n2n.training.recipe import named_recipe

TINY = UNetConfig(width=6, residual=True)
CHOSEN = TrainingSettings(named_recipe("fast", steps=2, batch_size=2, evaluations=1, hold_out=0.3), TINY, device="cpu")


@pytest.fixture
def noisy(rng):
    """Makes a noisy picture, 48×40 pixels."""
    return lambda: (rng.integers(60, 190) + rng.normal(0, 20, (40, 48, 3))).clip(0, 255).round().astype(np.uint8)


@pytest.fixture
def home(tmp_path):
    """The folder in which a person has the pictures."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def run_of(tmp_path):
    """A training on uploaded files: each in a folder of its own, under the name that Gradio lets it have."""

    def run_of(*files):
        given = []
        for place, file in enumerate(files):
            path = tmp_path / "uploads" / str(place) / file.name.replace("'", "")
            path.parent.mkdir(parents=True)
            path.write_bytes(file.read_bytes())
            given.append(Upload(str(path), file.name))
        data = gather(given, tmp_path / "together", tmp_path)
        return Run(data, tmp_path, CHOSEN)

    return run_of


def repeated(run, home, monkeypatch):
    """Runs what is printed in the person's folder; the header of the weights that come of it."""
    monkeypatch.chdir(home)
    for line in takeaway.command_for(run).splitlines():
        if words := shlex.split(line, comments=True):
            assert words[:3] == ["python", "-m", "n2n"] and not main(words[3:])
    return weights.load(home / "mine.safetensors")[1]


def pictures(home, noisy, *names):
    for name in names:
        (home / name).parent.mkdir(exist_ok=True, parents=True)
        Image.fromarray(noisy()).save(home / name)
    return [home / name for name in names]


def zipped(home, noisy):
    with zipfile.ZipFile(home / "my 'shots'.zip", "w") as archive:
        for path in pictures(home, noisy, *(f"{role}/{name}.png" for role in ("source", "target") for name in "abcd")):
            archive.write(path, path.relative_to(home))
    return [home / "my 'shots'.zip"]


def arrays(home, noisy):
    np.savez(home / "-arrays.npz", source=np.stack([noisy() for _ in range(6)]), target=[noisy() for _ in range(6)])
    return [home / "-arrays.npz"]


def stack(home, noisy):
    tifffile.imwrite(home / "night sky.tif", np.stack([noisy() for _ in range(3)]), photometric="rgb")
    return [home / "night sky.tif"]


def two(home, noisy):
    return pictures(home, noisy, "Zoë's cat.png", "a $(dog).png")


def several(home, noisy):
    return pictures(home, noisy, *(f"the cat's {place}_{shot}.png" for place in (1, 2, 3) for shot in (1, 2)))


@pytest.mark.parametrize("bring", [zipped, arrays, stack, two, several])
def test_the_printed_command_repeats_the_training(run_of, home, noisy, monkeypatch, bring):
    header = repeated(run_of(*bring(home, noisy)), home, monkeypatch)
    assert header.steps == 2 and header.config.width == 6


def test_of_many_files_the_command_names_a_folder_of_them(run_of, home, noisy, monkeypatch):
    files = pictures(home, noisy, *(f"pairs/{place}_{shot}.png" for place in range(5) for shot in "ab"))
    run = run_of(*files)
    assert "a folder with your 10 pictures" in takeaway.command_for(run) and "0_a.png" not in takeaway.command_for(run)
    assert repeated(run, home, monkeypatch).steps == 2


def test_two_files_of_one_name_are_told_apart_in_the_command(run_of, home, noisy, monkeypatch):
    files = pictures(home, noisy, "1/shot.png", "2/shot.png")
    run = run_of(*files)
    assert "# shot_1.png and shot_2.png: your two files of the same name" in takeaway.command_for(run)
    for place, file in enumerate(files, start=1):
        file.rename(home / f"shot_{place}.png")
    assert repeated(run, home, monkeypatch).steps == 2


def test_the_sample_pairs_are_made_before_they_are_learnt_from(tmp_path, home, monkeypatch):
    monkeypatch.setattr(gathering, "SCENES", 40)
    data = gather((samples.PAIRS,), tmp_path / "together", tmp_path)
    run = Run(data, tmp_path, CHOSEN)
    assert repeated(run, home, monkeypatch).steps == 2
    made, ours = np.load(home / "pairs.npz"), np.load(data.files[0])
    assert set(made) == set(ours) and all(np.array_equal(made[name], ours[name]) for name in ours)


@pytest.mark.parametrize(
    ("called", "name"),
    [("it's.png", "it's.png"), (r"C:\me\a  b.png", "a  b.png"), ("../x\n.png", "x.png"), (None, "b.png")],
)
def test_an_upload_keeps_the_name_that_it_has_where_it_comes_from(called, name):
    upload = copy.deepcopy(Upload("/a/b.png", called))
    assert (upload, upload.original_name) == ("/a/b.png", name)


def test_card_plot_and_table_tell_which_psnr_they_tell_in_the_same_words():
    psnr = {"noisy": 20.0, "denoised": 25.0, "estimated": 24.8, "estimated_noisy": 19.9}
    recipe = {"batch_size": 2, "loss": "l2"}
    header = Header(UNetConfig(), recipe, data="pairs", steps=4, seconds=2.0, seed=0, psnr=psnr)
    told = takeaway.model_card(header, "command")
    assert f"| hold-out PSNR, denoised, {MEAN} | 25.00 dB |" in told
    assert f"| hold-out PSNR, denoised, {ESTIMATED} | 24.80 dB |" in told
    measured = [name for name in MEASUREMENT_COLUMNS if name.startswith("psnr")]
    assert all(name.startswith(("psnr_mean_", "psnr_pooled_")) for name in measured)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run that has ended."""
    folder = tmp_path_factory.mktemp("trained")
    data = save(folder / "pairs.npz", np.random.default_rng(0))
    run = Run(TrainingData((data,), ("pairs.npz",)), folder / "run", SHORT)
    run.folder.mkdir()
    for item in train.learn(never, [data], run.folder, SHORT):
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
    assert [file.name for file in takeaway.write_all(tmp_path / "take", trained)] == ALL
    assert all(file.stat().st_size for file in (tmp_path / "take").iterdir())


@pytest.mark.parametrize("broken", ["model_card", "training_command", "_zip"])
def test_a_fault_in_one_costs_nothing_of_the_rest(trained, tmp_path, broken, monkeypatch, capsys):
    def fail(*_, **__):
        raise RuntimeError("no closing quotation")

    monkeypatch.setattr(takeaway, broken, fail)
    names = [file.name for file in takeaway.write_all(tmp_path / "take", trained)]
    assert "mine.safetensors" in names and "training.csv" in names and len(names) >= len(ALL) - 2
    assert "no closing quotation" in capsys.readouterr().err  # the log is told


@pytest.mark.parametrize("name", ["it's mine.npz", "a b.zip", '"quoted".tif', "-dash.npz", "é.npz", "$(x);`y`.npz"])
def test_a_name_stands_in_the_command_as_it_is(trained, name, monkeypatch):
    monkeypatch.setattr(trained, "data", trained.data._replace(names=(name,)))
    words = shlex.split(takeaway.command_for(trained))
    assert name in (words[4], words[4].removeprefix("./"))


def test_two_loose_files_are_two_in_the_command(trained, monkeypatch):
    monkeypatch.setattr(trained, "data", trained.data._replace(names=("a 1.jpg", "b 2.jpg")))
    expected = training_command(["a 1.jpg", "b 2.jpg"], "mine.safetensors", SHORT.recipe, SHORT.config)
    assert takeaway.command_for(trained) == expected

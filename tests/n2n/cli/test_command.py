"""The command line, run as a person would."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skimage
import tifffile
import torch
from PIL import Image

from n2n import Noise2Noise, UNetConfig
from n2n.__main__ import main
from n2n.cli import parse, training_command
from n2n.cli.commands import COMMANDS
from n2n.cli.repeat import short_names
from n2n.cli.train import chosen_settings
from n2n.files import ValueRange
from n2n.nets.header import Header
from n2n.training.recipe import Recipe, named_net, named_recipe

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def picture(photo, tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(photo[:40, :56]).save(path)
    return path


def command(*arguments):
    return main([str(argument) for argument in arguments])


def refused(capsys, *arguments):
    """The one line on stderr with which a command ends."""
    assert command(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 + printed.err.count("\n", 0, printed.err.rfind("n2n "))
    return printed.err.splitlines()[-1]


def test_the_main_job_makes_trains_evaluates_and_denoises(tmp_path, capsys, picture):
    pairs, out = tmp_path / "pairs.npz", tmp_path / "mine.safetensors"
    command("make-pairs", "samples", "-o", pairs, "--noise", "pixelate:4", "--count", 60, "--clean")
    command("train", pairs, "-o", out, "--steps", 30, "--batch-size", 10, "--width", 6, "--json")
    trained = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert trained["steps"] == 30 and set(trained["best"]["psnr"]) >= {"noisy", "denoised", "estimated"}
    command("evaluate", pairs, "--weights", out, "--figure", tmp_path / "figure.png", "--json")
    told = json.loads(capsys.readouterr().out)
    assert {"count", "noisy", "denoised", "estimated", "seconds", "weights"} <= set(told) and told["count"] == 60
    assert np.asarray(Image.open(tmp_path / "figure.png")).shape[1] > 500
    assert command("denoise", picture, "-o", tmp_path / "clean.png", "--weights", out) == 0
    assert np.asarray(Image.open(tmp_path / "clean.png")).shape == (40, 56, 3)


def test_evaluate_agrees_with_scikit_image(tmp_path, capsys, weights, rng):
    clean, noisy = (rng.integers(0, 256, (3, 3, 32, 32), dtype=np.uint8) for _ in range(2))
    np.savez(tmp_path / "set.npz", noisy=noisy, clean=clean)
    command("evaluate", tmp_path / "set.npz", "--weights", weights, "--json")
    told = json.loads(capsys.readouterr().out)["noisy"]
    psnrs = [skimage.metrics.peak_signal_noise_ratio(c, n) for c, n in zip(clean, noisy)]
    assert told["psnr"] == pytest.approx(np.mean(psnrs), abs=1e-3)
    assert told["psnr_pooled"] == pytest.approx(skimage.metrics.peak_signal_noise_ratio(clean, noisy), abs=1e-3)


def test_evaluate_prints_every_baseline(tmp_path, capsys, weights):
    command(
        "evaluate", "samples", "--noise", "gaussian:25", "--count", 1, "--weights", weights, "--baselines", "--json"
    )
    baselines = json.loads(capsys.readouterr().out)["baselines"]
    assert set(baselines) == {"blur", "median", "non-local means", "total variation", "wavelet"}
    assert all(one["denoised"]["psnr"] > one["noisy"]["psnr"] + 4 for one in baselines.values())


def test_evaluate_is_repeated_bit_for_bit_by_its_seed(capsys, weights):
    for seed in (0, 0, 1):
        command(
            "evaluate", "samples", "--noise", "poisson:30", "--count", 1, "--weights", weights, "--seed", seed, "--json"
        )
    one, same, other = (json.loads(line)["noisy"] for line in capsys.readouterr().out.splitlines())
    assert one == same != other


def test_denoise_takes_folders_and_goes_on_after_a_bad_file(tmp_path, capsys, weights, picture):
    (tmp_path / "broken.png").write_bytes(picture.read_bytes()[:200])
    assert command("denoise", tmp_path, "-o", tmp_path / "out", "--weights", weights) == 2
    assert "broken.png" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["picture.png"]


def test_automatic_weights_suit_each_picture_and_say_why(tmp_path, capsys, photo, rng):
    white = rng.normal(0, 20, photo.shape)
    for name, noisy in {"white": photo + white, "photons": rng.poisson(photo / 255 * 30) * 255 / 30}.items():
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
    assert command("denoise", tmp_path, "-o", tmp_path / "out", "--weights", "auto", "--precision", "fp32") == 0
    told = capsys.readouterr().err
    assert re.search(r"white.png: “gaussian” is used. The noise .* as strong in the dark", told)
    assert re.search(r"photons.png: “poisson” is used. The noise .* grows with brightness", told)
    expected = Noise2Noise.load("gaussian", precision="fp32").predict(torch.from_numpy(_planes(tmp_path / "white.png")))
    np.testing.assert_allclose(_planes(tmp_path / "out" / "white.png"), expected.numpy(), atol=1)  # rounding


def _planes(path):
    """A picture as (1, C, H, W)."""
    return np.asarray(Image.open(path)).transpose(2, 0, 1)[None].copy()


def test_denoise_overwrites_only_by_force(tmp_path, capsys, weights, picture):
    before = picture.read_bytes()
    assert "exists" in refused(capsys, "denoise", picture, "-o", picture, "--weights", weights)
    assert picture.read_bytes() == before
    assert command("denoise", picture, "-o", picture, "--weights", weights, "--force") == 0
    assert picture.read_bytes() != before


def test_denoise_resumes_with_what_is_missing(tmp_path, capsys, weights, picture):
    (tmp_path / "out").mkdir()
    (tmp_path / "other.png").write_bytes(picture.read_bytes())
    (tmp_path / "out" / "other.png").write_bytes(b"an hour of work")
    assert command("denoise", tmp_path, "-o", tmp_path / "out", "--weights", weights, "--resume") == 0
    assert capsys.readouterr().err.startswith("1 of 2 were there already\n")
    assert (tmp_path / "out" / "other.png").read_bytes() == b"an hour of work"
    assert _planes(tmp_path / "out" / "picture.png").shape == (1, 3, 40, 56)


def test_options_that_contradict_each_other_are_refused(tmp_path, capsys, weights, picture):
    denoise = ("denoise", picture, "-o", tmp_path / "clean.png", "--weights", weights)
    train = ("train", "samples", "--noise", "gaussian:25", "-o", tmp_path / "w.safetensors")
    assert "leave one of them out" in refused(capsys, *denoise, "--resume", "--force")
    assert "leave --device cuda out" in refused(capsys, *denoise, "--cluster", "--device", "cuda")
    assert "leave --device cuda out" in refused(capsys, *train, "--cluster", "--device", "cuda")
    assert "--processes is for --cluster" in refused(capsys, *train, "--processes", 2)


def test_train_overwrites_weights_only_by_force(tmp_path, capsys):
    out = tmp_path / "w.safetensors"
    out.write_bytes(b"hours of work")
    arguments = ("train", "samples", "-o", out, "--noise", "gaussian:25", "--steps", 1, "--batch-size", 1, "--width", 3)
    assert "--resume" in refused(capsys, *arguments)
    assert out.read_bytes() == b"hours of work"
    assert command(*arguments, "--force") == 0 and out.read_bytes() != b"hours of work"


def test_the_checkpoint_beside_an_output_is_overwritten_only_when_asked(tmp_path, capsys):
    last = tmp_path / "w.last.safetensors"
    last.write_bytes(b"hours of work")
    rest = ("--noise", "gaussian:25", "--steps", 1, "--batch-size", 1, "--width", 3)
    for out in ("w.safetensors", "w.last.safetensors"):
        assert "last.safetensors' exists" in refused(capsys, "train", "samples", "-o", tmp_path / out, *rest)
    (tmp_path / "v.safetensors").write_bytes(b"hours of work")
    told = refused(capsys, "train", "samples", "-o", tmp_path / "v.safetensors", *rest, "--resume")
    assert "no '" in told and "to go on from" in told
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"hours of work"}
    assert command("train", "samples", "-o", tmp_path / "w.safetensors", *rest, "--force") == 0


def test_a_refused_training_does_not_stand_in_the_way_of_the_corrected_command(tmp_path, capsys, rng):
    shots = rng.integers(60, 190, (2, 9, 3, 32, 32)).astype(np.uint8)
    np.savez(tmp_path / "pairs.npz", source=shots[0], target=shots[1])
    arguments = ("train", tmp_path / "pairs.npz", "-o", tmp_path / "w.safetensors", "--steps", 1, "--width", 3)
    assert "clean pictures" in refused(capsys, *arguments, "--clean-targets")
    assert command(*arguments) == 0


def test_a_reference_of_another_size_is_refused_before_anything_is_written(tmp_path, capsys, weights, picture, photo):
    Image.fromarray(photo[:8, :8]).save(tmp_path / "clean.png")
    arguments = ("denoise", picture, "-o", tmp_path / "o.png", "--weights", weights, "--reference")
    assert "must be alike" in refused(capsys, *arguments, tmp_path / "clean.png")
    assert command(*arguments, picture) == 0


def test_inputs_of_one_name_are_not_written_over_each_other(tmp_path, capsys, weights, picture):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / picture.name).write_bytes(picture.read_bytes())
    inputs = (picture, tmp_path / "other" / picture.name)
    told = refused(capsys, "denoise", *inputs, "-o", tmp_path / "out", "--weights", weights, "--force")
    assert "2 inputs are named 'picture.png'" in told and not (tmp_path / "out").exists()


def test_16_bits_are_refused_for_a_jpeg_with_what_holds_them(tmp_path, capsys, weights):
    Image.fromarray(np.full((9, 9), 999, np.uint16)).save(tmp_path / "a.png")
    told = refused(capsys, "denoise", tmp_path / "a.png", "-o", tmp_path / "a.jpg", "--weights", weights)
    assert "with 16 bits; allowed: .png, .tif, .tiff" in told


@pytest.mark.parametrize(("residual", "flag"), [(True, "--residual"), (False, "--no-residual")])
def test_a_state_dict_is_denoised_and_started_with_as_its_refusal_says(tmp_path, capsys, picture, residual, flag):
    made, state = Noise2Noise(UNetConfig(width=6, residual=residual), "cpu", "torch"), tmp_path / "state.pth"
    torch.save(made.state_dict(), state)
    arguments = ("denoise", picture, "-o", tmp_path / "o.png", "--weights", state)
    assert flag in refused(capsys, *arguments) and not (tmp_path / "o.png").exists()
    assert command(*arguments, flag) == 0
    noisy = torch.from_numpy(np.array(Image.open(picture))).permute(2, 0, 1)[None]
    denoised = np.asarray(Image.open(tmp_path / "o.png"))
    assert np.array_equal(made.predict(noisy)[0].permute(1, 2, 0).numpy(), denoised)
    rest = ("--noise", "gaussian:25", "--steps", 1, "--batch-size", 1, "--crop", 32, "--start", state)
    assert flag in refused(capsys, "train", "samples", "-o", tmp_path / "w.safetensors", *rest)
    assert command("train", "samples", "-o", tmp_path / "w.safetensors", *rest, flag) == 0
    header = Noise2Noise.load(tmp_path / "w.safetensors", "cpu").header
    assert (header.config.residual, header.start) == (residual, "state.pth")


def test_a_state_dict_has_no_header_to_record_figures_in(tmp_path, capsys):
    torch.save(Noise2Noise(UNetConfig(width=3), "cpu").state_dict(), tmp_path / "a.pth")
    before = (tmp_path / "a.pth").read_bytes()
    told = refused(capsys, "evaluate", "nowhere", "--weights", tmp_path / "a.pth", "--no-residual", "--record", "x")
    assert "only .safetensors have" in told and (tmp_path / "a.pth").read_bytes() == before


def test_weights_that_were_started_from_are_kept_where_no_step_is_better(tmp_path, capsys):
    out = tmp_path / "w.safetensors"
    rest = ("--noise", "gaussian:25", "--steps", 2, "--batch-size", 1, "--crop", 32, "--learning-rate", 1)
    assert command("train", "samples", "-o", out, *rest, "--schedule", "constant", "--start", "gaussian-small") == 0
    assert "best weights, those of gaussian-small: no step was better" in capsys.readouterr().out
    one, other = (Noise2Noise.load(name, "cpu").state_dict() for name in ("gaussian-small", out))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_denoise_without_strength_gives_the_picture_back(tmp_path, weights, picture):
    command("denoise", picture, "-o", tmp_path / "same.png", "--weights", weights, "--strength", 0)
    assert np.array_equal(Image.open(tmp_path / "same.png"), Image.open(picture))


@pytest.mark.parametrize("scale, warned", [(None, True), (4095, False)])
def test_denoise_warns_of_noise_on_the_scale_that_the_weights_learnt(tmp_path, capsys, scale, warned):
    model = Noise2Noise(UNetConfig(channels=1, width=6))
    model.header = Header(noise="gaussian:0-10", range=scale and ValueRange(0, scale))
    own, out = tmp_path / "own.safetensors", tmp_path / "o.tif"
    model.save(own)
    noisy = np.random.default_rng(0).normal(500, 80, (64, 64)).clip(0, 1023).astype(np.uint16)  # 80 / 4095 = 5 / 255
    Image.fromarray(noisy).save(tmp_path / "dim.tif")
    assert command("denoise", tmp_path / "dim.tif", "-o", out, "--weights", own) == 0
    assert ("more than the σ 0 to 10" in capsys.readouterr().err) is warned


def test_evaluate_says_what_computes_and_in_which_numbers(tmp_path, capsys, weights):
    command(
        "evaluate", "more-samples", "--noise", "gaussian:25", "--count", 1, "--weights", weights, "--precision", "fp32"
    )
    assert capsys.readouterr().err.rstrip().endswith((" thread, fp32", " threads, fp32"))


def test_denoise_measures_against_a_reference(tmp_path, capsys, weights, picture):
    command("denoise", picture, "-o", tmp_path / "o.png", "--weights", weights, "--reference", picture)
    after = np.asarray(Image.open(tmp_path / "o.png"))
    expected = skimage.metrics.peak_signal_noise_ratio(np.asarray(Image.open(picture)), after)
    assert f"{expected:.2f} dB after" in capsys.readouterr().out


def test_check_tells_and_fails_on_the_same_file_twice(tmp_path, capsys, photo):
    for name in ("a_1.png", "a_2.png"):
        Image.fromarray(photo).save(tmp_path / name)
    assert command("check", tmp_path, "--json") == 1
    verdicts = json.loads(capsys.readouterr().out)["verdicts"]
    assert "red" in {verdict["level"] for verdict in verdicts}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "nowhere", "-o", "{tmp}/w.safetensors"), "nowhere"),
        (("train", "samples", "-o", "{tmp}/w.pth", "--noise", "gaussian:25"), ".safetensors"),
        (("train", "samples", "-o", "{tmp}/no/w.safetensors", "--noise", "gaussian:25"), "folder"),
        (
            ("train", "samples", "-o", "{tmp}/w.safetensors", "--noise", "gaussian:25", "--crop", "33"),
            "multiples of 32",
        ),
        (
            ("train", "samples", "-o", "{tmp}/w.safetensors", "--noise", "gaussian:25", "--batch-size", "0"),
            "batch_size",
        ),
        (
            ("train", "samples", "-o", "{tmp}/w.safetensors", "--noise", "gaussian:25", "--width", "25"),
            "multiples of 3",
        ),
        (("train", "samples", "-o", "{tmp}/w.safetensors", "--noise", "gaussian:25", "--hold-out", "0.95"), "hold_out"),
        (("denoise", "{picture}", "-o", "{tmp}/o.png", "--weights", "nobody"), "unknown weights 'nobody'"),
        (("denoise", "{picture}", "-o", "{tmp}/o.png", "--weights", "{weights}", "--strength", "2"), "strength"),
        (("denoise", "{picture}", "-o", "{tmp}/o.xyz", "--weights", "{weights}"), ".png"),
        (("denoise", "{picture}", "-o", "{tmp}/o.png", "--weights", "{weights}", "--device", "abacus"), "abacus"),
        (("denoise", "{picture}", "{picture}", "-o", "{tmp}/o.png", "--weights", "{weights}"), "folder"),
        (("evaluate", "{picture}", "--weights", "{weights}"), "one shot only"),
        (
            ("denoise", "{picture}", "-o", "{tmp}/o.png", "--weights", "{weights}", "--reference", "{tmp}/no.png"),
            "no.png",
        ),
        (("denoise", "{picture}", "-o", "{tmp}/no/o.png", "--weights", "{weights}"), "no folder"),
        (("denoise", "{picture}", "-o", "{picture}/o", "--weights", "{weights}"), "Not a directory"),
        (("denoise", "{picture}", "-o", "{tmp}/o.png", "--weights", "{weights}", "--device", "meta"), "auto, cpu"),
        (("train", "nowhere", "-o", "{tmp}/w.safetensors", "--device", "cuda:99"), "allowed here: auto, cpu"),
        (("evaluate", "nowhere", "--device", "mps:7"), "allowed here: auto, cpu"),
        (("denoise", "{picture}", "-o", "{tmp}/o.png", "--weights", "{weights}", "--residual"), "leave it out"),
        (("evaluate", "nowhere", "--weights", "{weights}", "--figure", "{tmp}/f.jpg"), "such as figure.png"),
        (("evaluate", "nowhere", "--weights", "{weights}", "--figure", "{tmp}/no/f.png"), "no folder"),
        (("train", "nowhere", "-o", "{tmp}"), "is a folder; name a file, such as "),
        (("train", "samples", "-o", "{tmp}/w.safetensors", "--validate", "nowhere"), "--validate"),
        (("train", "samples", "-o", "{tmp}/w.safetensors", "--tensorboard", "{picture}"), "name a folder"),
        (("train", "samples", "-o", "{tmp}/w.safetensors", "--start", "nobody"), "unknown weights 'nobody'"),
        (
            ("train", "samples", "-o", "{tmp}/w.safetensors", "--noise", "gaussian:25", "--epochs", "nan"),
            "epochs is nan; allowed",
        ),
        (("make-pairs", "samples", "-o", "{tmp}/o.npz", "--noise", "gaussian:25", "--size", "2000"), "1411 at most"),
        (("make-pairs", "samples", "-o", "{tmp}/o.tar", "--noise", "gaussian:25"), ".pkl, .npz"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments, words, tmp_path, capsys, weights, picture):
    places = {"tmp": tmp_path, "picture": picture, "weights": weights}
    assert words in refused(capsys, *(argument.format(**places) for argument in arguments))
    assert not list(tmp_path.glob("*.safetensors"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("train",),
        ("evaluate", "x", "--noise", "fog:3"),
        ("check", "x", "--y"),
        ("make-pairs", "samples", "-o", "o.npz", "--noise", "gaussian:25", "--count", "0"),
        ("evaluate", "samples", "--count", "-1"),
        ("evaluate", "samples", "--seed", "-1"),
        *(("denoise", "x.png", "-o", "y.png", "--range", white) for white in ("inf", "nan", "0", "-1", "much")),
    ],
)
def test_an_unknown_option_ends_with_status_2_and_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        command(*arguments)
    assert ended.value.code == 2 and capsys.readouterr().err.count("\n") == 1


def test_help_names_every_noise_model(capsys):
    with pytest.raises(SystemExit):
        command("train", "--help")
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("gaussian:", "poisson:", "impulse:", "text:", "speckle:", "pixelate:"))


def test_tensorboard_files_hold_the_curves_of_the_report(tmp_path):
    out = tmp_path / "w.safetensors"
    command(
        *("train", "samples", "-o", out, "--noise", "gaussian:25", "--steps", 4, "--batch-size", 4, "--width", 6),
        *("--evaluations", 1, "--tensorboard", tmp_path / "log"),
    )
    written = b"".join(path.read_bytes() for path in (tmp_path / "log").iterdir())
    for tag in (b"Loss/train", b"PSNR/train", b"PSNR/hold-out", b"PSNR/hold-out estimated", b"dec_conv1c"):
        assert tag in written


@pytest.mark.slow
def test_importing_the_package_loads_neither_torch_nor_matplotlib():
    code = "import sys, n2n; print({'torch', 'matplotlib', 'scipy', 'tensorboard'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


@pytest.mark.slow
def test_the_help_loads_no_torch():
    code = "import sys; from n2n.cli import parse\ntry: parse(['--help'])\nfinally: print('torch' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[-1] == "False"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_has_its_module_and_options(name, capsys):
    with pytest.raises(SystemExit) as ended:
        command(name, "--help")
    assert ended.value.code == 0 and f"n2n {name}" in capsys.readouterr().out


@pytest.mark.slow
def test_denoising_a_picture_loads_neither_matplotlib_nor_tensorboard(tmp_path, weights, picture):
    code = (
        "import sys; from n2n.__main__ import main; "
        f"main(['denoise', '{picture}', '-o', '{tmp_path / 'o.png'}', '--weights', '{weights}']); "
        "print({'matplotlib', 'scipy', 'tensorboard'} & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


@pytest.mark.parametrize(
    "chosen",
    [
        named_recipe("fast", seconds=60.0),
        named_recipe("fast", seconds=20.0, loss="l1", batch_size=8, crop=64, learning_rate=1e-3, augment=False),
        named_recipe("report", epochs=3.0, seed=7, hold_out=0.25),
    ],
)
def test_the_command_that_repeats_a_training_asks_for_the_same_recipe_and_net(chosen):
    net = UNetConfig(width=48, residual=chosen.name == "report", bias=False)
    words = shlex.split(training_command(["my pairs.zip"], "mine.safetensors", chosen, net))
    parsed = parse(words[3:])
    assert parsed.data == ["my pairs.zip"]
    assert named_recipe(parsed.recipe, **chosen_settings(parsed, Recipe)) == chosen
    assert named_net(parsed.recipe, **chosen_settings(parsed, UNetConfig)) == net


@pytest.mark.parametrize(
    "name", ["my pairs.zip", 'it\'s "mine".npz', "-o", "--noise.npz", "Zürich $HOME 日本.pkl", "a\nb"]
)
def test_a_shell_hands_every_name_of_the_repeating_command_over_as_it_is(name):
    line = training_command(
        [name, name],
        name,
        named_recipe("fast"),
        UNetConfig(residual=True),
        name,
        validate=[name],
        freeze=True,
        most_grain=1.5,
    )
    shown = ["sh", "-c", line.replace("python -m n2n", "printf '%s\\0'")]
    words = subprocess.run(shown, capture_output=True, check=True).stdout.decode().split("\0")
    parsed = parse(words[:-1])
    told = [*parsed.data, str(parsed.out), parsed.start, *parsed.validate]
    assert [word.removeprefix("./") for word in told] == [name] * 5 and parsed.freeze and parsed.most_grain == 1.5


def test_the_command_in_a_header_repeats_the_training_bit_for_bit(tmp_path, monkeypatch, rng):
    monkeypatch.chdir(tmp_path)
    names = ["-it's a.png", "über b.png"]
    for name in names:
        Image.fromarray(rng.integers(60, 190, (40, 64)).astype(np.uint8)).save(tmp_path / name)
    assert command("train", *(tmp_path / name for name in names), "-o", "./--w.safetensors", "--steps", 2) == 0
    first = Noise2Noise.load("--w.safetensors", "cpu")
    assert main([*shlex.split(first.header.command)[3:], "--force"]) == 0
    again = Noise2Noise.load("--w.safetensors", "cpu")
    assert again.header.command == first.header.command
    assert all(torch.equal(a, b) for a, b in zip(first.net.parameters(), again.net.parameters()))


def test_names_keep_so_much_of_their_folders_as_tells_them_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert short_names(["/home/me/a.png", "/home/me/b.png"]) == ["a.png", "b.png"]
    assert short_names(["/home/me/1/a.png", "/home/me/2/a.png"]) == [str(Path("1/a.png")), str(Path("2/a.png"))]
    assert short_names(["."]) == [tmp_path.name] and short_names([]) == []


def test_a_header_tells_the_command_and_the_note_but_no_folder(tmp_path):
    arrays = np.random.default_rng(0).integers(0, 256, (2, 6, 3, 32, 32), dtype=np.uint8)
    np.savez(tmp_path / "shots.npz", source=arrays[0], target=arrays[1])
    out = tmp_path / "mine.safetensors"
    chosen = ["--steps", "2", "--batch-size", "2", "--note", "free to use"]
    assert main(["train", str(tmp_path / "shots.npz"), "-o", str(out), *chosen]) == 0
    header = Noise2Noise.load(out, "cpu").header
    assert header.command == "python -m n2n train shots.npz -o mine.safetensors --steps 2 --batch-size 2"
    assert (header.note, str(tmp_path) in json.dumps(header.as_json())) == ("free to use", False)


def test_the_net_of_the_weights_that_are_started_from_is_kept(tmp_path):
    Noise2Noise(UNetConfig(width=6, residual=True, bias=False)).save(tmp_path / "start.safetensors")
    rest = ("--noise", "gaussian:25", "--steps", 1, "--start", tmp_path / "start.safetensors")
    command("train", "samples", "-o", tmp_path / "mine.safetensors", *rest)
    header = Noise2Noise.load(tmp_path / "mine.safetensors").header
    assert header.config == UNetConfig(width=6, residual=True, bias=False) and "--no-bias" in header.command


def test_grey_pictures_can_start_from_weights_for_colour(tmp_path, weights, rng):
    shots = rng.integers(60, 190, (2, 20, 32, 32)).astype(np.uint8)
    np.savez(tmp_path / "grey.npz", source=shots[0], target=shots[1])
    out = tmp_path / "mine.safetensors"
    assert command("train", tmp_path / "grey.npz", "-o", out, "--steps", 1, "--start", weights) == 0
    assert Noise2Noise.load(out).net.config.channels == 3


def test_another_net_than_that_of_the_weights_that_are_started_from_is_refused(tmp_path, capsys, weights):
    rest = ("--noise", "gaussian:25", "--steps", 1, "--start", weights, "--no-bias")
    words = refused(capsys, "train", "samples", "-o", tmp_path / "mine.safetensors", *rest)
    assert "bias is False, the net's True; leave it out, or start with another net" in words


def test_what_is_recorded_is_what_was_measured(tmp_path, weights, capsys):
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(weights.read_bytes())
    command = ["evaluate", "samples", "--noise", "gaussian:25", "--count", "1", "--weights", str(copy), "--json"]
    assert main([*command, "--record", "one picture"]) == 0
    printed = json.loads(capsys.readouterr().out)
    recorded = Noise2Noise.load(copy, "cpu").header.measured["one picture"]
    assert recorded["denoised"] == pytest.approx(printed["denoised"]["psnr"], abs=5e-4)
    assert recorded["noisy"] == pytest.approx(printed["noisy"]["psnr"], abs=5e-4)


def test_the_weights_that_come_along_are_listed(capsys):
    assert main(["weights"]) == 0
    listed = capsys.readouterr().out
    assert "course: Table I, width 24" in listed and "gaussian: residual, " in listed


def shell(line, **variables):
    """Runs a line in which n2n stands for the command line; what bash says of it."""
    line = f"set -o pipefail; n2n() {{ '{sys.executable}' -m n2n \"$@\"; }}; {line}"
    environment = os.environ | variables
    return subprocess.run(["bash", "-c", line], cwd=ROOT, env=environment, capture_output=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["n2n weights | head -1", "n2n weights --json | true", "n2n train --help | head -1"])
def test_a_reader_that_reads_no_further_ends_a_command_quietly(line):
    done = shell(line)
    assert (done.returncode in (0, 141), done.stderr) == (True, b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
)
def test_a_terminal_that_knows_ascii_only_is_answered(variables):
    done = shell("n2n weights && n2n evaluate --help", **variables)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"gaussian" in done.stdout and b"Traceback" not in done.stdout


@pytest.mark.slow
def test_the_first_tour_of_the_readme_comes_to_the_figures_that_it_tells(tmp_path, capsys):
    """With fewer pairs and steps, so that what is learnt stays below."""
    told = re.search(r"from (\S+) to (\S+) dB on two idle cores\. Then a built-in model, (\S+) dB", README)
    noisy, mine, shipped = map(float, told.groups())
    pairs, out = tmp_path / "pairs.npz", tmp_path / "mine.safetensors"
    rest = ("evaluate", "more-samples", "--noise", "gaussian:25", "--json", "--weights")
    assert command("make-pairs", "samples", "-o", pairs, "--noise", "gaussian:25", "--count", 200) == 0
    assert command("train", pairs, "-o", out, "--steps", 60, "--evaluations", 1) == 0
    capsys.readouterr()
    assert command(*rest, out) == command(*rest, "gaussian") == 0
    own, theirs = map(json.loads, capsys.readouterr().out.splitlines())
    assert theirs["noisy"]["psnr"] == pytest.approx(noisy, abs=0.006)
    assert theirs["denoised"]["psnr"] == pytest.approx(shipped, abs=0.02)  # bf16 or not
    assert noisy + 4 < own["denoised"]["psnr"] < mine < shipped


@pytest.mark.parametrize("text, limits", [("4095", (0, 4095)), ("-1000,3000", (-1000, 3000)), ("0.5,1e6", (0.5, 1e6))])
def test_a_range_is_white_or_black_and_white(text, limits):
    assert parse(["denoise", "a.tif", "-o", "b.tif", f"--range={text}"]).range == limits


@pytest.mark.parametrize("text", ["0", "-5", "9,3", "1,2,3", "nan", "white"])
def test_a_range_that_is_none_is_refused_by_name(text, capsys):
    with pytest.raises(SystemExit):
        parse(["train", "a", "-o", "b.safetensors", f"--range={text}"])
    assert f"'{text}'; allowed: the value of white" in capsys.readouterr().err


def test_photon_counts_come_back_finer_than_they_were(tmp_path, capsys, weights, rng):
    counts = rng.poisson(np.linspace(2, 12, 64), (64, 64)).astype(np.uint8)
    Image.fromarray(counts).save(tmp_path / "counts.tif")
    for depth, dtype in (((), np.float32), (("--depth", "same"), np.uint8), (("--depth", "16"), np.uint16)):
        assert command("denoise", tmp_path / "counts.tif", "-o", tmp_path / "o.tif", "--force", *depth) == 0
        assert tifffile.imread(tmp_path / "o.tif").dtype == dtype
        assert "steps of uint8" in capsys.readouterr().err

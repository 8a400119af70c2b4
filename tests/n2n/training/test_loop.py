"""The training loop: against a plain loop, stopped and resumed, measured without clean pictures."""

import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
import torch.nn.functional as F

from n2n import Diverged, Noise2Noise, UNet, UNetConfig
from n2n.data.pairs import gather
from n2n.data.scenes import Scene, StackedScenes
from n2n.files import ValueRange
from n2n.nets.weights import load
from n2n.noise import parse
from n2n.reading.reader import read
from n2n.training import losses
from n2n.training.checkpoint import last_path, weights_of
from n2n.training.loop import train
from n2n.training.recipe import named_recipe

ROOT = Path(__file__).parents[3]


def small_net():
    torch.manual_seed(0)
    return UNet(UNetConfig(width=6))


@pytest.fixture
def stacks(rng):
    clean = rng.integers(60, 200, (40, 3, 1, 1)) + rng.integers(-30, 30, (40, 3, 32, 32)).cumsum(-1) // 8
    return [np.clip(clean + rng.normal(0, 20, clean.shape), 0, 255).astype(np.uint8) for _ in range(2)]


@pytest.fixture
def pairs(stacks):
    return gather(StackedScenes(stacks, None), "test")


def state_of(path):
    return weights_of(safetensors.torch.load_file(path))


def assert_equal(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def run(*arguments, **options):
    command = [sys.executable, "-m", "n2n", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def test_the_report_recipe_equals_a_plain_loop(pairs, stacks):
    ours, plain = small_net(), small_net()
    settings = named_recipe("report", steps=8, batch_size=10, precision="fp32")
    losses = [progress.loss for progress in train(ours, pairs, None, settings)]
    adam = torch.optim.Adam(plain.parameters(), lr=0.001, betas=(0.9, 0.99), eps=1e-8)
    source, target = (torch.from_numpy(stack).float() / 255 for stack in stacks)
    for step in range(8):
        order = np.random.default_rng([0, 1, step // 4]).permutation(40)[step % 4 * 10 :][:10]
        loss = F.mse_loss(plain(source[order]), target[order])
        adam.zero_grad()
        loss.backward()
        adam.step()
        assert losses[step] == pytest.approx(loss.item(), rel=1e-4)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(ours.parameters(), plain.parameters()))


def test_training_denoises_pictures_never_seen():
    learnt, others = (read(name, noise=parse("gaussian:50")) for name in ("samples", "more-samples"))
    net, held = Noise2Noise(UNetConfig(width=12)).net, others.chosen([0]).frozen(0)
    *_, last = train(net, learnt, held, named_recipe("fast", steps=60, evaluations=1))
    assert last.validation.denoised.psnr > last.validation.noisy.psnr + 4


def test_the_estimate_without_clean_pictures_holds_the_true_psnr():
    data = read("samples", noise=parse("gaussian:50")).frozen(0)
    *_, last = train(small_net(), data.chosen([0]), data.chosen([1, 2]), named_recipe("fast", steps=10, batch_size=8))
    assert last.validation.estimated.psnr == pytest.approx(last.validation.denoised.psnr_pooled, abs=0.2)
    assert last.validation.estimated.noisy == pytest.approx(last.validation.noisy.psnr_pooled, abs=0.1)


def test_progress_counts_images_epochs_and_time(pairs):
    stream = list(train(small_net(), pairs, None, named_recipe("fast", epochs=2, batch_size=20)))
    assert [progress.images for progress in stream] == [20, 40, 60, 80]
    assert [progress.epoch for progress in stream] == [0.5, 1.0, 1.5, 2.0]
    assert [progress.done for progress in stream] == [False, False, False, True]
    assert stream[-1].eta == 0 and stream[0].seconds < stream[-1].seconds


def test_psnr_against_the_target_is_the_mean_over_pictures(pairs, stacks):
    net = small_net()
    first = next(train(net, pairs, None, named_recipe("report", steps=1, batch_size=40)))
    source, target = (torch.from_numpy(stack).float() / 255 for stack in stacks)
    with torch.no_grad():
        errors = F.mse_loss(small_net()(source), target, reduction="none").mean((1, 2, 3))
    assert first.psnr_target == pytest.approx(-10 * errors.log10().mean().item(), abs=1e-3)


def test_the_noise_floor_is_half_the_mean_squared_difference_of_the_batch(pairs, stacks):
    stream = train(small_net(), pairs, None, named_recipe("report", steps=2, batch_size=20))
    order = np.random.default_rng([0, 1, 0]).permutation(40)
    for batch, progress in enumerate(stream):
        source, target = (stack[order[20 * batch :][:20]] / 255 for stack in stacks)
        assert progress.floor == pytest.approx(np.mean((source - target) ** 2) / 2, rel=1e-5)


def test_clean_targets_have_no_noise_floor():
    data = read("samples", noise=parse("gaussian:50"))
    first = next(train(small_net(), data, None, named_recipe("fast", steps=1, batch_size=2, clean_targets=True)))
    assert first.floor == 0


@pytest.mark.parametrize("loss", ["l1", "l0"])
def test_the_noise_floor_of_another_loss_is_unknown(pairs, loss):
    first = next(train(small_net(), pairs, None, named_recipe("fast", steps=1, batch_size=2, loss=loss)))
    assert math.isnan(first.floor)


def test_a_budget_of_seconds_ends_the_training(pairs):
    *_, last = train(small_net(), pairs, None, named_recipe("fast", seconds=0.3))
    assert last.done and last.seconds >= 0.3 and last.steps is None


def test_evaluation_leaves_the_net_in_training_mode(pairs):
    net = small_net()
    for _ in train(net, pairs, pairs, named_recipe("fast", steps=2, evaluations=2)):
        assert net.training


@pytest.mark.parametrize("stop_after", [1, 4, 7])
def test_stopped_and_resumed_equals_uninterrupted_bit_for_bit(pairs, tmp_path, stop_after):
    learnt, held = pairs.hold_out(0.2, 0)
    settings = named_recipe("fast", steps=8, batch_size=8, evaluations=4)
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    list(train(small_net(), learnt, held, settings, out=whole))
    asked = iter([False] * (stop_after - 1) + [True] * 8)
    *_, stopped = train(small_net(), learnt, held, settings, out=parts, stop=lambda: next(asked))
    assert stopped.step == stop_after
    list(train(small_net(), learnt, held, settings, out=parts, resume=True))
    assert_equal(safetensors.torch.load_file(last_path(whole)), safetensors.torch.load_file(last_path(parts)))


def test_resuming_a_finished_training_does_nothing(pairs, tmp_path):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=2, batch_size=8)
    list(train(small_net(), pairs, None, settings, out=out))
    assert list(train(small_net(), pairs, None, settings, out=out, resume=True)) == []


def test_resuming_with_other_settings_is_refused(pairs, tmp_path):
    out = tmp_path / "w.safetensors"
    list(train(small_net(), pairs, None, named_recipe("fast", steps=2, batch_size=8), out=out))
    with pytest.raises(ValueError, match="batch_size 8, not 9"):
        list(train(small_net(), pairs, None, named_recipe("fast", steps=2, batch_size=9), out=out, resume=True))


def resumed(net, learnt, held, settings, out, **more):
    return list(train(net, learnt, held, settings, out=out, resume=True, **more))


def test_resuming_with_other_data_noise_or_hold_out_is_refused_naming_all_of_it(stacks, tmp_path):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=2, batch_size=4)
    photos = read("samples", noise=parse("gaussian:25"))
    list(train(small_net(), photos, photos.chosen([0]).frozen(0).loaded(), settings, out=out))
    others = read("samples", noise=parse("gaussian:50"))
    with pytest.raises(ValueError) as refused:
        resumed(small_net(), others, others.chosen([1]).frozen(0), replace(settings, seed=1), out)
    told = str(refused.value)
    for words in (
        "seed 0, not 1",
        "noise 'gaussian:25', not 'gaussian:50'",
        "hold-out '",
        "with another name, or with",
    ):
        assert words in told
    assert "data '5 clean photographs with gaussian" not in told and told.count("\n") == 0
    assert resumed(small_net(), photos, photos.chosen([0]).frozen(0), settings, out) == []


@pytest.mark.parametrize("place", [(0, 0, 0, 0, 0), (1, 39, 2, 31, 31)])
def test_resuming_with_a_single_pixel_changed_is_refused(stacks, tmp_path, place):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=2, batch_size=8)
    list(train(small_net(), gather(StackedScenes(stacks, None), "x"), None, settings, out=out))
    stacks[place[0]][place[1:]] += 1
    with pytest.raises(ValueError, match=r"data '40 scenes × 2 shots, 8-bit colour 32×32' with other numbers in it"):
        resumed(small_net(), gather(StackedScenes(stacks, None), "x"), None, settings, out)


def test_resuming_with_another_net_or_other_weights_to_start_from_is_refused(pairs, tmp_path):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=2, batch_size=8)
    list(train(small_net(), pairs, None, settings, out=out, start="one.safetensors"))
    assert resumed(small_net(), pairs, None, settings, out, start="one.safetensors") == []
    other = small_net()
    other.enc_conv0.bias.data[0] += 1
    with pytest.raises(ValueError, match=r"start 'one\.safetensors' with other numbers in it"):
        resumed(other, pairs, None, settings, out, start="one.safetensors")
    with pytest.raises(ValueError, match=r"start 'one\.safetensors', not 'random weights'"):
        resumed(small_net(), pairs, None, replace(settings, learning_rate=3e-4), out)
    with pytest.raises(ValueError, match="width 6, not 9"):
        resumed(UNet(UNetConfig(width=9)), pairs, None, settings, out, start="one.safetensors")


def without_facts(metadata):
    """The header as it was before facts were kept."""
    return {key: value for key, value in metadata.items() if key != "facts"}


def with_the_net_in_the_recipe(metadata):
    """The header as it was when a recipe also told what the net is, and not always rightly."""
    settings = json.loads(metadata["recipe"]) | {"residual": True, "bias": True}
    return metadata | {"recipe": json.dumps(settings)}


@pytest.mark.parametrize("older", [without_facts, with_the_net_in_the_recipe])
def test_a_checkpoint_of_an_older_version_is_gone_on_from(pairs, tmp_path, older):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=4, batch_size=8, evaluations=2)
    list(train(small_net(), pairs, None, replace(settings, steps=2), out=out))
    with safetensors.safe_open(last_path(out), "pt") as file:
        header = older(file.metadata())
    safetensors.torch.save_file(safetensors.torch.load_file(last_path(out)), last_path(out), header)
    assert [progress.step for progress in resumed(small_net(), pairs, None, settings, out)] == [3, 4]


def test_weights_without_a_mark_are_no_checkpoint(pairs, tmp_path):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=2, batch_size=8)
    list(train(small_net(), pairs, None, settings, out=out))
    last_path(out).write_bytes(out.read_bytes())
    with pytest.raises(ValueError, match="no checkpoint"):
        resumed(small_net(), pairs, None, settings, out)


def test_where_the_best_weights_were_taken_away_the_last_take_their_place(pairs, tmp_path):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=2, batch_size=8)
    list(train(small_net(), pairs, None, settings, out=out))
    out.unlink()
    assert resumed(small_net(), pairs, None, settings, out) == []
    assert_equal(state_of(out), state_of(last_path(out)))


@pytest.mark.parametrize("wrong", ["clean targets", "channels", "first step"])
def test_a_training_that_is_refused_leaves_nothing_behind(pairs, tmp_path, wrong, exploding):
    out, settings, held = tmp_path / "w.safetensors", named_recipe("fast", steps=2), None
    if wrong == "clean targets":
        settings = replace(settings, clean_targets=True)
    elif wrong == "channels":
        held = replace(pairs, channels=1)
    else:
        exploding(0)
    with pytest.raises((ValueError, Diverged)):
        for _ in train(small_net(), pairs, held, settings, out=out):
            pass
    assert list(tmp_path.iterdir()) == []


def test_of_two_trainings_into_one_output_the_second_is_refused(pairs, tmp_path):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=3, batch_size=8)
    first = train(small_net(), pairs, None, settings, out=out)
    next(first)
    with pytest.raises(ValueError, match=rf"process {os.getpid()}\) writes .*w\.safetensors' at this moment; wait"):
        next(train(small_net(), pairs, None, settings, out=out))
    assert [progress.step for progress in first] == [2, 3]
    assert resumed(small_net(), pairs, None, settings, out) == [] and not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_an_output_is_free_again_when_the_process_that_writes_it_is_killed(course_file, tmp_path):
    out = tmp_path / "w.safetensors"
    command = [sys.executable, "-m", "n2n", "train", course_file, "-o", out, "--seconds", 100, "--workers", 1]
    with subprocess.Popen(list(map(str, command)), cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        while not out.exists():
            time.sleep(0.05)
        second = run(*command[3:7], *BUDGET, "--force")
        assert second.returncode == 2 and f"another training (process {process.pid}) writes" in second.stderr
        process.kill()
    assert run(*command[3:7], *BUDGET, "--force").returncode == 0
    assert not list(tmp_path.glob(".*"))


def test_the_best_weights_are_those_of_the_highest_estimate(pairs, tmp_path):
    out = tmp_path / "w.safetensors"
    learnt, held = pairs.hold_out(0.2, 0)
    settings = named_recipe("fast", steps=12, batch_size=8, evaluations=12, learning_rate=0.1, schedule="constant")
    estimates = [p.validation.estimated.psnr for p in train(small_net(), learnt, held, settings, out=out)]
    with safetensors.safe_open(out, "pt") as file:
        assert int(file.metadata()["steps"]) == 1 + int(np.argmax(estimates))


@pytest.fixture
def exploding(monkeypatch):
    """Makes the loss NaN from a fraction of the training on."""

    def explode(beginning):
        real = losses.errors

        def errors(loss, denoised, target, fraction):
            return real(loss, denoised, target, fraction) * (math.nan if fraction >= beginning else 1)

        monkeypatch.setattr(losses, "errors", errors)

    return explode


def test_a_loss_that_is_nan_stops_with_the_last_good_weights(pairs, tmp_path, exploding):
    out, net, settings = (
        tmp_path / "w.safetensors",
        small_net(),
        named_recipe("fast", steps=8, batch_size=8, evaluations=8),
    )
    exploding(0.5)
    with pytest.raises(Diverged, match=r"step 5.*last good weights.*Lower the learning rate"):
        list(train(net, pairs, pairs, settings, out=out))
    assert_equal(dict(net.state_dict()), state_of(last_path(out)))
    assert all(tensor.isfinite().all() for tensor in net.state_dict().values())


def test_clean_targets_without_clean_pictures_are_refused(pairs):
    with pytest.raises(ValueError, match="clean pictures"):
        next(train(small_net(), pairs, None, named_recipe("fast", clean_targets=True)))


def test_one_shot_only_cannot_be_learnt_from(stacks):
    one = gather([Scene("a", (stacks[0][0],), stacks[1][0])], "test")
    with pytest.raises(ValueError, match="one shot only"):
        next(train(small_net(), one, None, named_recipe("fast")))


@pytest.fixture
def course_file(stacks, tmp_path):
    path = tmp_path / "train_data.pkl"
    torch.save(tuple(map(torch.from_numpy, stacks)), path)
    return path


BUDGET = ("--steps", 40, "--batch-size", 8, "--width", 6, "--hold-out", 0.2, "--precision", "fp32")


@pytest.mark.slow
def test_killed_at_any_moment_the_same_command_goes_on_to_the_same_weights(course_file, tmp_path):
    whole, killed = tmp_path / "whole.safetensors", tmp_path / "killed.safetensors"
    assert run("train", course_file, "-o", whole, *BUDGET).returncode == 0
    command = [sys.executable, "-m", "n2n", "train", course_file, "-o", killed, *BUDGET, "--resume"]
    for delay in (0.0, 0.2, 0.4):
        with subprocess.Popen(list(map(str, command)), cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            before = last_path(killed).stat().st_mtime_ns if last_path(killed).exists() else 0
            while process.poll() is None and not (
                last_path(killed).exists() and last_path(killed).stat().st_mtime_ns > before
            ):
                time.sleep(0.01)
            time.sleep(delay)
            process.kill()
    assert run(*command[3:]).returncode == 0
    assert_equal(safetensors.torch.load_file(last_path(whole)), safetensors.torch.load_file(last_path(killed)))
    assert_equal(state_of(whole), state_of(killed))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_best_and_last_weights(course_file, tmp_path, number):
    out = tmp_path / "w.safetensors"
    command = [sys.executable, "-m", "n2n", "train", course_file, "-o", out, "--seconds", 100, "--width", 6, "--json"]
    with subprocess.Popen(
        list(map(str, command)), cwd=ROOT, stdout=-1, stderr=subprocess.DEVNULL, text=True
    ) as process:
        while not out.exists():
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(number)
        told = json.loads(process.communicate(timeout=60)[0])
    assert process.returncode == 128 + number and told["stopped"] and told["steps"] > 0
    assert state_of(out).keys() == state_of(last_path(out)).keys()


@pytest.mark.slow
def test_two_processes_go_on_where_one_was_and_learn_what_one_learns(course_file, tmp_path):
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    # Rounding, which differs, grows with every long step, and Muon makes the most of it.
    slow = ("--schedule", "constant", "--learning-rate", 1e-4, "--optimizer", "adam")
    common = ("--batch-size", 9, "--width", 6, "--hold-out", 0.2, *slow)
    assert run("train", course_file, "-o", one, *common, "--steps", 30).returncode == 0
    assert run("train", course_file, "-o", two, *common, "--steps", 10).returncode == 0
    start = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "n2n", "train")
    rest = map(str, (course_file, "-o", two, *common, "--steps", 30, "--resume"))
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, *start, *rest], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    single, double = state_of(last_path(one)), state_of(last_path(two))
    assert all(torch.allclose(single[name], double[name], atol=5e-4) for name in single)


@pytest.mark.slow
def test_a_full_disk_stops_with_the_last_checkpoint_intact(course_file, tmp_path):
    out = tmp_path / "w.safetensors"
    assert run("train", course_file, "-o", out, *BUDGET).returncode == 0
    before = last_path(out).read_bytes()

    def fill():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    more = [*BUDGET, "--resume", "--steps", 60]
    done = run("train", course_file, "-o", out, *more, preexec_fn=fill)
    assert done.returncode == 2 and "File too large" in done.stderr and "Traceback" not in done.stderr
    assert last_path(out).read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_with_an_unwritable_place_nothing_is_trained(pairs, tmp_path):
    with pytest.raises(OSError, match="folder does not exist"):
        next(train(small_net(), pairs, None, named_recipe("fast"), out=tmp_path / "none" / "w.safetensors"))


def test_recipes_with_a_seed_repeat_bit_for_bit(pairs):
    nets = [small_net(), small_net()]
    for net in nets:
        list(train(net, pairs, None, named_recipe("fast", steps=4, batch_size=8, seed=3)))
    assert_equal(dict(nets[0].state_dict()), dict(nets[1].state_dict()))


def test_another_seed_learns_in_another_order(pairs):
    one, other = (
        next(train(small_net(), pairs, None, named_recipe("fast", steps=1, batch_size=8, seed=s))) for s in (3, 4)
    )
    assert one.loss != other.loss


def test_epochs_and_steps_end_with_the_first_reached(pairs):
    settings = replace(named_recipe("fast", batch_size=20), epochs=1, steps=5)
    assert len(list(train(small_net(), pairs, None, settings))) == 2


def test_a_resumed_training_keeps_the_range_of_its_checkpoint(stacks, tmp_path):
    out, settings = tmp_path / "w.safetensors", named_recipe("fast", steps=2, batch_size=8)
    wide = [stack.astype(np.uint16) for stack in stacks]
    pairs = gather(StackedScenes(wide, None), "x")
    list(train(small_net(), pairs.seen_in(ValueRange(0, 4095)), None, settings, out=out))
    resumed(small_net(), pairs, None, replace(settings, steps=3), out)
    header = load(last_path(out))[1]
    assert (header.steps, header.range, pairs.range) == (3, ValueRange(0, 4095), ValueRange(0, 255))

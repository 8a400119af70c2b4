"""A training inside a job: what it yields, what it leaves behind, stopped and resumed."""

import errno
import pickle
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from PIL import Image
from short_training import SHORT, TINY, never, save
from skimage.metrics import peak_signal_noise_ratio
from torch.utils.tensorboard import SummaryWriter

from demo.service import takeaway
from demo.service.runs import Run
from demo.service.uploads import TrainingData
from demo.work import train
from demo.work.reliability import assess
from demo.work.train import Preview, TrainingResult, learn
from n2n import Noise2Noise, Progress
from n2n.files import atomic, image
from n2n.nets import tiling, weights
from n2n.nets.header import Header
from n2n.nets.unet import UNetConfig
from n2n.nets.weights import load
from n2n.reading import reader
from n2n.training.checkpoint import last_path
from n2n.training.recipe import named_recipe


@pytest.fixture
def file(tmp_path, rng):
    return save(tmp_path / "pairs.npz", rng)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Everything that an uninterrupted training yields."""
    folder = tmp_path_factory.mktemp("whole")
    return list(learn(never, [save(folder / "pairs.npz", np.random.default_rng(0))], folder, SHORT))


def of(kind, items):
    return [item for item in items if isinstance(item, kind)]


def drawn(items):
    return [preview for preview in of(Preview, items) if preview.rows and preview.step]


def pixels(seen):
    return np.array(Image.open(seen.file))


def row_of(preview, place=0):
    return {seen.role: seen for seen in preview.rows[place]}


def test_it_yields_every_step_previews_and_the_end(whole):
    assert [progress.step for progress in of(Progress, whole)] == [1, 2, 3, 4]
    assert [preview.step for preview in of(Preview, whole)][:2] == [0, 1]
    assert {2, 4} <= {preview.step for preview in of(Preview, whole) if preview.snapshot}
    assert isinstance(whole[-1], TrainingResult) and not whole[-1].stopped


def test_all_of_it_can_be_sent_to_another_process(whole):
    assert [asdict(pickle.loads(pickle.dumps(item))) for item in whole] == [asdict(item) for item in whole]


def test_the_psnr_of_a_preview_is_that_of_its_png_files(whole):
    for preview in drawn(whole):
        for row in (row_of(preview, place) for place in range(4)):
            clean = pixels(row["clean"])
            for role in ("noisy", "denoised", "target"):
                assert row[role].psnr == pytest.approx(peak_signal_noise_ratio(clean, pixels(row[role])), abs=1e-3)


def test_noisy_pictures_are_written_once_and_denoised_ones_every_time(whole):
    previews = [row_of(preview) for preview in drawn(whole)]
    assert len({row["noisy"].file for row in previews}) == 1
    assert len({row["denoised"].file for row in previews}) == len(previews) >= 3
    assert not np.array_equal(pixels(previews[0]["denoised"]), pixels(previews[-1]["denoised"]))


def test_a_preview_shows_what_the_snapshot_makes_of_the_noisy_picture(whole):
    *_, preview = [preview for preview in drawn(whole) if preview.snapshot]
    row = row_of(preview)
    noisy = torch.from_numpy(pixels(row["noisy"])).permute(2, 0, 1)[None]
    again = Noise2Noise.load(preview.snapshot, "cpu").predict(noisy)[0].permute(1, 2, 0).numpy()
    assert np.abs(again.astype(int) - pixels(row["denoised"])).max() <= 1


def test_snapshots_tell_their_step_and_psnr(whole):
    measured = {progress.step: progress.validation for progress in of(Progress, whole) if progress.validation}
    for preview in of(Preview, whole):
        if preview.snapshot:
            header = load(preview.snapshot)[1]
            expected = measured[preview.step].denoised.psnr
            assert preview.snapshot.name == f"step_{header.steps:06d}.safetensors" and header.mark is None
            assert header.psnr["denoised"] == pytest.approx(expected, abs=1e-3)


def test_it_leaves_the_best_weights_the_last_and_logs(whole):
    learnt = whole[-1]
    assert learnt.header == Noise2Noise.load(learnt.weights).header and learnt.header.config.width == 3
    assert learnt.last == last_path(learnt.weights) and load(learnt.last)[1].steps == 4
    assert list(learnt.tensorboard.glob("events.*"))


def test_what_is_measured_was_not_learnt_from(whole, file):
    *_, progress = of(Progress, whole)
    _, held = reader.read(file).hold_out(0.3, 0)
    assert [name for name, *_ in progress.validation.pictures] == [scene.name for scene in held.scenes]


def test_asked_to_stop_it_ends_with_weights(file, tmp_path):
    *items, learnt = learn(lambda: True, [file], tmp_path, SHORT)
    assert [progress.step for progress in of(Progress, items)] == [1]
    assert learnt.stopped and load(learnt.last)[1].steps == 1 and learnt.reliability.rows


def test_resumed_it_goes_on_from_the_step_and_keeps_what_was_shown(file, tmp_path):
    before = drawn(learn(lambda: True, [file], tmp_path, SHORT))
    first = pixels(row_of(before[0])["denoised"])
    items = list(learn(never, [file], tmp_path, SHORT))
    assert [progress.step for progress in of(Progress, items)] == [2, 3, 4]
    assert np.array_equal(pixels(row_of(before[0])["denoised"]), first)
    steps = sorted(path.stem for path in (tmp_path / "snapshots").iterdir())
    assert steps == ["step_000001", "step_000002", "step_000004"]


def test_resumed_after_its_end_only_the_end_is_told(file, tmp_path):
    *_, before = learn(never, [file], tmp_path, SHORT)
    *again, learnt = learn(never, [file], tmp_path, SHORT)
    assert of(Progress, again) == []
    assert learnt.header == before.header and not learnt.stopped


def test_stopped_and_resumed_equals_uninterrupted_bit_for_bit(whole, file, tmp_path):
    list(learn(lambda: True, [file], tmp_path, SHORT))
    *_, resumed = learn(never, [file], tmp_path, SHORT)
    one, other = (load(learnt.last)[0] for learnt in (whole[-1], resumed))
    assert one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_fresh_net_of_table_1_starts_at_the_brightness_of_the_data(file):
    data = reader.read(file)
    net = Noise2Noise.for_pairs(data, named_recipe("fast"), UNetConfig(width=3), "cpu").net
    bias = list(net.parameters())[-1]
    assert bias.detach().numpy() == pytest.approx(np.log(data.brightness() / (1 - data.brightness())))


def test_weights_that_come_along_are_started_from_as_they_are(tmp_path, rng):
    stacks = [torch.from_numpy(rng.integers(0, 50, (4, 3, 32, 32)).astype(np.uint8)) for _ in range(2)]
    torch.save(Noise2Noise.load("course", "cpu").net.state_dict(), tmp_path / "plain.pth")
    model = Noise2Noise.load(tmp_path / "plain.pth", "cpu", residual=False)  # a file without a header
    before = list(model.net.parameters())[-1].clone()
    model.train(*stacks, steps=1, epochs=1, batch_size=4, learning_rate=1e-8)
    assert torch.allclose(list(model.net.parameters())[-1], before, atol=1e-6)


def test_grey_pictures_can_start_from_weights_for_colour(tmp_path, rng):
    stacks = rng.integers(60, 190, (2, 8, 32, 32)).astype(np.uint8)
    np.savez(tmp_path / "grey.npz", source=stacks[0], target=stacks[1])
    settings = replace(SHORT, recipe=replace(SHORT.recipe, steps=1), start="course")
    *_, learnt = learn(never, [tmp_path / "grey.npz"], tmp_path, settings)
    assert learnt.header.config.channels == 3 and learnt.header.start == "course"


def test_the_seed_decides_the_first_weights(file):
    nets = [
        Noise2Noise.for_pairs(reader.read(file), named_recipe("fast", seed=seed), TINY, "cpu").net for seed in (1, 1, 2)
    ]
    one, same, other = (next(net.parameters()) for net in nets)
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_without_clean_pictures_a_preview_estimates_by_the_subtraction(tmp_path, rng):
    file = save(tmp_path / "pairs.npz", rng, count=2, clean=False, side=192)
    *items, learnt = learn(lambda: True, [file], tmp_path, SHORT)
    preview = next(preview for preview in of(Preview, items) if preview.snapshot)
    row, scene = row_of(preview), reader.read(file).hold_out(0.3, 0)[1].scenes[0]
    source, target = (torch.from_numpy(shot)[None] / 255 for shot in scene.shots)
    denoised = tiling.denoise(Noise2Noise.load(preview.snapshot, "cpu").net, source)
    excess = float((denoised - target).square().mean() - (source - target).square().mean() / 2)
    assert row["denoised"].estimated and "clean" not in row
    assert row["denoised"].psnr == pytest.approx(-10 * np.log10(excess), abs=1e-3)
    assert learnt.reliability.estimated and learnt.reliability.rows[0][0].estimated


def test_nothing_to_hold_out_is_told_before_any_work(tmp_path, rng):
    file = save(tmp_path / "pairs.npz", rng, count=1, side=12)
    with pytest.raises(ValueError, match="no data left after hold-out"):
        next(learn(never, [file], tmp_path, SHORT))


def test_trust_shows_what_two_shots_make_the_net_say(whole):
    learnt = whole[-1]
    (noisy, denoised, second, disagreement), _ = learnt.reliability.rows
    assert [seen.role for seen in (denoised, second)] == ["denoised", "second denoised"]
    difference = np.abs(pixels(denoised).astype(float) - pixels(second)).mean(2).ravel()
    heat = pixels(disagreement).astype(float).sum(2).ravel()  # inferno gets brighter all the way
    assert np.corrcoef(difference.argsort().argsort(), heat.argsort().argsort())[0, 1] > 0.9
    assert disagreement.scale["unit"] == "% of white" and disagreement.psnr is None and noisy.psnr is not None


def test_trust_tells_what_a_denoised_picture_is_worth(whole):
    learnt = whole[-1]
    psnr = learnt.header.psnr
    assert learnt.reliability.worth == pytest.approx(10 ** ((psnr["denoised"] - psnr["noisy"]) / 10))
    (one, before), (two, _) = learnt.reliability.averages
    assert (one, two) == (1, 2) and before == pytest.approx(psnr["noisy"], abs=0.1)


@pytest.mark.parametrize("clean", [True, False])
def test_trust_compares_with_the_average_of_many_shots(tmp_path, rng, clean):
    *_, learnt = learn(never, [save(tmp_path / "pairs.npz", rng, shots=5, clean=clean)], tmp_path, SHORT)
    noisy, *_, average = learnt.reliability.rows[0]
    assert average.role == "average of 5" and average.estimated is not clean
    assert average.psnr == pytest.approx(noisy.psnr + 10 * np.log10(5), abs=0.8)
    assert [k for k, _ in learnt.reliability.averages] == [1, 2, 4, 5]


def test_worth_is_not_told_where_noise_drowns_the_estimate(file, tmp_path):
    data = reader.read(file)
    model = Noise2Noise.for_pairs(data, named_recipe("fast"), TINY, "cpu")
    model.header = Header(psnr={"estimated": 100.0, "estimated_noisy": 20.0})
    assert assess(model, data, tmp_path / "reliability").worth is None


# --- a disk that fills up

FULL = OSError(errno.ENOSPC, "No space left on device")


def refusing(monkeypatch, module, name, fails):
    """Lets a function of a module fail as on a full disk for the arguments that `fails` tells."""
    write = getattr(module, name)

    def full(*arguments, **named):
        if fails(*arguments):
            raise FULL
        return write(*arguments, **named)

    monkeypatch.setattr(module, name, full)


@pytest.mark.parametrize(
    ("module", "name", "fails", "told"),
    [
        (image, "write", lambda path, _: "denoised" in path.name, "Some pictures"),
        (image, "write", lambda path, _: True, "Some pictures"),
        (weights, "save", lambda path, *_: path.parent.name == "snapshots", "time machine"),
        (SummaryWriter, "add_images", lambda *_: True, "TensorBoard's logs"),
        (SummaryWriter, "close", lambda *_: True, "TensorBoard's logs"),
    ],
)
def test_a_training_goes_on_without_what_a_full_disk_has_no_room_for(
    tmp_path, file, monkeypatch, module, name, fails, told
):
    refusing(monkeypatch, module, name, fails)
    items = list(learn(never, [file], tmp_path, SHORT))
    assert [progress.step for progress in of(Progress, items)] == [1, 2, 3, 4]
    assert load(items[-1].weights)[1].psnr and not items[-1].stopped
    assert len(items[-1].failures) == 1 and told in items[-1].failures[0] and "disk is full" in items[-1].failures[0]
    run = Run(TrainingData((file,), ("pairs.npz",)), tmp_path, SHORT)
    for item in items:
        run.add(item)
    taken = takeaway.write_all(tmp_path / "take", run)
    assert taken[0].name == "mine.safetensors" and load(taken[0])[1].config


def test_weights_that_a_full_disk_had_no_room_for_are_tried_again(tmp_path, file, monkeypatch):
    monkeypatch.setattr(train, "PAUSE", 0.0)
    saved = []

    def fails(path, *_):
        saved.append(path.name)
        return len([name for name in saved if name.startswith("model")]) in (4, 5, 6)

    refusing(monkeypatch, weights, "save", fails)
    items = list(learn(never, [file], tmp_path, SHORT))
    assert items[-1].stopped and "ended early" in items[-1].failures[0]
    assert load(items[-1].weights)[1].steps > 0 and not (tmp_path / "snapshots").exists()
    run = Run(TrainingData((file,), ("pairs.npz",)), tmp_path, SHORT)
    for item in items:
        run.add(item)
    assert run.snapshots() == [] and run.weights == items[-1].weights


def test_where_newer_weights_never_fit_those_of_an_earlier_step_are_left(tmp_path, file, monkeypatch):
    monkeypatch.setattr(train, "PAUSE", 0.0)
    saved = []
    refusing(monkeypatch, weights, "save", lambda path, *_: saved.append(path) or len(saved) > 3)
    items = list(learn(never, [file], tmp_path, SHORT))
    assert "those of an earlier step" in items[-1].failures[-1] and load(items[-1].weights)[1].steps < 4


def test_where_no_weights_fit_at_all_the_training_ends_with_the_reason(tmp_path, file, monkeypatch):
    refusing(monkeypatch, weights, "save", lambda *_: True)
    with pytest.raises(OSError, match="No space left"):
        list(learn(never, [file], tmp_path, SHORT))


def test_what_was_taken_needs_no_room_of_its_own(tmp_path, file, monkeypatch):
    items = list(learn(never, [file], tmp_path, SHORT))
    run = Run(TrainingData((file,), ("pairs.npz",)), tmp_path, SHORT)
    for item in items:
        run.add(item)
    refusing(monkeypatch, atomic, "write_bytes", lambda *_: True)
    taken = takeaway.write_all(tmp_path / "take", run)
    assert [path.name for path in taken] == ["mine.safetensors"] and taken[0].samefile(run.weights)

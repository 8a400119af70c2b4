"""The class: every type and scale of picture gives what the net gives, and weights come back bit for bit."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

import n2n
from n2n.data.pairs import gather
from n2n.data.scenes import StackedScenes
from n2n.files import ValueRange
from n2n.files.image import Picture
from n2n.measure.evaluate import measure
from n2n.model import Noise2Noise
from n2n.nets import tiling, weights
from n2n.nets.header import Header
from n2n.nets.unet import UNetConfig
from n2n.noise import parse
from n2n.reading.reader import read
from n2n.training.loop import train
from n2n.training.recipe import named_recipe


def model(channels=3):
    """A small net whose output depends on its input; that of a fresh start is all but constant."""
    found = Noise2Noise(UNetConfig(channels, width=6), "cpu")
    for parameter in found.net.parameters():
        parameter.data.mul_(2)
    return found


def through_the_net(model, unit):
    """The net itself on a picture in [0, 1] whose sides are multiples of 32."""
    with torch.no_grad():
        return model.fast(unit)


def contiguous(model):
    return {name: tensor.contiguous() for name, tensor in model.net.state_dict().items()}


class Code:
    """Unpickled by a careless reader, it makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize(
    "dtype, white",
    [("uint8", 255), ("uint16", 65535), ("uint16", 1023), ("float32", 1), ("float64", 255)],
)
def test_a_picture_of_any_type_and_scale_gives_what_the_net_gives_in_that_type_and_scale(dtype, white):
    denoiser, unit = model(), torch.rand(2, 3, 32, 64, dtype=torch.float64)
    unit.view(-1)[0] = 1
    whole = dtype.startswith("u")
    noisy = (unit * white).round().to(getattr(torch, dtype)) if whole else (unit * white).to(getattr(torch, dtype))
    expected = through_the_net(denoiser, (noisy.double() / white).float()) * white
    result = denoiser.predict(noisy)
    assert (result.dtype, result.shape) == (noisy.dtype, noisy.shape)
    torch.testing.assert_close(result.float(), expected, atol=0.501 if whole else 1e-5 * white, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_taken_and_given(dtype):
    denoiser, noisy = model(), torch.rand(1, 3, 32, 32).to(dtype)
    result = denoiser.predict(noisy)
    assert result.dtype == dtype
    torch.testing.assert_close(result, through_the_net(denoiser, noisy.float()).to(dtype))


def test_the_value_of_white_can_be_given():
    denoiser, noisy = model(), 100 * torch.rand(1, 3, 32, 32)
    expected = 200 * through_the_net(denoiser, noisy / 200)
    torch.testing.assert_close(denoiser.predict(noisy, data_range=200), expected)


@pytest.mark.parametrize("data_range", [0, -1, float("nan"), float("inf")])
def test_a_value_of_white_that_is_not_above_zero_is_refused(data_range):
    with pytest.raises(ValueError, match=f"data_range is {data_range}; allowed: .* above 0"):
        model().predict(torch.rand(1, 3, 8, 8), data_range=data_range)


@pytest.mark.parametrize(("dtype", "most"), [(np.uint8, 255), (np.uint16, 65535)])
def test_a_value_of_white_that_pixels_cannot_have_is_refused(dtype, most):
    picture = Picture(np.ones((8, 8, 3), dtype))
    with pytest.raises(ValueError, match=f"data_range is {most + 1}; allowed: .* above 0, {most} at most"):
        model().denoise(picture, data_range=most + 1)


def test_the_scale_is_decided_once_for_a_call():
    denoiser, dark = model(), 2 * torch.rand(1, 3, 32, 32)
    bright = torch.full_like(dark, 200)
    expected = 255 * through_the_net(denoiser, dark / 255)
    torch.testing.assert_close(denoiser.predict(torch.cat([dark, bright]))[:1], expected, atol=0.01, rtol=0)


def test_of_uint8_a_dark_picture_has_the_same_white_alone():
    denoiser, dark = model(), torch.randint(0, 3, (1, 3, 32, 32), dtype=torch.uint8)
    bright = torch.full_like(dark, 255)
    assert torch.equal(denoiser.predict(torch.cat([dark, bright]))[:1], denoiser.predict(dark))


def test_a_16_bit_picture_is_scaled_as_the_weights_learnt():
    denoiser, noisy = model(), torch.randint(0, 900, (1, 3, 32, 32)).to(torch.uint16)
    denoiser.header = Header(range=ValueRange(0, 4095))
    expected = 4095 * through_the_net(denoiser, noisy.float() / 4095)
    torch.testing.assert_close(denoiser.predict(noisy).float(), expected, atol=0.501, rtol=0)


@pytest.mark.parametrize("dtype, white", [("uint8", 255), ("float32", 1), ("uint16", 65535)])
def test_the_scale_that_the_weights_learnt_holds_for_no_other_type_nor_for_brighter_pictures(dtype, white):
    denoiser, noisy = model(), (white * torch.rand(1, 3, 32, 32)).to(getattr(torch, dtype))
    before = denoiser.predict(noisy)
    denoiser.header = Header(range=ValueRange(0, 4095))
    assert torch.equal(denoiser.predict(noisy), before)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (31, 33)])
def test_a_picture_of_any_size_keeps_it(size):
    assert model().predict(torch.rand(2, 3, *size)).shape == (2, 3, *size)


def test_no_gradient_is_kept():
    assert not model().predict(torch.rand(1, 3, 8, 8, requires_grad=True)).requires_grad


def test_the_result_can_enter_a_computation_with_gradients():
    result, factor = model().predict(torch.rand(1, 3, 8, 8)), torch.ones((), requires_grad=True)
    (factor * result).sum().backward()
    assert factor.grad == result.sum()


def test_a_grey_picture_goes_through_a_net_for_colour_as_three_equal_colours():
    denoiser, noisy = model(3), torch.rand(2, 1, 32, 32)
    expected = through_the_net(denoiser, torch.cat([noisy] * 3, 1)).mean(1, keepdim=True)
    torch.testing.assert_close(denoiser.predict(noisy), expected)


def test_a_colour_picture_goes_through_a_grey_net_colour_by_colour():
    denoiser, noisy = model(1), torch.rand(2, 3, 32, 32)
    expected = torch.cat([through_the_net(denoiser, noisy[:, i : i + 1]) for i in range(3)], 1)
    torch.testing.assert_close(denoiser.predict(noisy), expected)


def test_other_channels_than_the_nets_are_each_denoised_as_grey():
    denoiser, noisy = model(3), torch.rand(1, 2, 32, 32)
    expected = torch.cat([denoiser.predict(noisy[:, i : i + 1], data_range=1.0) for i in range(2)], 1)
    torch.testing.assert_close(denoiser.predict(noisy, data_range=1.0), expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("strength", [0.0, 0.25])
def test_strength_blends_with_the_noisy_picture(strength):
    denoiser, noisy = model(), torch.rand(1, 3, 8, 8)
    expected = strength * denoiser.predict(noisy) + (1 - strength) * noisy
    torch.testing.assert_close(denoiser.predict(noisy, strength=strength), expected)


def test_the_ensemble_does_not_care_how_the_picture_is_turned():
    denoiser, noisy = model(), torch.rand(1, 3, 32, 32)
    turned = denoiser.predict(noisy.rot90(1, (2, 3)), ensemble=True)
    torch.testing.assert_close(turned, denoiser.predict(noisy, ensemble=True).rot90(1, (2, 3)))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_pixel_without_a_value_is_refused(bad):
    noisy = torch.rand(1, 3, 8, 8)
    noisy[0, 1, 2, 3] = bad
    with pytest.raises(ValueError, match="NaN or infinite pixels"):
        model().predict(noisy)


@pytest.mark.parametrize("shape", [(8, 8), (3, 8, 8), (1, 1, 3, 8, 8), (0, 3, 8, 8), (1, 3, 0, 8)])
def test_a_shape_that_is_no_batch_of_pictures_is_refused(shape):
    with pytest.raises(ValueError, match=r"noisy has shape .*; allowed: "):
        model().predict(torch.rand(shape))


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool])
def test_a_type_without_a_white_is_refused(dtype):
    with pytest.raises(ValueError, match="allowed: uint8, uint16"):
        model().predict(torch.zeros(1, 3, 8, 8, dtype=dtype))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_denoising_a_picture_is_predicting_its_pixels_and_keeps_the_rest(dtype, rng):
    denoiser = model()
    picture = Picture(rng.integers(0, 256, (9, 7, 3)).astype(dtype), np.ones((9, 7), dtype), None, b"profile", ("a",))
    result = denoiser.denoise(picture)
    expected = denoiser.predict(torch.from_numpy(picture.pixels).permute(2, 0, 1)[None])[0].permute(1, 2, 0)
    assert np.array_equal(result.pixels, expected.numpy())
    assert (result.alpha is picture.alpha, result.icc, result.notes) == (True, b"profile", ("a",))


def test_weights_and_header_come_back_bit_for_bit(tmp_path):
    saved = model(1)
    saved.header = Header(range=ValueRange(0, 255), data="Zürich", psnr={"noisy": 20.1})
    saved.save(tmp_path / "a.safetensors")
    loaded = Noise2Noise.load(tmp_path / "a.safetensors", "cpu")
    noisy = torch.rand(1, 1, 40, 20)
    assert torch.equal(loaded.predict(noisy), saved.predict(noisy))
    assert loaded.header == replace(saved.header, config=UNetConfig(1, 6), version=weights.VERSION)


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".pkl"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_state_dict_of_torch_is_loaded_and_its_width_read_off(tmp_path, suffix, zipped):
    saved = model()
    torch.save(saved.net.state_dict(), tmp_path / f"a{suffix}", _use_new_zipfile_serialization=zipped)
    loaded = Noise2Noise.load(tmp_path / f"a{suffix}", "cpu", residual=False)
    assert loaded.net.config == saved.net.config
    assert all(torch.equal(a, b) for a, b in zip(loaded.net.parameters(), saved.net.parameters()))


@pytest.mark.parametrize("config", [UNetConfig(1, 6, True, True), UNetConfig(3, 9, True, False), UNetConfig(3, 6)])
def test_a_state_dict_alone_gives_the_same_pictures_once_it_is_told_how_its_net_ends(tmp_path, config):
    saved, noisy = Noise2Noise(config, "cpu", "torch"), torch.rand(1, config.channels, 40, 20)
    torch.save(saved.state_dict(), tmp_path / "a.pth")
    assert torch.equal(
        Noise2Noise.load(tmp_path / "a.pth", "cpu", residual=config.residual).predict(noisy), saved.predict(noisy)
    )


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
def test_a_state_dict_alone_is_refused_with_the_two_ways_to_load_it(tmp_path, name):
    path = tmp_path / name
    torch.save(model().state_dict(), path) if name == "a.pth" else weights.save(path, model().state_dict(), Header())
    with pytest.raises(ValueError, match=r"does not tell .*residual=False \(--no-residual\).*residual=True \(--resid"):
        Noise2Noise.load(path)


def test_weights_that_tell_how_their_net_ends_do_not_let_it_be_told_otherwise(tmp_path):
    model().save(tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match=r"residual is True, but '.*a\.safetensors' says that its net's is False"):
        Noise2Noise.load(tmp_path / "a.safetensors", residual=True)


def test_loading_leaves_torchs_random_numbers_as_they_were(tmp_path):
    model().save(tmp_path / "a.safetensors")
    before = torch.get_rng_state()
    Noise2Noise.load(tmp_path / "a.safetensors", "cpu")
    assert torch.equal(torch.get_rng_state(), before)


def test_a_pickled_module_is_refused(tmp_path):
    torch.save(model().net, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth' was refused: .*it wants n2n\.nets\.unet\.UNet.*tensors alone"):
        Noise2Noise.load(tmp_path / "a.pth")


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_file_is_refused_without_being_run(tmp_path, zipped):
    content = {"enc_conv0.weight": Code(tmp_path / "made by code")}
    torch.save(content, tmp_path / "a.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(ValueError, match=r"it wants (posix|nt).mkdir.*Nothing in it was run"):
        Noise2Noise.load(tmp_path / "a.pth")
    assert [file.name for file in tmp_path.iterdir()] == ["a.pth"]
    torch.load(tmp_path / "a.pth", weights_only=False)  # a careless reader runs it
    assert (tmp_path / "made by code").exists()


@pytest.mark.parametrize("content", [[torch.ones(1)], {"a": {"b": torch.ones(1)}}, torch.ones(1)])
def test_tensors_that_are_no_state_dict_are_refused_with_what_to_save(tmp_path, content):
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=f"no state dict of tensors but {type(content).__name__}; save it with"):
        Noise2Noise.load(tmp_path / "a.pth")


@pytest.mark.parametrize("part", [0, 0.01, 0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("suffix, told", [(".pth", "was refused"), (".safetensors", "no complete .safetensors file")])
def test_weights_that_break_off_are_refused_by_name(tmp_path, part, suffix, told):
    path = tmp_path / f"a{suffix}"
    torch.save(model().net.state_dict(), path) if suffix == ".pth" else model().save(path)
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    with pytest.raises(ValueError, match=rf"{path.name}' .*{told}|{path.name}' {told}"):
        Noise2Noise.load(path)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_weights_of_another_net_are_refused(tmp_path, suffix):
    path, other = tmp_path / f"a{suffix}", torch.nn.Linear(2, 3).state_dict()
    torch.save(other, path) if suffix == ".pth" else safetensors.torch.save_file(other, path)
    with pytest.raises(ValueError, match=r"not weights of this U-Net: no convolution 'enc_conv0\.weight'"):
        Noise2Noise.load(path)


def test_weights_that_do_not_fit_their_header_are_refused_by_tensor(tmp_path):
    weights.save(tmp_path / "a.safetensors", contiguous(model()), Header(UNetConfig(3, 9)))
    with pytest.raises(ValueError, match=r"width 9 and 3 channels: 'enc_conv0\.weight' is \(6, 3, 3, 3\)"):
        Noise2Noise.load(tmp_path / "a.safetensors")


def test_a_configuration_that_is_not_ours_is_shown(tmp_path):
    weights.save(tmp_path / "a.safetensors", contiguous(model()), Header(more={"config": {"depth": 7}}))
    with pytest.raises(ValueError, match=r"is for another net: its configuration is {'depth': 7}"):
        Noise2Noise.load(tmp_path / "a.safetensors")


def test_an_unknown_name_is_answered_with_the_shipped_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    model().save(tmp_path / "blue.safetensors")
    model().save(tmp_path / "red.safetensors")
    assert Noise2Noise.load("red", "cpu").net.config.width == 6
    with pytest.raises(ValueError, match="unknown weights 'green'; shipped: blue, red"):
        Noise2Noise.load("green")


@pytest.mark.parametrize("name", ["gone.safetensors", Path("gone.pth")])
def test_a_file_that_is_not_there_is_named(name):
    with pytest.raises(ValueError, match=f"no weights file '{name}'; shipped names"):
        Noise2Noise.load(name)


def test_weights_are_saved_as_safetensors_only(tmp_path):
    with pytest.raises(ValueError, match=r"weights go into a \.safetensors file, not 'a\.pth'"):
        model().save(tmp_path / "a.pth")


@pytest.mark.parametrize("dtype, white", [(torch.float32, 1), (torch.uint8, 255), (torch.uint16, 4095)])
def test_training_on_noisy_pairs_brings_pictures_nearer_to_the_clean_ones(dtype, white):
    """Flat pictures are the simplest scenes; a net that learnt has the level of each."""
    clean = torch.rand(64, 1, 1, 1).expand(64, 3, 32, 32)
    source, target = ((clean + 0.1 * torch.randn(64, 3, 32, 32)).clamp(0, 1) for _ in range(2))
    source, target = ((white * shot).to(dtype) for shot in (source, target))
    denoiser = Noise2Noise(UNetConfig(width=6), "cpu")
    denoiser.header = Header(range=ValueRange(0, white))
    before = denoiser.psnr(denoiser.predict(source).float() / white, clean)
    last = denoiser.train(source, target, epochs=30, batch_size=16, learning_rate=5e-3)
    after = denoiser.psnr(denoiser.predict(source).float() / white, clean)
    assert after > before + 3
    assert (last.done, denoiser.header.range) == (True, ValueRange(0, white))
    assert 0 < denoiser.header.steps <= last.step


def test_training_reports_every_step():
    shots, seen = torch.rand(2, 8, 3, 32, 32), []
    last = Noise2Noise(UNetConfig(width=3), "cpu").train(*shots, steps=3, batch_size=4, watch=seen.append)
    assert ([progress.step for progress in seen], seen[-1]) == ([1, 2, 3], last)


@pytest.mark.parametrize("shapes", [[(4, 3, 32, 32), (5, 3, 32, 32)], [(3, 32, 32)] * 2])
def test_training_needs_two_batches_of_one_shape(shapes):
    with pytest.raises(ValueError, match=r"source is .* and target .*; allowed: twice \(N, C, H, W\)"):
        model().train(*map(torch.rand, shapes))


def test_training_needs_pictures_with_the_nets_channels():
    with pytest.raises(ValueError, match=r"the net has 3 channels, the pictures 1; .*UNetConfig\(channels=1\)"):
        model().train(*torch.rand(2, 4, 1, 32, 32))


@pytest.mark.parametrize("setting", ["residual", "bias", "width", "channels"])
def test_what_the_net_is_cannot_be_asked_of_a_training(setting):
    with pytest.raises(ValueError, match=f"^{setting} says what the net is, .* set it in the net's UNetConfig"):
        model().train(*torch.rand(2, 4, 3, 32, 32), **{setting: True})


@pytest.mark.parametrize("residual", [False, True])
def test_a_net_without_biases_learns_and_comes_back_from_its_file(tmp_path, residual):
    made = Noise2Noise(UNetConfig(width=3, residual=residual, bias=False), "cpu")
    made.train(*torch.rand(2, 4, 3, 32, 32), steps=2)
    made.save(tmp_path / "free.safetensors")
    again, image = Noise2Noise.load(tmp_path / "free.safetensors"), torch.rand(1, 3, 32, 32)
    assert not again.net.config.bias
    assert torch.equal(again.predict(image), made.predict(image))


@pytest.mark.parametrize("data_range", [1, 255])
def test_psnr_is_the_mean_over_pictures_of_their_decibels(data_range):
    clean, error = torch.zeros(2, 3, 4, 5), torch.tensor([0.1, 0.01]).view(2, 1, 1, 1)
    assert Noise2Noise.psnr(clean + data_range * error, clean, data_range) == pytest.approx((20 + 40) / 2)


def test_dark_pictures_are_learnt_too():
    clean = 0.04 * torch.rand(40, 1, 32, 32).cumsum(-1).cumsum(-2).sin().abs()
    source, target = (clean + 0.002 * torch.randn_like(clean) for _ in range(2))
    model = Noise2Noise(UNetConfig(channels=1, width=12))
    model.train(source, target, epochs=40)
    assert Noise2Noise.psnr(model.predict(source), clean) > Noise2Noise.psnr(torch.zeros_like(clean), clean) + 3


def test_of_a_training_the_weights_that_are_best_on_the_hold_out_are_kept():
    """Judged by the estimates that the steps report, and by measuring again."""
    shots, seen = torch.rand(20, 3, 1, 1) + 0.1 * torch.randn(2, 20, 3, 32, 32), []
    denoiser, wild = Noise2Noise(UNetConfig(width=6, residual=True), "cpu"), {"learning_rate": 0.3, "seed": 3}
    denoiser.train(*shots, steps=12, batch_size=8, evaluations=12, watch=seen.append, schedule="constant", **wild)
    found = [progress.validation.estimated.psnr for progress in seen]
    assert denoiser.header.steps == 1 + int(np.argmax(found)) < 12
    held = gather(StackedScenes(list(shots.numpy()), None), "x").hold_out(0.1, 3)[1]
    assert measure(partial(tiling.denoise, denoiser.fast), held).estimated.psnr == pytest.approx(max(found), abs=1e-3)


def test_weights_that_learnt_before_never_end_worse_than_they_began():
    shots = 0.5 + 0.1 * torch.randn(2, 20, 3, 32, 32)
    denoiser = Noise2Noise.load("gaussian-small", "cpu")
    before = [parameter.clone() for parameter in denoiser.net.parameters()]
    denoiser.train(*shots, steps=3, batch_size=4, learning_rate=1.0, schedule="constant")
    assert all(torch.equal(one, other) for one, other in zip(before, denoiser.net.parameters()))
    assert (denoiser.header.steps, denoiser.header.start) == (0, "gaussian-small")


def test_the_header_after_a_training_tells_that_training_only(tmp_path):
    denoiser, rates = Noise2Noise.load("gaussian-small", "cpu"), []
    assert denoiser.header.measured and denoiser.header.command and denoiser.header.note
    shots = 200 * torch.rand(2, 8, 1, 32, 32).expand(-1, -1, 3, -1, -1)
    denoiser.train(*shots, steps=2, batch_size=4, watch=lambda progress: rates.append(progress.learning_rate))
    denoiser.save(tmp_path / "mine.safetensors")
    header = Noise2Noise.load(tmp_path / "mine.safetensors", "cpu").header
    assert header.data == "8 scenes × 2 shots, float32 (white at 255) colour 32×32" and header.noise is None
    assert (header.range, header.start, header.recipe["steps"]) == (ValueRange(0, 255), "gaussian-small", 2)
    assert not (header.measured or header.command or header.note)
    assert set(header.psnr) == {"estimated", "estimated_noisy"}
    assert max(rates) <= 3e-4


def test_an_interrupted_training_leaves_the_best_weights_and_their_header():
    def interrupt(progress):
        if progress.step == 3:
            raise KeyboardInterrupt

    denoiser = Noise2Noise(UNetConfig(width=3), "cpu")
    with pytest.raises(KeyboardInterrupt):
        denoiser.train(*torch.rand(2, 8, 3, 32, 32), steps=9, batch_size=4, evaluations=9, watch=interrupt)
    assert 1 <= denoiser.header.steps <= 3 and not denoiser.untrained


def trained_weights(seed=0):
    torch.manual_seed(seed)
    denoiser, shots = Noise2Noise(UNetConfig(width=3), "cpu"), torch.rand(2, 8, 3, 32, 32, dtype=torch.float32)
    denoiser.train(*shots, steps=2, batch_size=4)
    return list(denoiser.net.parameters())


def test_training_works_where_no_gradients_are_kept():
    with torch.no_grad():
        found = trained_weights()
    assert all(torch.equal(one, other) for one, other in zip(found, trained_weights()))


def test_in_inference_mode_training_is_refused_with_what_to_do():
    with torch.inference_mode(), pytest.raises(ValueError, match="outside of it"):
        trained_weights()


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def test_training_works_where_torchs_numbers_have_64_bits(double):
    assert all(parameter.dtype == torch.float32 for parameter in trained_weights())
    data = read("samples", noise=parse("gaussian:5-25+text:0.1+impulse:0.1"))
    denoiser = Noise2Noise.for_pairs(data, named_recipe("fast"), UNetConfig(width=3), "cpu")
    assert (
        len(list(train(denoiser.net, data, data.chosen([0]).frozen(0), named_recipe("fast", steps=1, batch_size=2))))
        == 1
    )


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ({"initialization": "bogus"}, "he, torch"),
        ({"precision": "bogus"}, "auto, fp32, bf16"),
        ({"device": "meta"}, "auto, cpu"),
    ],
)
def test_what_a_net_cannot_be_made_with_is_named_with_what_is_allowed(asked, allowed):
    [(name, value)] = asked.items()
    with pytest.raises(ValueError, match=rf"{name} (is )?'{value}'.*; allowed( here)?: {allowed}"):
        Noise2Noise(**asked)


def test_a_setting_that_there_is_not_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown setting 'learningrate'; allowed: method, .*learning_rate"):
        model().train(*torch.rand(2, 4, 3, 32, 32), learningrate=1)


def test_a_model_says_what_it_is():
    assert repr(model()).startswith("Noise2Noise(weights in memory: Table I, width 6, 3 channels; untrained; on cpu")
    shipped = repr(Noise2Noise.load("gaussian", "cpu"))
    assert "gaussian: residual, bias-free, width 48, 3 channels; learnt from " in shipped and " steps; " in shipped


def test_the_package_tells_that_its_types_can_be_relied_on():
    assert (Path(n2n.__file__).parent / "py.typed").is_file()

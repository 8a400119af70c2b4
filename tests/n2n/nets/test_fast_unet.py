"""The fast U-Net against the plain one."""

import time

import pytest
import torch
import torch.nn.functional as F

from n2n.measure.metrics import psnr
from n2n.nets import fast_unet
from n2n.nets.fast_unet import FastUNet, folded
from n2n.nets.unet import UNet, UNetConfig, initialize_he


def net(channels=3, residual=False, bias=True):
    torch.manual_seed(0)
    plain = UNet(UNetConfig(channels, 6, residual, bias))
    initialize_he(plain)
    for parameter in plain.parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, std=0.1)  # zero ones would hide what biases do at borders
    return plain


@pytest.mark.parametrize(("residual", "bias"), [(False, True), (True, True), (True, False)])
@pytest.mark.parametrize("shape", [(1, 3, 32, 32), (5, 3, 32, 64), (2, 1, 96, 160), (1, 3, 320, 32)])
def test_it_computes_what_the_plain_net_does(shape, residual, bias):
    plain, image = net(shape[1], residual, bias).double(), torch.rand(shape, dtype=torch.float64)
    assert torch.allclose(FastUNet(plain, "fp32")(image), plain(image), rtol=0, atol=1e-12)


@pytest.mark.parametrize("rows", [1, 3, 16, 1000])
def test_strips_have_no_seams(monkeypatch, rows):
    monkeypatch.setattr(fast_unet, "LEAST_ROWS", rows)
    monkeypatch.setattr(fast_unet, "STRIP_PIXELS", 0)
    plain, image = net().double(), torch.rand(2, 3, 160, 64, dtype=torch.float64)
    with torch.no_grad():
        assert torch.allclose(FastUNet(plain, "fp32")(image), plain(image), rtol=0, atol=1e-12)


def test_gradients_are_those_of_the_plain_net():
    plain, image = net().double(), torch.rand(2, 3, 64, 32, dtype=torch.float64)
    gradients = []
    for one in (plain, FastUNet(plain, "fp32")):
        plain.zero_grad()
        one(image).square().sum().backward()
        gradients.append([parameter.grad.clone() for parameter in plain.parameters()])
    for expected, found in zip(*gradients):
        assert torch.allclose(found, expected, rtol=0, atol=1e-10 * float(expected.abs().max()))


def test_folding_is_upsampling_and_convolving():
    small, weight = torch.rand(2, 5, 6, 9), torch.randn(4, 5, 3, 3)
    expected = F.conv2d(F.interpolate(small, scale_factor=2, mode="nearest"), weight, padding=1)
    assert torch.allclose(F.conv_transpose2d(small, folded(weight), stride=2, padding=1), expected, atol=1e-5)


def test_bf16_costs_next_to_nothing():
    plain, image = net(), torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        exact, rough = plain(image), FastUNet(plain, "bf16")(image)
    assert rough.dtype == torch.float32 and not torch.equal(rough, exact)
    assert psnr(rough, exact).item() > 45  # dB: what is 30 dB off the truth stays so within 0.15


def test_bf16_trains():
    plain, image = net(), torch.rand(1, 3, 32, 32)
    FastUNet(plain, "bf16")(image).sum().backward()
    assert all(parameter.grad.dtype == torch.float32 and parameter.grad.any() for parameter in plain.parameters())


@pytest.mark.parametrize(
    ("matrices", "vectors", "wins", "chosen"),
    [(True, True, False, True), (False, True, True, True), (False, True, False, False), (False, False, True, False)],
)
def test_only_a_cpu_with_vector_instructions_alone_is_tried(monkeypatch, matrices, vectors, wins, chosen):
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: matrices)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: vectors)
    monkeypatch.setattr(fast_unet, "_faster_in_bf16", lambda: wins)
    assert fast_unet.prefers_bf16.__wrapped__(torch.device("cpu")) is chosen


@pytest.mark.parametrize("slower", ["fp32", "bf16"])
def test_a_trial_finds_the_faster_precision(monkeypatch, slower):
    def waiting(net, precision):
        return lambda image: time.sleep(0.02 if precision == slower else 0.002)

    monkeypatch.setattr(fast_unet, "FastUNet", waiting)
    assert fast_unet._faster_in_bf16() is (slower == "fp32")

"""ONNX files, run by ONNX Runtime: the same as our own output, for pictures of any size in the unit of the files."""

import sys

import onnx
import onnxruntime
import pytest
import torch

from n2n import Noise2Noise, UNet, UNetConfig
from n2n.export import issue, onnx_file, write_onnx
from n2n.files import ValueRange

CAMERA = ValueRange(64.0, 4095.0)
NETS = [
    {"residual": False},
    {"residual": True, "bias": False},
    {"residual": True, "channels": 1},
]


def run(path, noisy):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(["denoised"], {"noisy": noisy.numpy()})[0])


@pytest.mark.parametrize("config", NETS)
@pytest.mark.parametrize("size", [(1, 1), (7, 130), (45, 70), (64, 96)])
def test_the_file_computes_what_the_net_does_whatever_the_size(weights, tmp_path, config, size):
    file = weights(CAMERA, **config)
    passport = issue(file)
    assert write_onnx(passport, tmp_path / "net.onnx") < 1e-5
    noisy = torch.rand(2, passport.channels, *size) * 5000 - 300  # beyond black and white as well
    ours = Noise2Noise.load(file, "cpu", "fp32").predict(noisy, data_range=(64.0, 4095.0))
    torch.testing.assert_close(run(tmp_path / "net.onnx", noisy), ours, rtol=0, atol=1e-4 * CAMERA.span)


def test_a_net_for_colour_takes_grey_pictures_where_that_is_asked_for(weights, tmp_path):
    file = weights(residual=True)
    write_onnx(issue(file, asked=1.0, grey=True), tmp_path / "net.onnx")
    noisy = torch.rand(3, 1, 33, 40)
    ours = Noise2Noise.load(file, "cpu", "fp32").predict(noisy, data_range=1.0)
    torch.testing.assert_close(run(tmp_path / "net.onnx", noisy), ours, rtol=0, atol=1e-4)


def test_a_hot_pixel_stays_and_leaves_its_neighbours_alone(weights, tmp_path):
    write_onnx(issue(weights(residual=True)), tmp_path / "net.onnx")
    picture = torch.full((1, 3, 40, 40), 100.0)
    hot = picture.clone()
    hot[..., 20, 20] = 60_000.0
    change = run(tmp_path / "net.onnx", hot) - run(tmp_path / "net.onnx", picture)
    assert change[..., 20, 20].min() > 59_000 and change.abs().sort().values.flatten()[-4] < 1_000


def test_old_runtimes_can_read_it_and_it_tells_what_it_is(weights, tmp_path):
    write_onnx(issue(weights(), authors=("Ada",), license="CC0-1.0"), tmp_path / "net.onnx")
    model = onnx.load(tmp_path / "net.onnx")
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert (model.opset_import[0].version, model.ir_version) == (17, 8)
    assert told == told | {"black": "0", "white": "255", "authors": "Ada", "license": "CC0-1.0", "note": "for a test"}


def test_a_file_that_computes_something_else_is_not_handed_out(weights, tmp_path, monkeypatch):
    make = onnx_file.onnx_model
    monkeypatch.setattr(onnx_file, "onnx_model", lambda net, *rest: make(UNet(UNetConfig(width=6)), *rest))
    with pytest.raises(ArithmeticError, match="of white from the net"):
        write_onnx(issue(weights()), tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


def test_without_the_package_the_line_that_installs_it_is_told(weights, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ValueError, match=r"'onnx' is missing: .* -m pip install onnx onnxruntime$"):
        write_onnx(issue(weights()), tmp_path / "net.onnx")


def test_weights_that_know_no_range_want_to_be_told_one(tmp_path):
    Noise2Noise(UNetConfig(width=6)).save(tmp_path / "bare.safetensors")
    with pytest.raises(ValueError, match="--range 255"):
        issue(tmp_path / "bare.safetensors")
    assert issue(tmp_path / "bare.safetensors", asked=(-5.0, 5.0)).limits == ValueRange(-5.0, 5.0)

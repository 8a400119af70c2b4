"""Packages of BioImage.IO 0.5: an ONNX file, what it takes and gives, and a picture to try it on, in one .zip."""

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..files import write_bytes
from ..machine import optional_packages
from .card import weights_card
from .onnx_file import checked_onnx
from .onnx_graph import INPUT, OPSET, OUTPUT, PACKAGES
from .passport import Passport

NEEDED = (*PACKAGES, "bioimageio.spec")
HALO, LEAST = 32, 96  # pixels: what a tile sees beyond its own part, and the least side of a picture
TRIAL = (160, 224)  # pixels: the picture to try it on
SIGMA = 25 / 255  # of that picture's noise
PAPER = "Lehtinen et al., Noise2Noise: Learning Image Restoration without Clean Data, ICML 2018"
VALIDATION = """## Validation

Hold back two noisy shots of a scene: the denoised first one misses the second by its own error and by the noise of
the second, which is half the mean squared difference of the two. What is left is the error against the clean picture.
"""


def write_bioimage(passport: Passport, path: Path) -> None:
    """Writes a package, validated by bioimageio.spec. Raises as `onnx_file.write_onnx`, and ValueError where it is not
    valid.
    """
    spec = optional_packages("a BioImage.IO package", *NEEDED)[-1]
    content, _ = checked_onnx(passport)
    noisy = trial(passport)
    limits = passport.limits.black, passport.limits.white
    denoised = passport.model.predict(noisy, data_range=limits)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # bioimageio.spec leaves files open
        inside = Path(folder)
        (inside / "net.onnx").write_bytes(content)
        np.save(inside / "noisy.npy", noisy.numpy())
        np.save(inside / "denoised.npy", denoised.numpy())
        text = weights_card(passport.name, passport.model.header, VALIDATION)
        (inside / "README.md").write_text(text, encoding="utf-8")
        described = _described(spec.model.v0_5, passport, inside)
        zipped = spec.save_bioimageio_package(described, output_path=inside / "package.zip")
        write_bytes(path, Path(zipped).read_bytes())


def trial(passport: Passport) -> Tensor:
    """A noisy drawing, float32 (1, C, H, W) in the unit of the pictures: rings that become finer outwards."""
    down, across = np.ogrid[-1 : 1 : TRIAL[0] * 1j, -1 : 1 : TRIAL[1] * 1j]
    clean = torch.from_numpy(0.5 + 0.35 * np.cos(30 * (down**2 + across**2))).float()
    size = 1, passport.channels, *TRIAL
    noisy = clean + SIGMA * torch.randn(size, generator=torch.Generator().manual_seed(0))
    return noisy * passport.limits.span + passport.limits.black


def _described(v05: Any, passport: Passport, folder: Path) -> object:  # noqa: ANN401 (an optional package)
    """The description of the package whose files lie in a folder."""
    header, limits = passport.model.header, passport.limits
    names = ["red", "green", "blue"] if passport.channels == 3 else [f"channel{i}" for i in range(passport.channels)]
    channel = v05.ChannelAxis(channel_names=names)
    size = v05.ParameterizedSize(min=LEAST, step=1)
    sides = [v05.SpaceInputAxis(id=axis, size=size) for axis in "yx"]
    same = {axis: v05.SizeReference(tensor_id=INPUT, axis_id=axis) for axis in "yx"}
    tiled = [v05.SpaceOutputAxisWithHalo(id=axis, size=size, halo=HALO) for axis, size in same.items()]
    unit = f"black at {limits.black:.6g}, white at {limits.white:.6g}"
    files = {name: v05.FileDescr(source=folder / f"{name}.npy") for name in (INPUT, OUTPUT)}
    return v05.ModelDescr(
        name=f"Noise2Noise {passport.name}",
        description=f"Removes noise; learnt from {header.data or 'noisy pairs'}. Takes values with {unit}."[:1024],
        authors=[v05.Author(name=name) for name in passport.authors],
        cite=[v05.CiteEntry(text=PAPER, url="https://arxiv.org/abs/1803.04189")],
        license=passport.license,
        documentation=v05.FileDescr(source=folder / "README.md"),
        tags=["denoising", "image-restoration", "noise2noise", "2d", "unet"],
        inputs=[
            v05.InputTensorDescr(
                id=INPUT,
                description=f"a noisy picture, {unit}",
                axes=[v05.BatchAxis(), channel, *sides],
                test_tensor=files[INPUT],
            )
        ],
        outputs=[
            v05.OutputTensorDescr(
                id=OUTPUT,
                description="the denoised picture, in the same unit",
                axes=[v05.BatchAxis(), channel, *tiled],
                test_tensor=files[OUTPUT],
            )
        ],
        weights=v05.WeightsDescr(onnx=v05.OnnxWeightsDescr(source=folder / "net.onnx", opset_version=OPSET)),
    )

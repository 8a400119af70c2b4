"""ONNX files, which are tried before they are handed out."""

from pathlib import Path

import numpy as np
import torch

from ..files import write_bytes
from ..machine import optional_packages
from .onnx_graph import INPUT, OUTPUT, PACKAGES, onnx_model
from .passport import Passport

TOLERANCE = 1e-4  # of the distance of black and white
SIZES = ((1, 33, 1), (2, 45, 70), (1, 96, 64))  # of trial pictures: how many, height and width in pixels


def write_onnx(passport: Passport, path: Path) -> float:
    """Writes an ONNX file; returns how far its output lies from the net's own, at most; white is 1.

    Raises OSError, ValueError where a package is missing, and ArithmeticError, with nothing written, where it is more
    than TOLERANCE.
    """
    content, worst = checked_onnx(passport)
    write_bytes(path, content)
    return worst


def checked_onnx(passport: Passport) -> tuple[bytes, float]:
    """The bytes of an ONNX file that was run, and what `write_onnx` returns. Raises as it does."""
    content = onnx_model(passport.model.net, passport.limits, passport.channels, passport.facts())
    worst = greatest_difference(content, passport)
    if not worst <= TOLERANCE:
        raise ArithmeticError(
            f"the ONNX file lies {worst:.2g} of white from the net, more than {TOLERANCE:g}, and was not written; "
            "another version of onnxruntime may help"
        )
    return content, worst


def greatest_difference(content: bytes, passport: Passport) -> float:
    """How far an ONNX file's output lies from the net's own, at most, on pictures of several sizes; white is 1."""
    _, runtime = optional_packages("an ONNX file", *PACKAGES)
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    rng, limits = torch.Generator().manual_seed(0), passport.limits
    found = []
    for count, height, width in SIZES:
        unit = torch.rand(count, passport.channels, height, width, generator=rng) * 1.5 - 0.25
        noisy = unit * limits.span + limits.black
        ours = passport.model.predict(noisy, data_range=(limits.black, limits.white)).numpy()
        theirs = session.run([OUTPUT], {INPUT: noisy.numpy()})[0]
        found.append(float(np.abs(theirs - ours).max()) / limits.span)
    return max(found)

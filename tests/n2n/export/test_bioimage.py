"""Packages of BioImage.IO, read by its own library and run by ONNX Runtime."""

import zipfile

import numpy as np
import onnxruntime
import pytest
from bioimageio import spec

from n2n.export import issue, write_bioimage

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def package(weights, tmp_path):
    path = tmp_path / "net.bioimage.zip"
    write_bioimage(issue(weights(residual=True), authors=("Ada",), license="CC-BY-4.0"), path)
    return path


def test_the_library_of_bioimage_io_finds_it_valid(package):
    model = spec.load_model_description(package, perform_io_checks=True)
    assert model.validation_summary.status == "valid-format"
    assert model.format_version.startswith("0.5.") and model.authors[0].name == "Ada" and model.license == "CC-BY-4.0"
    assert [str(axis.id) for axis in model.inputs[0].axes] == ["batch", "channel", "y", "x"]


def test_the_runner_of_bioimage_io_runs_it(package):
    """It cannot be pinned beside the others: the bioimageio.spec that it asks for does not go with today's pydantic."""
    install = "pip install --no-deps bioimageio.core==0.11.0 xarray==2026.9.0"
    core = pytest.importorskip("bioimageio.core", reason=f"to run it: {install}")
    summary = core.test_description(package)
    assert summary.status == "passed", summary.format()


def test_its_picture_gives_the_result_that_comes_with_it(package, tmp_path):
    zipfile.ZipFile(package).extractall(tmp_path / "inside")
    noisy, denoised = (np.load(tmp_path / "inside" / f"{name}.npy") for name in ("noisy", "denoised"))
    session = onnxruntime.InferenceSession(tmp_path / "inside" / "net.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"noisy": noisy})
    np.testing.assert_allclose(found, denoised, rtol=0, atol=0.0255)
    assert np.abs(denoised - noisy).mean() > 1

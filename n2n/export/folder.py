"""Folders for the Hugging Face Hub, made of a weights file."""

from pathlib import Path

from .. import export
from ..machine import optional_packages


def write_folder(
    weights: str | Path,
    folder: Path,
    *,
    residual: bool | None = None,
    authors: tuple[str, ...] = (),
    license: str | None = None,
) -> None:
    """Writes weights, configuration and card; `license` is an SPDX identifier. Raises OSError, and ValueError where
    huggingface_hub is missing.
    """
    optional_packages("a folder for the Hugging Face Hub", "huggingface_hub")
    model = export.HubNoise2Noise.load(weights, "cpu", residual=residual)
    assert isinstance(model, export.HubNoise2Noise)
    model.authors, model.license = authors, license and license.lower()
    (folder / "README.md").unlink(missing_ok=True)  # the mixin keeps an old card
    model.save_pretrained(folder)

"""Folders for the Hugging Face Hub: weights, their configuration and a card, by the Hub's own mixin."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData, ModelHubMixin, hf_hub_download

from ..model import Noise2Noise
from ..nets import HUB_WEIGHTS
from .card import weights_card

DATA = "noisy pairs"  # of a figure whose pictures have no name
USE = """```python
from n2n import Noise2Noise

model = Noise2Noise.load("{name}")  # this folder, or user/repo of the Hub
clean = model.predict(noisy)  # (N, C, H, W), any size ≥ 1
```
"""


class HubNoise2Noise(Noise2Noise, ModelHubMixin):
    """A Noise2Noise with `save_pretrained`, `from_pretrained` and `push_to_hub`.

    `authors` and `license`, an SPDX identifier, go into the card.
    """

    authors: tuple[str, ...] = ()
    license: str | None = None

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        revision: str | None,
        cache_dir: str | Path | None,
        force_download: bool,
        local_files_only: bool,
        token: str | bool | None,
        device: str | None = None,
        precision: str = "auto",
        **_: object,
    ) -> "HubNoise2Noise":
        """Loads a folder, or a repository of the Hub. The header of its weights tells the configuration."""
        file = Path(model_id) / HUB_WEIGHTS
        if not file.is_file():
            wanted: dict[str, Any] = {"revision": revision, "cache_dir": cache_dir, "token": token}
            wanted |= {"force_download": force_download, "local_files_only": local_files_only}
            file = Path(hf_hub_download(model_id, HUB_WEIGHTS, **wanted))
        model = cls.load(file, device, precision)
        assert isinstance(model, cls)
        model.name = Path(model_id).name
        return model

    def _save_pretrained(self, save_directory: Path) -> None:
        self.save(save_directory / HUB_WEIGHTS)
        (save_directory / "config.json").write_text(json.dumps(asdict(self.net.config), indent=2), encoding="utf-8")

    def generate_model_card(self, *_: object, **__: object) -> ModelCard:
        """The card, with the metadata that the Hub searches."""
        name = Path(self.name or "noise2noise").stem
        data = ModelCardData(
            model_name=name,
            library_name="n2n",
            pipeline_tag="image-to-image",
            tags=["denoising", "image-restoration", "noise2noise"],
            license=self.license,
            authors=list(self.authors) or None,
            eval_results=self._results() or None,
        )
        text = weights_card(name, self.header, USE.format(name=name))
        return ModelCard(f"---\n{data.to_yaml()}\n---\n\n{text}")

    def _results(self) -> list[EvalResult]:
        """The PSNRs of the denoised pictures, as the Hub's leaderboards take them."""
        sets = {**({"hold-out": self.header.psnr} if self.header.psnr else {}), **self.header.measured}
        return [
            EvalResult("image-to-image", data, data, "psnr", round(figures["denoised"], 2), metric_name="PSNR, dB")
            for data, figures in sets.items()
            if "denoised" in figures
        ]

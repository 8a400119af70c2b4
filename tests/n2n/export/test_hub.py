"""Folders for the Hugging Face Hub, read by its own library."""

import json

import torch
from huggingface_hub import ModelCard

from n2n import HubNoise2Noise, Noise2Noise
from n2n.export import write_folder


def test_a_folder_gives_the_same_net_again(weights, tmp_path):
    file, noisy = weights(residual=True), torch.rand(1, 3, 40, 33)
    write_folder(file, tmp_path / "net")
    ours = Noise2Noise.load(file, "cpu").predict(noisy, data_range=1.0)
    for model in (HubNoise2Noise.from_pretrained(tmp_path / "net", device="cpu"), Noise2Noise.load(tmp_path / "net")):
        assert torch.equal(model.predict(noisy, data_range=1.0), ours) and model.name == "net"


def test_what_was_loaded_is_saved_again(weights, tmp_path):
    HubNoise2Noise.load(weights()).save_pretrained(tmp_path / "one")
    HubNoise2Noise.from_pretrained(tmp_path / "one").save_pretrained(tmp_path / "two")
    assert Noise2Noise.load(tmp_path / "two").header == Noise2Noise.load(tmp_path / "one").header
    assert json.loads((tmp_path / "two" / "config.json").read_text())["width"] == 6


def test_the_card_has_the_metadata_that_the_hub_searches(tmp_path):
    write_folder("gaussian-small", tmp_path / "net", authors=("Ada",), license="CC-BY-NC-4.0")
    data = ModelCard.load(tmp_path / "net" / "README.md").data
    assert (data.license, data.pipeline_tag, data.library_name) == ("cc-by-nc-4.0", "image-to-image", "n2n")
    assert {"CBSD68, σ = 25": 30.77}.items() <= {
        one.dataset_name: one.metric_value for one in data.eval_results
    }.items()

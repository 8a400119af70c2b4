"""What holds for every tab, and what programs can call."""

import io
import re

import httpx
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from serving import ROOT
from steps import psnr

from demo.server.intake import REFUSED
from n2n import Noise2Noise


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(open_page, screenshot, dark):
    page = open_page(dark=dark)
    for tab in ("Denoise", "Train", "About"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(500)
        found = Axe().run(page).response["violations"]
        screenshot(page, f"{tab.lower()}-{'dark' if dark else 'light'}")
        serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
        assert [(tab, rule["id"], rule["nodes"][0]["html"]) for rule in serious] == []


def test_a_link_to_the_page_is_previewed_with_our_own_title_sentence_and_picture(server):
    page = httpx.get(server.address).text
    told = re.findall(r'<meta\s+(?:property|name)="((?:og|twitter):[^"]+)"\s+content="([^"]*)"', page)
    assert len({name for name, _ in told}) == len(told)  # each once
    told = dict(told)
    assert told["og:title"] == told["twitter:title"] == "Noise2Noise"
    assert "No clean picture is ever needed" in told["og:description"] == told["twitter:description"]
    assert told["og:image"].startswith("http") and "Gradio" not in "".join(told.values())
    picture = httpx.get(told["og:image"])
    assert picture.headers["content-type"] == "image/jpeg" and len(picture.content) < 300_000
    with Image.open(io.BytesIO(picture.content)) as seen:
        assert [told["og:image:width"], told["og:image:height"]] == [str(length) for length in seen.size]
    assert "never saw a clean picture" in told["og:image:alt"]


def test_the_page_has_an_icon_of_its_own(server):
    (named,) = re.findall(r'<link rel="icon"[^>]*href="([^"]+)"', httpx.get(server.address).text)
    assert httpx.get(f"{server.address}/{named}").content == (ROOT / "demo/pictures/favicon.png").read_bytes()


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    client = Client(server.address, verbose=False, download_files=str(tmp_path_factory.mktemp("client")))
    yield client
    client.close()


@pytest.fixture
def files(photo, tmp_path):
    """Two noisy shots of a photograph, and it."""
    rng = np.random.default_rng(0)
    clean = photo[:96, :96] * 0.6 + 50
    pictures = {"shot_1": clean + rng.normal(0, 15, clean.shape), "shot_2": clean + rng.normal(0, 15, clean.shape)}
    for name, picture in (pictures | {"clean": clean}).items():
        Image.fromarray(picture.round().clip(0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
    return {name: tmp_path / f"{name}.png" for name in ("shot_1", "shot_2", "clean")}


def test_programs_see_four_endpoints(client):
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/denoise", "/check", "/score", "/train"}


def test_a_program_denoises(client, files):
    noisy, clean = handle_file(files["shot_1"]), handle_file(files["clean"])
    path, figures = client.predict(noisy, clean=clean, api_name="/denoise")
    result, truth = (np.asarray(Image.open(file)) for file in (path, files["clean"]))
    assert figures["PSNR after"] == pytest.approx(psnr(result, truth), abs=0.05)
    assert figures["PSNR after"] > figures["PSNR before"] + 3


def test_a_program_has_pairs_checked(client, files):
    told = client.predict([handle_file(files["shot_1"]), handle_file(files["shot_2"])], api_name="/check")
    assert told["data"]["described"].startswith("1 scene × 2 shots")
    assert {"shift", "clipping"} <= {verdict["check"] for verdict in told["verdicts"]}


def test_a_program_has_results_scored(client, files):
    shots = handle_file(files["shot_1"]), handle_file(files["shot_2"])
    told = client.predict(*shots, [handle_file(files["shot_2"])], weights="gaussian-small", api_name="/score")
    best, copied = told["results"]
    assert (
        best["name"] == "gaussian-small" and best["gain"] > 2 and best["sentence"].startswith("“gaussian-small” gains")
    )
    assert (copied["code"], copied["estimate"]) == ("shot 2", None)


def test_a_program_trains_and_gets_the_weights(client, files):
    pairs = [handle_file(files["shot_1"]), handle_file(files["shot_2"])]
    job = client.submit(pairs, seconds=3, width=12, api_name="/train")
    progress, weights = job.result(timeout=120)
    steps = [told.get("step", 0) for told, _ in job.outputs()]
    assert steps == sorted(steps) and steps[-1] == progress["step"] > 0
    assert Noise2Noise.load(weights).net.config.width == 12


@pytest.mark.parametrize("seconds", [1e9, -1])
def test_a_program_is_told_what_is_out_of_range(client, files, seconds):
    pairs = [handle_file(files["shot_1"]), handle_file(files["shot_2"])]
    with pytest.raises((AppError, ValueError), match="this page allows"):
        client.predict(pairs, seconds=seconds, api_name="/train")


@pytest.mark.parametrize("path", [ROOT / "demo/pictures/train.png", "demo/pictures/train.png", "../../etc/passwd"])
def test_a_program_gets_no_file_of_the_host(server, path):
    asked = f"{server.address}/gradio_api/call/denoise"
    picture = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
    event = httpx.post(asked, json={"data": [picture, "automatic", None, 1.0, False, "", None]}).json()["event_id"]
    assert REFUSED in httpx.get(f"{asked}/{event}", timeout=60).text

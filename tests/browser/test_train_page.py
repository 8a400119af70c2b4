"""The second tab in a real browser: from two noisy shots to a model that denoises."""

import time

import numpy as np
import psutil
import pytest
import skimage
from PIL import Image

SCENE = skimage.data.coffee()[:192, :256]


@pytest.fixture
def two_shots(tmp_path):
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"zebra_{place}.png" for place in (1, 2)]
    for path in paths:
        noisy = SCENE * 0.8 + 25 + rng.normal(0, 15, SCENE.shape)
        Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(path)
    return paths


def bring(page, *files):
    page.get_by_role("tab", name="Train").click()
    page.set_input_files("#pairs input[type=file]", [str(file) for file in files])


def train(page, seconds="20 s"):
    page.wait_for_function("!document.querySelector('#train').disabled")
    page.locator("#budget").get_by_text(seconds).click()
    page.click("#train")
    page.wait_for_selector("#curves svg[role=img] path")


def children(server):
    """The processes of jobs: children of the server that jobs are forked from."""
    family = psutil.Process(server.pid).children(recursive=True)
    return [process for process in family if process.nice() > 0 and process.status() != psutil.STATUS_ZOMBIE]


def gone_within(seconds, server):
    end = time.monotonic() + seconds
    while children(server) and time.monotonic() < end:
        time.sleep(0.1)
    return not children(server)


def test_a_second_visitor_waits_in_line_and_sees_nothing_of_the_first(open_page, server, two_shots):
    first, second = open_page(), open_page()
    bring(first, *two_shots)
    train(first, "180 s")
    second.get_by_role("tab", name="Train").click()
    assert "zebra" not in second.content()
    second.click("#sample")
    second.wait_for_function("!document.querySelector('#train').disabled")
    second.click("#train")
    second.wait_for_selector("#status :text('number 1 in line')")
    assert second.locator("#live figure").count() == 0
    first.click("#stop")
    second.wait_for_selector("#curves svg[role=img] path")
    second.click("#stop")
    second.wait_for_selector("#use", state="visible")


def test_a_killed_job_is_told_and_the_page_goes_on(page, server, two_shots):
    bring(page, *two_shots)
    train(page, "180 s")
    for process in children(server):
        process.kill()
    page.wait_for_selector("#status [role=alert]")
    train(page)
    page.click("#stop")
    page.wait_for_selector("#use", state="visible")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("broken.zip", b"PK\x03\x04" + bytes(30), "zip"),
        ("code.pkl", b"cos\nsystem\n(S'touch /tmp/pwned'\ntR.", "refused"),
        ("alone.npz", b"not numpy", "refused"),
    ],
)
def test_bad_pairs_get_a_sentence(page, tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    bring(page, tmp_path / name)
    page.wait_for_selector(f"#seen [role=alert]:has-text('{told}')")
    assert page.locator("#train").is_disabled()

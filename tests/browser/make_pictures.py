"""Makes the README's pictures of the demo: `.venv/bin/python tests/browser/make_pictures.py`, in two minutes."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page
from serving import ROOT, chromium, demo

FOLDER = ROOT / "demo" / "pictures"
SIZE = {"width": 1024, "height": 720}
COLOURS = 128  # of the palette, which makes the files a third as large
LEARNT = 90_000  # ms that a training of a minute may take in all


def main() -> None:
    """Opens the demo, denoises, trains for a minute, runs an experiment, and writes what is seen."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as server, chromium() as browser:
        page = browser.new_page(viewport=SIZE)
        page.goto(server.address)
        page.wait_for_selector("#panels figure img")
        page.wait_for_timeout(1000)
        page.locator("#panels figure img").first.hover(position={"x": 80, "y": 70})
        save(page, "denoise")
        page.get_by_role("tab", name="Train").click()
        page.click("#sample")
        page.wait_for_function("!document.querySelector('#train').disabled", timeout=LEARNT)
        page.click("#train")
        page.wait_for_timeout(45_000)
        page.evaluate("document.querySelector('#status').scrollIntoView()")
        save(page, "train")
        page.click("#stop")
        page.wait_for_selector("#use", state="visible")
        page.goto(f"{server.address}/?tab=lab&experiment=targets")
        page.wait_for_timeout(2_000)
        page.click("#lab-run")
        page.wait_for_selector("#lab-stop:not([disabled])")
        page.wait_for_selector("#lab-stop[disabled]", timeout=LEARNT)
        page.evaluate("window.scrollTo(0, 0)")
        save(page, "lab")


def save(page: Page, name: str) -> None:
    """Writes what is seen of a page, with few colours."""
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    seen.quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

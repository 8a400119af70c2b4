"""What a visitor does, and what they read off the page."""

import io
import math
import time
from urllib.parse import urljoin

import numpy as np
from PIL import Image
from serving import PATIENCE

TRACKER = "#panels [data-testid=status-tracker]"  # hidden while no answer is awaited
SOURCES = "where => [...document.querySelectorAll(`${where} figure img`)].map(image => image.src).join()"


def pixels(page, image):
    """The pixels of an <img> element as the server sent them, (H, W) or (H, W, 3)."""
    answer = page.request.get(urljoin(page.url, image.get_attribute("src")))
    return np.asarray(Image.open(io.BytesIO(answer.body())))


def panels(page, where="#panels"):
    """role → (pixels, the PSNR that stands under it or None) of the first row of a component."""
    figures = page.locator(f"{where} figure[data-role]").all()
    found = {}
    for figure in figures:
        role, told = figure.get_attribute("data-role"), figure.get_attribute("data-psnr")
        found.setdefault(role, (pixels(page, figure.locator("img").first), float(told) if told else None))
    return found


def psnr(a, b):
    """PSNR in dB of two 8-bit pictures, written out."""
    return 10 * math.log10(255**2 / np.mean((a.astype(float) - b.astype(float)) ** 2))


def settled(page, action):
    """Does something, and waits until the pictures of the first tab are others than before, and stay so."""
    before = page.evaluate(f"({SOURCES})('#panels')")
    action()
    page.wait_for_function(
        f"before => {{ const now = ({SOURCES})('#panels'); return now && now !== before; }}", arg=before
    )
    until(page, lambda: _quiet(page))


def _quiet(page):
    """Is the first tab neither waiting for an answer nor given one within 0.3 s?"""
    asked = f"""() => [({SOURCES})('#panels'), document.querySelector('{TRACKER}:not(.hide)') === null
      && !document.querySelector('#notice').innerText.includes('being worked on')]"""
    earlier = page.evaluate(asked)
    page.wait_for_timeout(300)
    return earlier == page.evaluate(asked) and earlier[1]


def until(page, condition):
    """Waits until a condition holds. Raises TimeoutError where it takes too long."""
    end = time.monotonic() + PATIENCE / 1000
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not after {PATIENCE / 1000:.0f} s")
        page.wait_for_timeout(100)


def gained(page):
    """Waits until a training's picture is better than the noisy one by more than chance."""
    psnr = "role => Number(document.querySelector(`#live figure[data-role=${role}]`).dataset.psnr)"
    until(page, lambda: page.evaluate(f"({psnr})('denoised') > ({psnr})('noisy') + 1"))


def trained_for_a_moment(page):
    """Begins a training, stops it at its first curves, and opens the drawer with all that there is of it."""
    page.locator("#budget").get_by_text("60 s").click()
    page.click("#train")
    page.wait_for_selector("#curves svg[role=img] path")
    page.click("#stop")
    page.wait_for_selector("#use", state="visible")
    page.get_by_text("Everything else").click()

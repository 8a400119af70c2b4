"""A visitor of the first tab: every sample, every noise, every way to look, and pictures of their own."""

import csv

import numpy as np
import tifffile
import tour_pictures
from PIL import Image
from steps import settled, until

from demo.content.noises import SLIDERS

LENSES = "() => [...document.querySelectorAll('#panels .lens')].map((lens) => lens.getBoundingClientRect().width)"


# A small picture comes first, and the whole one while Gradio still tells that it is at work.
AT_REST = "() => ![...document.querySelectorAll('.progress-text, .meta-text')].some((node) => node.checkVisibility())"


def _switch(page, words):
    page.locator("#panels .choice label", has_text=words).click()


def _psnr(page, role):
    """What stands under the first picture of this role, in dB; None where nothing does."""
    told = page.locator(f"#panels figure[data-role={role}]").first.get_attribute("data-psnr")
    return float(told) if told else None


def _roles(page):
    return [figure.get_attribute("data-role") for figure in page.locator("#panels figure").all()]


def every_sample(visitor):
    """All pictures of the strip, one after the other, until the first one is there again."""
    options = visitor.page.locator("#strip label").all()
    first = visitor.page.locator("#strip label:has(input:checked)").inner_text()
    others = [option for option in options if option.inner_text() != first]
    for option in [*others, visitor.page.locator("#strip label", has_text=first)]:
        settled(visitor.page, option.click)
        visitor.looks(f"sample-{option.inner_text().split()[0]}", picture=False)
        with_target = ["target"] * visitor.page.locator("#adding").is_visible()
        assert _roles(visitor.page) == ["noisy", "denoised", *with_target]
    assert len(others) == 10


def every_noise(visitor):
    """All kinds of noise, each with another level than its first."""
    page, number = visitor.page, visitor.page.locator("#level input[type=number]")
    kinds = len(SLIDERS)
    for place in [*range(1, kinds), 0]:
        page.get_by_label("Noise", exact=True).click()
        options = page.locator("li[role=option]")  # the loupe has options of its own
        until(page, lambda options=options: options.count() == kinds)
        name = options.nth(place).inner_text().split(":")[0].strip("✓ \n")
        settled(page, options.nth(place).click)
        before, level = _psnr(page, "noisy"), float(number.input_value())
        number.fill(str(level / 2))
        number.press("Tab")
        until(page, lambda before=before: abs(_psnr(page, "noisy") - before) > 0.3)
        page.wait_for_function(AT_REST)
        visitor.looks(f"noise-{name}", picture=False)
    visitor.unfold()
    settled(page, lambda: page.get_by_role("button", name="New random noise").click())


def loupe(visitor):
    """The loupe over all pictures at once, in every size, and by a finger's tap."""
    page = visitor.page
    picture = page.locator("#panels figure img").first
    widths = []
    loupe = page.locator("#panels select[aria-label=Loupe]")
    for zoom in ("1", "2", "4", "8"):
        loupe.select_option(zoom)
        picture.hover(position={"x": 90, "y": 60})
        widths.append(page.evaluate(LENSES))
    assert all(len(lenses) == page.locator("#panels figure").count() and min(lenses) > 50 for lenses in widths)
    visitor.screenshot(page, f"tour-loupe-{visitor.name}")
    loupe.select_option("0")
    picture.hover(position={"x": 80, "y": 60})
    assert max(page.evaluate(LENSES)) == 0
    loupe.select_option("4")


def before_and_after(visitor):
    """One picture over the other, the divider dragged and moved by a key; then side by side again."""
    page = visitor.page
    _switch(page, "wipe")
    divider = page.locator("#panels .divider")
    box = divider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 40, steps=4)
    page.mouse.up()
    assert abs(float(divider.locator("input").input_value()) - 25) < 2
    right = page.locator("#panels select[aria-label='Right picture']")
    for option in right.locator("option").all():
        right.select_option(option.get_attribute("value"))
        visitor.looks(f"before-after-{option.get_attribute('value').split()[0]}", picture=False)
    visitor.looks_in_both_sizes("before-after")
    _switch(page, "side by side")


def filters_maps_ensemble(visitor):
    """All classical filters, the maps, the average over turns, and half the strength."""
    page = visitor.page
    visitor.unfold()
    page.wait_for_selector("#baselines input[type=checkbox]")
    filters = page.locator("#baselines input[type=checkbox]").all()
    for box in filters:
        settled(page, box.check)
    settled(page, page.get_by_label("Show the error").check)
    settled(page, page.get_by_label("Average over 8").check)
    assert len(_roles(page)) == 3 + len(filters) + 2 > 9
    assert page.locator("#table tbody tr").count() == 1 + len(filters)
    visitor.looks_in_both_sizes("everything")
    before_and_after(visitor)
    best = _psnr(page, "denoised")
    strength = page.get_by_role("spinbutton", name="Strength")
    strength.fill("0.5")
    settled(page, lambda: strength.press("Tab"))
    assert _psnr(page, "denoised") < best


def one_s_own(visitor, folder):
    """A colour picture, then one of 16 bits besides, noise added; what is downloaded has their sizes and depths."""
    page = visitor.page
    settled(page, lambda: visitor.upload("files", tour_pictures.colour(folder)))
    settled(page, lambda: visitor.upload("files", tour_pictures.deep(folder)))
    until(page, lambda: page.locator("#panels .rows input").count() == 2)
    visitor.looks_in_both_sizes("several")
    taken = visitor.taken("downloads", folder / "taken")
    assert set(taken) == {"photo.png", "deep.tif", "psnr.csv"}
    assert np.asarray(Image.open(taken["photo.png"])).shape == tour_pictures.COLOUR.shape
    deep = tifffile.imread(taken["deep.tif"])
    assert (deep.shape, deep.dtype) == (tour_pictures.GREY.shape, np.uint16)
    with taken["psnr.csv"].open() as file:
        lines = list(csv.reader(file))
    assert {"photo.png", "deep.tif", "mean"} <= {line[0] for line in lines} and all(map(len, lines))


def noisy_already(visitor, folder):
    """A noisy picture of 16 bits: without a clean one nothing is measured, with it PSNR is."""
    page = visitor.page
    noisy, clean = tour_pictures.noisy_and_clean(folder)
    settled(page, lambda: page.locator("#adding input").last.check())
    visitor.cleared("files")
    page.wait_for_selector("#panels .empty:visible")
    visitor.looks("nothing-brought", picture=False)
    visitor.upload("files", noisy)
    page.wait_for_selector("#panels figure")
    assert _psnr(page, "denoised") is None
    visitor.looks("noisy-already", picture=False)
    settled(page, lambda: visitor.upload("cleans", clean))
    assert _psnr(page, "denoised") > _psnr(page, "noisy") + 2
    visitor.looks_in_both_sizes("noisy-with-clean")
    taken = visitor.taken("downloads", folder / "taken")
    assert np.asarray(Image.open(taken["shot.png"])).dtype == np.uint16

"""One person walks through the whole demo from `/`, with clicks and keys only: all that there is, and how it looks."""

import pytest
import tour_denoise
import tour_downloads
import tour_keys
import tour_lab
import tour_pictures
import tour_train
import watchful
from steps import gained
from tour_steps import SIZES, Visitor

from demo.lab.experiments import EXPERIMENTS


@pytest.fixture(autouse=True)
def _quiet_log(temporary, server):
    """The server has nothing to complain of."""
    log = temporary / "log.txt"
    begun = len(log.read_text())
    yield
    assert watchful.wrong_lines(log, begun) == []


@pytest.fixture
def arrive(open_page, screenshot):
    """Somebody who opens the demo on a desk or a phone, in light or dark colours, and glances at every tab."""

    def arrived(size, dark):
        width, height = SIZES[size]
        name = f"{size}-{'dark' if dark else 'light'}"
        visitor = Visitor(open_page(width, height, dark), size, name, screenshot)
        for tab in ("Train", "Score", "Lab", "About", "Denoise"):
            visitor.tab(tab)
            visitor.looks(f"first-{tab.lower()}")
        return visitor

    return arrived


def test_denoising(arrive, tmp_path):
    visitor = arrive("desk", dark=False)
    tour_denoise.every_sample(visitor)
    tour_denoise.every_noise(visitor)
    tour_denoise.loupe(visitor)
    tour_denoise.filters_maps_ensemble(visitor)
    tour_denoise.one_s_own(visitor, tmp_path)
    tour_denoise.noisy_already(visitor, tmp_path)


def test_training_on_the_sample_pairs(arrive, open_page, tmp_path):
    visitor = arrive("phone", dark=False)
    tour_train.sample_pairs(visitor)
    tour_downloads.example(visitor, tmp_path)
    address = tour_train.begin(visitor)
    tour_train.found_again(visitor, open_page, address)
    gained(visitor.page)
    tour_train.stop(visitor, "stopped")
    tour_train.go_on(visitor)
    tour_train.stop(visitor, "continued")
    tour_train.time_machine(visitor)
    tour_downloads.read(visitor, tmp_path)
    tour_train.denoise_with_it(visitor, "sample-pairs-used")


def test_the_lab(arrive):
    visitor = arrive("desk", dark=True)
    visitor.tab("Lab")
    for key in EXPERIMENTS:
        tour_lab.choose(visitor, key)
        tour_lab.to_its_answer(visitor, key)
    tour_lab.lesson_link(visitor, "exposures")


def test_two_shots_of_one_s_own_and_what_is_told_about_it_all(arrive, tmp_path):
    visitor = arrive("phone", dark=True)
    shots = tour_pictures.two_shots(tmp_path)
    tour_train.loose_files(visitor, *shots)
    tour_train.begin(visitor)
    gained(visitor.page)
    tour_train.stop(visitor, "own-stopped")
    (command,) = tour_downloads.read(visitor, tmp_path / "taken")
    tour_downloads.run(command, tmp_path)
    tour_train.denoise_with_it(visitor, "own-used")
    visitor.tab("About")
    visitor.unfold()
    visitor.page.wait_for_selector("#about-host :text('a second')")
    visitor.looks_in_both_sizes("about")


@pytest.mark.parametrize(("dark", "tabs"), [(False, ("Denoise", "Train", "Score")), (True, ("Lab", "About"))])
def test_the_tab_key_meets_everything_once(open_page, dark, tabs):
    page = open_page(1440, 2400, dark)
    for tab in tabs:
        tour_keys.open_tab(page, tab)
        tour_keys.order(page)


def test_everything_by_keys(open_page):
    page = open_page(1440, 900)
    tour_keys.denoise(page)
    tour_keys.before_and_after(page)
    tour_keys.open_tab(page, "Lab")
    tour_keys.guess(page)
    tour_keys.open_tab(page, "Train")
    tour_keys.train(page)

"""Figures of a training: what they show, and that a page can hold them."""

import io
import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from n2n.figures.curves import DECAY, loss_figure, psnr_figure, smoothed
from n2n.figures.style import apart, png, svg
from n2n.measure.estimate import Estimate
from n2n.measure.evaluate import Measurement, Quality
from n2n.training.history import History, Point

SVG = "{http://www.w3.org/2000/svg}"


def measured(denoised):
    """A hold-out with clean pictures whose estimate lies 0.1 dB too low."""
    return Measurement(
        count=2,
        noisy=Quality(20.5, 20.0, None),
        denoised=Quality(denoised + 1, denoised, None),
        estimated=Estimate(denoised - 0.1, denoised - 0.5, denoised + 0.3, 20.1, 0.01),
        psnr_target=18.0,
        pictures=(),
        seconds=0.1,
    )


def history_of(points, *measurements):
    history = History()
    history.points = points
    history.measurements = [(i, float(i), measurement) for i, measurement in enumerate(measurements, 1)]
    return history


@pytest.fixture
def history(rng):
    """100 points whose loss falls to the noise floor, and three measurements."""
    loss = 0.01 + 0.1 / np.arange(1, 101) + rng.normal(0, 1e-4, 100)
    points = [Point(i + 1, i / 10 + 0.1, 16 * (i + 1), float(loss[i]), 0.01, 0.002) for i in range(100)]
    return history_of(points, measured(22.0), measured(25.0), measured(25.3))


def without_clean(history, **estimated):
    """The same history of a hold-out without clean pictures, the last estimate changed."""
    bare = [replace(m, noisy=None, denoised=None) for _, _, m in history.measurements]
    bare[-1] = replace(bare[-1], estimated=replace(bare[-1].estimated, **estimated))
    return history_of(history.points, *bare)


def words(drawn):
    return [text.get_text() for axes in drawn.axes for text in axes.texts] + [text.get_text() for text in drawn.texts]


def dashed(axes):
    """Heights of the dashed lines."""
    return [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--"]


def test_an_empty_history_waits():
    assert words(loss_figure(History())) == ["waiting for the first step"]
    assert words(psnr_figure(History())) == ["nothing measured yet"]


def test_waiting_takes_the_place_of_what_is_waited_for(history):
    for draw in (loss_figure, psnr_figure):
        assert draw(History()).get_size_inches().tolist() == draw(history).get_size_inches().tolist()


def test_the_first_point_is_drawn(history):
    first = loss_figure(history_of(history.points[:1]))
    assert len(words(first)) == 3
    ElementTree.fromstring(svg(first, "loss"))


def test_the_lines_end_in_words_with_the_latest_value(history):
    figure = psnr_figure(history)
    assert words(figure) == ["noisy\n20.0 dB", "estimate\n25.2 dB", "denoised\n25.3 dB"]
    assert figure.axes[0].get_title(loc="left").endswith("pooled over all pixels")
    assert words(loss_figure(history))[1] == "noise floor\n0.0100"


def test_the_noise_floor_is_the_mean_over_all_steps():
    points = [Point(1, 1.0, 16, 0.5, 0.1, 0.002), Point(4, 4.0, 64, 0.4, 0.2, 0.002, count=3)]
    assert dashed(loss_figure(history_of(points)).axes[0]) == [pytest.approx((0.1 + 3 * 0.2) / 4)]


def test_an_excess_of_zero_or_less_is_left_out():
    points = [Point(i, float(i), i, 0.01 + excess, 0.01, 0.1) for i, excess in enumerate((0.1, -0.001, 0.01), 1)]
    below = loss_figure(history_of(points)).axes[1]
    assert below.get_yscale() == "log"
    assert np.isfinite(below.lines[0].get_ydata()).tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("floor", "said"),
    [(float("nan"), "not known for this kind of loss"), (0.3, "none: the loss is at the noise floor")],
)
def test_without_an_excess_the_figure_says_why(floor, said):
    assert said in words(loss_figure(history_of([Point(1, 1.0, 16, 0.2, floor, 0.1)])))


def test_psnr_is_the_pooled_one_that_compares_with_the_estimate(history):
    (axes,) = psnr_figure(history).axes
    lines = [list(line.get_ydata()) for line in axes.lines]
    assert dashed(axes) == [20.0]
    assert [22.0, 25.0, 25.3] in lines
    assert [21.9, 24.9, pytest.approx(25.2)] in lines


def test_without_clean_pictures_the_estimate_stands_alone(history):
    figure = psnr_figure(without_clean(history))
    assert words(figure) == ["noisy\n20.1 dB", "estimate\n25.2 dB"]
    assert dashed(figure.axes[0]) == [20.1]


def test_an_open_interval_does_not_stretch_the_axis(history):
    figure = psnr_figure(without_clean(history, psnr=100.0, high=100.0))
    assert figure.axes[0].get_ylim()[1] < 30
    assert "estimate\nover 24.8 dB" in words(figure)


def test_a_psnr_that_cannot_be_known_is_said_to_be_so():
    nothing = Measurement(2, None, None, None, 12.0, (), 0.1)
    assert "no PSNR" in words(psnr_figure(history_of([], nothing)))[0]


def test_words_at_line_ends_do_not_cover_each_other(history):
    near = psnr_figure(history_of(history.points, measured(20.05)))
    for drawn in (near, loss_figure(history), psnr_figure(history)):
        FigureCanvasAgg(drawn).draw()
        boxes = [text.get_window_extent() for axes in drawn.axes for text in axes.texts]
        assert not [1 for one, other in itertools.combinations(boxes, 2) if one.overlaps(other)]
        assert all(box.x1 <= drawn.bbox.x1 and box.y1 <= drawn.bbox.y1 for box in boxes)


def test_spread_leaves_what_is_far_apart():
    assert apart([0.9, 0.1, 0.5], 0.3) == [0.9, 0.1, 0.5]


def test_spread_keeps_the_order_and_the_gap():
    low, middle, high = apart([0.95, 0.96, 0.97], 0.2)
    assert (low, middle, high) == (pytest.approx(0.6), pytest.approx(0.8), 1.0)


def test_the_average_forgets_exponentially():
    values = np.zeros(101)
    values[80] = 1
    assert smoothed(values, np.ones(101))[100] == pytest.approx((1 - DECAY) * DECAY**20)


def test_a_point_of_half_as_many_steps_moves_the_average_half_as_far():
    whole = smoothed([0.0] * 80 + [1.0], [2] * 81)
    halves = smoothed([0.0] * 80 + [1.0, 1.0], [2] * 80 + [1, 1])
    assert halves[-1] == pytest.approx(whole[-1])


def test_the_svg_is_made_for_a_page(history):
    drawn = svg(loss_figure(history), "loss & excess")
    root = ElementTree.fromstring(drawn)
    assert drawn.startswith("<svg ") and root.tag == f"{SVG}svg"
    assert root.get("role") == "img" and root.get("width") == "100%" and root.get("height") is None
    assert root.get("viewBox") == "0 0 432 388.8"
    assert root[0].tag == f"{SVG}title" and root[0].text == "loss & excess"
    assert not list(root.iter(f"{SVG}style")) and not list(root.iter(f"{SVG}metadata"))


def test_the_svg_takes_the_ink_of_its_page_and_has_no_background(history):
    drawn = svg(psnr_figure(history), "PSNR")
    colours = set(re.findall(r"(?:fill|stroke): ?([^;\"]+)", drawn))
    assert colours == {"none", "currentColor", "#2e86c8", "#d55e00"}


def test_words_in_the_svg_are_text(history):
    root = ElementTree.fromstring(svg(loss_figure(history), "loss"))
    shown = [text.text for text in root.iter(f"{SVG}text")]
    assert {"seconds", "noise floor", "excess loss: what can still be learnt"} <= set(shown)


def test_figures_of_one_page_keep_their_references_apart(history):
    drawn = [svg(loss_figure(history), "here"), svg(loss_figure(history), "there"), svg(psnr_figure(history), "PSNR")]
    known = [set(re.findall(r' id="([^"]+)"', one)) for one in drawn]
    assert all(not one & other for one, other in itertools.combinations(known, 2))
    for ids, one in zip(known, drawn):
        assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', one)) == ids


def test_the_svg_asks_for_nothing_outside_itself(history):
    drawn = svg(loss_figure(history), "loss") + svg(psnr_figure(history), "PSNR")
    assert set(re.findall(r'[\w:]+="[^"]*//[^"]*"', drawn)) == {
        'xmlns="http://www.w3.org/2000/svg"',
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
    }


def test_the_same_history_makes_the_same_svg(history):
    assert svg(loss_figure(history), "loss") == svg(loss_figure(history), "loss")


def test_several_threads_draw_at_once(history):
    def draw(title):
        return svg(psnr_figure(history), title)

    titles, names = [f"figure {i}" for i in range(6)], ("svg.hashsalt", "svg.fonttype", "font.sans-serif")
    before = [matplotlib.rcParams[name] for name in names]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(draw, titles)) == [draw(title) for title in titles]
    assert [matplotlib.rcParams[name] for name in names] == before


def test_the_png_is_white_and_of_150_dots_per_inch(history):
    picture = Image.open(io.BytesIO(png(loss_figure(history))))
    assert picture.format == "PNG" and picture.size == (900, 810)
    assert picture.getpixel((0, 0))[:3] == (255, 255, 255)
    assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)

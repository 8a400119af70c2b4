"""A training's points and measurements, kept short."""

import csv
import io
import math

import numpy as np
import pytest

from n2n import Progress
from n2n.measure.estimate import Estimate
from n2n.measure.evaluate import Measurement, Quality
from n2n.training.history import MOST, History, safe_cell

LENGTHS = (1, 299, 300, 301, 302, 600, 601, 777, 5000)
MEASURED = Measurement(
    count=2,
    noisy=Quality(20.0, 19.5, None),
    denoised=Quality(25.0, 24.5, None),
    estimated=Estimate(24.25, 24.0, 24.75, 19.25, 0.011),
    psnr_target=18.5,
    pictures=(),
    seconds=0.1,
)


def after(step, loss=0.02, floor=0.01, validation=None):
    """The Progress of a step, its rate and time made from its number."""
    return Progress(
        step=step,
        steps=None,
        epoch=0.0,
        images=16 * step,
        seconds=step / 4,
        images_per_second=64.0,
        learning_rate=1 / step,
        loss=loss,
        floor=floor,
        psnr_target=17.0,
        eta=1.0,
        done=False,
        validation=validation,
    )


def history_of(losses):
    history = History()
    for step, loss in enumerate(losses, 1):
        history.add(after(step, loss))
    return history


def rows(table):
    return list(csv.DictReader(io.StringIO(table)))


def test_a_training_that_goes_back_to_its_checkpoint_is_told_once():
    history, whole = history_of([0.5, 0.4]), history_of([0.5, 0.4, 0.3, 0.2])
    for step, loss in ((3, 0.9), (4, 0.9), (3, 0.3), (4, 0.2)):
        history.add(after(step, loss, validation=MEASURED))
    assert history.points == whole.points
    assert [step for step, *_ in history.measurements] == [3, 4]


def test_up_to_300_steps_each_is_a_point(rng):
    losses = rng.random(MOST)
    assert [point.loss for point in history_of(losses).points] == losses.tolist()


@pytest.mark.parametrize("length", LENGTHS)
def test_there_are_at_most_300_points_and_no_step_is_lost(length):
    points = history_of(np.ones(length)).points
    assert MOST // 2 < len(points) <= MOST or len(points) == length
    assert np.cumsum([point.count for point in points]).tolist() == [point.step for point in points]
    assert points[-1].step == length


@pytest.mark.parametrize("length", LENGTHS)
def test_all_points_but_the_newest_stand_for_equally_many_steps(length):
    *older, newest = (point.count for point in history_of(np.ones(length)).points)
    assert len(set(older)) <= 1
    assert newest <= max(older, default=1)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_point_is_the_mean_of_its_steps(rng, length):
    losses = rng.random(length)
    points = history_of(losses).points
    for point in points:
        own = slice(point.step - point.count, point.step)
        assert point.loss == pytest.approx(losses[own].mean())
        assert point.learning_rate == pytest.approx(np.mean(1 / np.arange(1, length + 1)[own]))
        assert (point.seconds, point.images) == (point.step / 4, 16 * point.step)


def test_the_excess_is_the_loss_above_the_noise_floor():
    history = History()
    history.add(after(1, loss=0.5, floor=0.125))
    assert history.points[0].excess == 0.375


def test_every_measurement_is_kept():
    history = History()
    for step in range(1, 1001):
        history.add(after(step, validation=MEASURED if step % 100 == 0 else None))
    assert history.measurements == [(step, step / 4, MEASURED) for step in range(100, 1001, 100)]


def test_the_points_are_read_back_from_the_table(rng):
    history = history_of(rng.random(400))
    columns = ("step", "seconds", "images", "loss", "noise_floor", "excess_loss", "learning_rate")
    assert history.csv().splitlines()[0] == ",".join(columns)
    for row, p in zip(rows(history.csv()), history.points, strict=True):
        expected = (p.step, p.seconds, p.images, p.loss, p.floor, p.excess, p.learning_rate)
        assert [float(row[column]) for column in columns] == pytest.approx(expected, rel=1e-5)


def test_a_noise_floor_that_is_not_known_is_empty_in_the_table():
    history = History()
    history.add(after(1, floor=math.nan))
    assert rows(history.csv())[0]["noise_floor"] == rows(history.csv())[0]["excess_loss"] == ""


def test_the_measurements_are_read_back_from_their_table():
    history = History()
    history.add(after(1, validation=MEASURED))
    (row,) = rows(history.measurements_csv())
    assert [float(row[name]) for name in ("psnr_mean_noisy", "psnr_mean_denoised")] == [20.0, 25.0]
    assert [float(row[name]) for name in ("psnr_pooled_noisy", "psnr_pooled_denoised")] == [19.5, 24.5]
    assert [float(row[name]) for name in ("psnr_pooled_estimated", "low", "high")] == [24.25, 24.0, 24.75]
    assert [float(row[name]) for name in ("psnr_pooled_estimated_noisy", "psnr_mean_target")] == [19.25, 18.5]


def test_what_was_not_measured_is_empty_in_the_table():
    history = History()
    history.add(after(1, validation=Measurement(2, None, None, None, None, (), 0.1)))
    (row,) = rows(history.measurements_csv())
    assert [name for name, value in row.items() if value] == ["step", "seconds"]


def test_an_empty_history_is_a_header_line():
    assert len(History().csv().splitlines()) == len(History().measurements_csv().splitlines()) == 1


@pytest.mark.parametrize("name", ["=1+1.png", "+1.png", "-1.png", "@SUM(A1).png", "\t=1.png", " =1.png", "＝1.png"])
def test_a_name_that_a_spreadsheet_takes_for_a_formula_is_text_there(name):
    file = io.StringIO()
    csv.writer(file).writerow([safe_cell(name)])
    (cell,) = next(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert cell == "'" + name


@pytest.mark.parametrize("value", ["cat.png", "a=b.png", "", -1.5, -3, None, math.inf])
def test_other_text_and_numbers_stay_as_they_are_in_a_table(value):
    assert safe_cell(value) is value

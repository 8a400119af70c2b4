"""The history of a training in at most 300 points, however long it took, and every measurement."""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass

from ..measure import Measurement
from .loop import Progress

MOST = 300  # points
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # characters that spreadsheets take for the start of a formula
POINT_COLUMNS = ("step", "seconds", "images", "loss", "noise_floor", "excess_loss", "learning_rate")
MEASUREMENT_COLUMNS = (
    *("step", "seconds", "psnr_mean_noisy", "psnr_mean_denoised", "psnr_pooled_noisy", "psnr_pooled_denoised"),
    *("psnr_pooled_estimated", "low", "high", "psnr_pooled_estimated_noisy", "psnr_mean_target"),
)


@dataclass(frozen=True)
class Point:
    """Some consecutive steps: step, seconds and images after the last of them, and means over them."""

    step: int
    seconds: float  # of training
    images: int  # pairs learnt from so far
    loss: float
    floor: float  # noise floor; NaN where it is unknown for this loss
    learning_rate: float
    count: int = 1  # steps

    @property
    def excess(self) -> float:
        """Loss − noise floor: the error that can still be removed, plus some scatter between batches."""
        return self.loss - self.floor


class History:
    """Collects a training's Progress into `points`, at most 300, and `measurements`: (step, seconds, Measurement).

    When there are too many points, neighbours are merged, and from then on each stands for twice as many steps. The
    newest one may stand for fewer.
    """

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.measurements: list[tuple[int, float, Measurement]] = []
        self._stride = 1  # steps in a full point

    def add(self, progress: Progress) -> None:
        """Adds one step. One that was there before, as a training has gone back to its checkpoint, takes its place and
        that of all later ones.
        """
        if self.points and progress.step <= self.points[-1].step:
            self.points = [point for point in self.points if point.step < progress.step]
            self.measurements = [measured for measured in self.measurements if measured[0] < progress.step]
        point = Point(
            step=progress.step,
            seconds=progress.seconds,
            images=progress.images,
            loss=progress.loss,
            floor=progress.floor,
            learning_rate=progress.learning_rate,
        )
        if self.points and self.points[-1].count < self._stride:
            point = _merged(self.points.pop(), point)
        self.points.append(point)
        if len(self.points) > MOST:
            self._stride *= 2
            pairs = zip(self.points[::2], self.points[1::2])
            self.points = [_merged(*pair) for pair in pairs] + self.points[len(self.points) // 2 * 2 :]
        if progress.validation:
            self.measurements.append((progress.step, progress.seconds, progress.validation))

    def csv(self) -> str:
        """The points as comma-separated values with a header line. An unknown noise floor is left empty.

        Step, seconds and images are those of a point's last step; all other columns are means over its steps.
        """
        rows = ((p.step, p.seconds, p.images, p.loss, p.floor, p.excess, p.learning_rate) for p in self.points)
        return _table(POINT_COLUMNS, rows)

    def measurements_csv(self) -> str:
        """The measurements in the same form, with PSNR in dB as a mean over pictures or pooled over all pixels.

        `low` and `high` bound the estimate's 95 % interval. Columns that need clean pictures, or a second shot, are
        empty without them.
        """
        return _table(MEASUREMENT_COLUMNS, (_row(*measurement) for measurement in self.measurements))


def _merged(one: Point, next_one: Point) -> Point:
    count = one.count + next_one.count

    def mean(a: float, b: float) -> float:
        return (a * one.count + b * next_one.count) / count

    return Point(
        step=next_one.step,
        seconds=next_one.seconds,
        images=next_one.images,
        loss=mean(one.loss, next_one.loss),
        floor=mean(one.floor, next_one.floor),
        learning_rate=mean(one.learning_rate, next_one.learning_rate),
        count=count,
    )


def _row(step: int, seconds: float, measured: Measurement) -> tuple[float | None, ...]:
    noisy, denoised, estimated = measured.noisy, measured.denoised, measured.estimated
    return (
        step,
        seconds,
        *((noisy.psnr, denoised.psnr, noisy.psnr_pooled, denoised.psnr_pooled) if noisy and denoised else [None] * 4),
        *((estimated.psnr, estimated.low, estimated.high, estimated.noisy) if estimated else [None] * 4),
        measured.psnr_target,
    )


def safe_cell(value: object) -> object:
    """A cell of comma-separated values that no spreadsheet takes for a formula.

    Text that looks like one, such as the name of a file that begins with =, gets an apostrophe in front; numbers stay
    numbers.
    """
    is_formula = isinstance(value, str) and (value[:1] in FORMULA_STARTS or value.lstrip()[:1] in FORMULA_STARTS)
    return f"'{value}" if value and is_formula else value


def _table(columns: tuple[str, ...], rows: Iterable[tuple[float | None, ...]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(safe_cell, columns))
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue()


def _cell(value: float | None) -> object:
    """Integers as they are, other numbers with six digits, which is more than any of them is accurate to."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else safe_cell(value)

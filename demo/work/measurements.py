"""Measurements of denoised pictures: lines of a table, their means, and the table as a file."""

import csv
import io
import math
from pathlib import Path

import numpy as np

from n2n.files import atomic
from n2n.measure import MeasuredPicture, NoisyPicture
from n2n.training import safe_cell

from .rows import IDENTICAL

COLUMNS = ("picture", "method", "PSNR before", "PSNR after", "SSIM before", "SSIM after", "seconds", "white")
WITH_MEAN = slice(2, 7)  # the columns that have a mean
Line = tuple[str | float | None, ...]  # under COLUMNS; None where a value is not known


def line(title: str, method: str, case: NoisyPicture, before: MeasuredPicture, after: MeasuredPicture) -> Line:
    """One line of the table; `white` is the value, above black, that PSNR and SSIM take for 1."""
    psnr = [IDENTICAL if shown.psnr == math.inf else shown.psnr for shown in (before, after)]
    method = f"{method}, estimated" if after.estimated else method
    return title, method, *psnr, before.ssim, after.ssim, after.seconds, f"{case.range.span:.6g}"


def means(table: list[Line]) -> list[Line]:
    """A line of means over the pictures for every method; none for a single picture. Unknown values, and those of
    identical pictures, are left out.
    """
    lines: list[Line] = []
    for method in dict.fromkeys(line[1] for line in table):
        mine = [line[WITH_MEAN] for line in table if line[1] == method]
        known = [[value for value in column if isinstance(value, float)] for column in zip(*mine)]
        if len(mine) > 1:
            lines.append(("mean", method, *(float(np.mean(column)) if column else None for column in known), None))
    return lines


def write(path: Path, table: list[Line]) -> Path:
    """Writes the table and its means as comma-separated values, unknown ones empty. Raises OSError."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_rounded(line) for line in (*table, *means(table))])
    atomic.write_bytes(path, text.getvalue().encode())
    return path


def _rounded(values: Line) -> list[object]:
    return [round(value, 4) if isinstance(value, float) else safe_cell(value) for value in values]

"""What was measured of denoised pictures: lines of a table, their means, and the table as a file."""

import csv
import io
import math
from pathlib import Path

import numpy as np

from n2n.data import files
from n2n.measure import MeasuredPicture, NoisyPicture
from n2n.training import safe_cell

from .rows import IDENTICAL

COLUMNS = ("picture", "method", "PSNR before", "PSNR after", "SSIM before", "SSIM after", "seconds", "white")
FIGURES = slice(2, 7)  # of a line, those that have a mean


def line(title: str, method: str, case: NoisyPicture, before: MeasuredPicture, after: MeasuredPicture) -> tuple:
    """What stands under COLUMNS; None where it is not known. `white` is the value that PSNR and SSIM take for 1."""
    told = [IDENTICAL if shown.psnr == math.inf else shown.psnr for shown in (before, after)]
    method = f"{method}, estimated" if after.estimated else method
    return title, method, *told, before.ssim, after.ssim, after.seconds, f"{case.scale:.0f}"


def means(table: list[tuple]) -> list[tuple]:
    """A line of means over the pictures for every method, under COLUMNS; none for a single picture. What is not known,
    or identical, is left out.
    """
    lines = []
    for method in dict.fromkeys(each[1] for each in table):
        mine = [each[FIGURES] for each in table if each[1] == method]
        known = [[value for value in column if isinstance(value, float)] for column in zip(*mine)]
        if len(mine) > 1:
            lines.append(("mean", method, *(float(np.mean(column)) if column else None for column in known), None))
    return lines


def write(path: Path, table: list[tuple]) -> Path:
    """The table and its means as comma-separated values; what is not known is empty. Raises OSError."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_rounded(each) for each in (*table, *means(table))])
    files.write_bytes(path, text.getvalue().encode())
    return path


def _rounded(values: tuple) -> list[object]:
    return [round(value, 4) if isinstance(value, float) else safe_cell(value) for value in values]

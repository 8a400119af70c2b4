"""Recorded runs of experiments, which the lab opens with and replays: their screens, and pictures in small files."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from n2n.measure import Verdict

from ..work.picture_files import PictureFile
from .experiment import Answer, Screen, Value

FOLDER = Path(__file__).parents[1] / "pictures" / "lab"
SCREENS = "screens.json"


@dataclass(frozen=True)
class Recorded:
    """One run; the files of its pictures are names in its archive."""

    values: Mapping[str, Value]  # of all controls
    machine: str
    seconds: float
    screens: tuple[Screen, ...]


def file_of(key: str) -> Path:
    """The archive of an experiment."""
    return FOLDER / f"{key}.zip"


@cache
def read(key: str) -> Recorded | None:
    """The recorded run of an experiment; None where there is none. Raises OSError."""
    if not file_of(key).exists():
        return None
    with zipfile.ZipFile(file_of(key)) as archive:
        told = json.loads(archive.read(SCREENS))
    return Recorded(**told | {"screens": tuple(map(_screen, told["screens"]))})


@cache
def picture(key: str, name: str) -> bytes:
    """The picture of this name, a WebP file. Raises KeyError where there is none, OSError."""
    with zipfile.ZipFile(file_of(key)) as archive:
        return archive.read(name)


def write(key: str, recorded: Recorded, pictures: Mapping[str, bytes]) -> None:
    """Writes an archive whose bytes depend on its contents alone. Raises OSError."""
    told = asdict(replace(recorded, values=dict(recorded.values)))
    files = {SCREENS: json.dumps(told, default=str, ensure_ascii=False).encode(), **pictures}
    FOLDER.mkdir(exist_ok=True)
    with zipfile.ZipFile(file_of(key), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _screen(told: dict[str, Any]) -> Screen:
    rows = tuple(tuple(PictureFile(**one | {"file": Path(one["file"])}) for one in row) for row in told["rows"])
    verdicts = tuple(Verdict(**verdict) for verdict in told["verdicts"])
    found = Answer(**told["answer"]) if told["answer"] else None
    return Screen(**told | {"rows": rows, "notes": tuple(told["notes"]), "verdicts": verdicts, "answer": found})

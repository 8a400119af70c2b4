"""Where pictures are read from, and where denoised ones go."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..files import formats, how_to_export
from ..reading import is_hidden


def pictures_at(paths: Sequence[Path]) -> list[Path]:
    """The inputs with their folders opened, one level deep. Raises ValueError for a folder without pictures."""
    found = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if formats.is_picture(p) and not is_hidden(Path(p.name)))
            if not inside:
                advice = next(filter(None, map(how_to_export, sorted(path.iterdir()))), None)
                allowed = f"allowed: {', '.join(formats.pictures())}"
                raise ValueError(f"folder '{path}' holds no pictures; {advice or allowed}")
            found += inside
        else:
            found.append(path)
    return found


def targets_for(inputs: Sequence[Path], out: Path, force: bool) -> list[Path]:
    """Where each denoised picture goes: to `out`, or for several, and for a name without ending, into the folder `out`,
    which is made. Raises ValueError, OSError.
    """
    if len(inputs) == 1 and out.suffix and not out.is_dir():
        if out.suffix.lower() not in formats.written():
            raise ValueError(f"cannot write '{out.name}'; allowed: {', '.join(formats.written())}")
        if not out.parent.is_dir():
            raise FileNotFoundError(f"no folder '{out.parent}'; make it first")
        if out.exists() and not force:
            raise FileExistsError(f"'{out}' exists; give another name or --force")
        return [out]
    if out.suffix and not out.is_dir():
        raise ValueError(f"'{out}' names one picture, {len(inputs)} go in; give a folder")
    if out.exists() and not out.is_dir():
        raise ValueError(f"'{out}' is a file; give a folder, or a name with an ending such as '{out}.png'")
    names = [formats.written_name(path.name) for path in inputs]
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise ValueError(f"{count} inputs are named '{name}' and would go into one file; give each a folder of its own")
    out.mkdir(parents=True, exist_ok=True)
    return [out / name for name in names]

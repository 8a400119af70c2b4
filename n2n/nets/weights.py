"""Weights files: safetensors with a header that describes them, written in one step, never a pickle."""

import errno
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from ..files import Kind, formats, load_tensors, write_bytes
from . import hub
from .header import Header
from .unet import UNetConfig, check_state, config_of

VERSION = "0.1.0"  # version of the package, kept in each file
FOLDER = Path(__file__).parents[2] / "weights"
RESERVE = 32 * 2**20  # bytes that must be free before a training starts


def shipped() -> list[str]:
    """Names of the weights in `weights/`."""
    return sorted(path.stem for path in FOLDER.glob("*.safetensors"))


@cache
def headers() -> dict[str, Header]:
    """The headers of the weights in `weights/`, by name."""
    found = {}
    for name in shipped():
        with safetensors.safe_open(find(name), "pt") as file:
            found[name] = _header(file.metadata())
    return found


def find(name_or_file: str | Path) -> Path:
    """A shipped name, a file, a folder as `export` writes it, or a repository user/repo of the Hugging Face Hub → the
    file. Only a repository's is ever fetched. Raises ValueError naming what is shipped.
    """
    path, name = Path(name_or_file), str(name_or_file)
    if name in shipped():
        return FOLDER / f"{name}.safetensors"
    if (path / hub.HUB_WEIGHTS).is_file():
        return path / hub.HUB_WEIGHTS
    if path.suffix:
        if not path.is_file():
            raise ValueError(f"no weights file '{path}'; shipped names: {', '.join(shipped())}")
        return path
    if hub.is_repository(name):
        return hub.fetched(name)
    raise ValueError(f"unknown weights '{name}'; shipped: {', '.join(shipped())}, or give a file")


def save(path: Path, tensors: Mapping[str, Tensor], header: Header) -> None:
    """Writes tensors and a header of JSON values. Raises OSError, with the old file intact."""
    texts = {key: json.dumps(value, ensure_ascii=False) for key, value in header.as_json().items()}
    # File names may hold bytes that are not valid text.
    metadata = {"format": "pt"} | {key: value.encode(errors="replace").decode() for key, value in texts.items()}
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_bytes(path, safetensors.torch.save(plain, metadata))


def load(path: Path) -> tuple[dict[str, Tensor], Header]:
    """(tensors on the CPU, header; an empty one for a `.pth`).

    Raises ValueError for a file that is damaged, no weights file, or a pickle with anything but tensors in it.
    """
    if path.suffix in formats.endings(formats.of_kind(Kind.TENSORS)):
        return _load_pickled(path), Header()
    try:
        with safetensors.safe_open(path, "pt") as file:
            header = _header(file.metadata())
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except safetensors.SafetensorError as error:
        raise ValueError(f"'{path}' is no complete .safetensors file ({error}); copy or train it again") from error
    return tensors, header


def _header(metadata: Mapping[str, str] | None) -> Header:
    return Header.read({key: _value(text) for key, text in (metadata or {}).items() if key != "format"})


def _value(text: str) -> Any:  # noqa: ANN401 (JSON)
    try:
        return json.loads(text)
    except json.JSONDecodeError:  # a note by another program
        return text


def _load_pickled(path: Path) -> dict[str, Tensor]:
    state = load_tensors(path)
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(
            f"'{path}' holds no state dict of tensors but {type(state).__name__}; "
            "save it with torch.save(model.state_dict(), …)"
        )
    return state


def configuration(name: str, state: dict[str, Tensor], header: Header, residual: bool | None) -> UNetConfig:
    """The configuration of the net of a weights file, `name`: from its header, or else from its tensors and `residual`.
    Raises ValueError.
    """
    if isinstance(other := header.more.get("config"), Mapping):
        raise ValueError(f"'{name}' is for another net: its configuration is {other}")
    if header.config is None:
        config = config_of(state, bool(residual))
        if residual is None:
            raise ValueError(
                f"'{name}' is a state dict alone, which does not tell how its net ends, and a wrong guess makes "
                "garbage: load it with residual=False (--no-residual) where it is the net of Table I, as in the "
                "course, or with residual=True (--residual) where the default recipe made it"
            )
        return config
    if residual not in (None, header.config.residual):
        raise ValueError(
            f"residual is {residual}, but '{name}' says that its net's is {header.config.residual}; leave it out"
        )
    check_state(state, header.config)
    return header.config


def check_place(path: Path) -> None:
    """Raises ValueError or OSError where `path` is no name that weights can be written under."""
    if path.is_dir():
        raise ValueError(f"'{path}' is a folder; name a file, such as '{path / 'mine.safetensors'}'")
    if path.suffix != ".safetensors":
        raise ValueError(f"weights go into a .safetensors file, not '{path.name}'; name one, such as mine.safetensors")
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder does not exist; make it first", str(path.parent))


def check_writable(path: Path) -> None:
    """Raises ValueError or OSError before any work is done where weights cannot be written to `path`, or the disk is
    all but full.
    """
    check_place(path)
    probe = path.with_name(f".{path.name}.probe")
    try:
        write_bytes(probe, bytes(RESERVE))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        probe.unlink(missing_ok=True)

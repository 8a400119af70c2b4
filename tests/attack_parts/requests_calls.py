"""Calls of the demo's functions with paths of files that are none of the caller's."""

import os
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

from .crafted import Crafted
from .traps import Traps

META = {"_type": "gradio.FileData"}
CALL = "/gradio_api/call/"
ENVIRONMENT = "/proc/self/environ"
ELSEWHERE = "http://127.0.0.1:@port@/gradio_api/file="

# How a request may name a file.
SHAPES: dict[str, Callable[[object], object]] = {
    "as a file": lambda path: {"path": path, "meta": META},
    "as a file without meta": lambda path: {"path": path},
    "as words": lambda path: path,
    "as a URL": lambda path: {"path": "x.png", "url": path, "meta": META},
    "as a URL alone": lambda path: {"url": path, "meta": META},
    "as a URL without meta": lambda path: {"path": "x.png", "url": path},
    "as a stream": lambda path: {"path": path, "is_stream": True, "meta": META},
    "with other meta": lambda path: {"path": path, "meta": {"_type": "gradio.Other"}},
    "with meta of words": lambda path: {"path": path, "meta": "gradio.FileData"},
    "with every field": lambda path: {
        "path": path, "url": path, "orig_name": path, "size": 1, "mime_type": "image/png", "is_stream": False,
        "meta": META,
    },
    "as a path in a path": lambda path: {"path": {"path": path, "meta": META}, "meta": META},
    "in a list": lambda path: [{"path": path, "meta": META}],
    "in a list of paths": lambda path: {"path": [path], "meta": META},
    "as a video": lambda path: {"video": {"path": path, "meta": META}, "subtitles": None},
}  # fmt: skip
WRONG = {
    "nothing": None, "a number": 7, "a negative number": -1, "true": True, "a list": [], "a dictionary": {},
    "a fraction": 1.5, "an empty word": "", "a list of nothing": [None], "a dictionary of nothing": {"path": None},
    "a path of a number": {"path": 3, "meta": META}, "a path of nothing": {"path": None, "meta": META},
    "a path of true": {"path": True, "meta": META}, "a path of a list": {"path": [], "meta": META},
}  # fmt: skip


def paths(victim: Path, secret: Path, traps: Traps) -> dict[str, str]:
    """What a stranger may write where a path is asked for."""
    up = os.path.relpath(secret)
    return {
        "the secret": str(secret),
        "the secret from here": up,
        "the secret from an upload": os.path.relpath(secret, victim.parent),
        "the secret through its own folder": f"{victim.parent}/{os.path.relpath(secret, victim.parent)}",
        "the secret with two slashes": f"/{secret}",
        "the secret with dots": str(secret).replace("/", "/./"),
        "the secret encoded": urllib.parse.quote(str(secret), safe=""),
        "the secret encoded twice": urllib.parse.quote(urllib.parse.quote(str(secret), safe=""), safe=""),
        "the secret as a file URL": f"file://{secret}",
        "the secret as a file URL of localhost": f"file://localhost{secret}",
        "the secret as a URL of here": ELSEWHERE + str(secret),
        "the secret as a URL of nobody": f"http://0/gradio_api/file={secret}",
        "the secret through a link": str(traps.link),
        "the secret through a link to its folder": str(traps.linked),
        "the secret through proc": f"/proc/self/root{secret}",
        "the secret through the working folder": f"/proc/self/cwd/{up}",
        "the secret after NUL": f"{victim}\0{secret}",
        "the secret before NUL": f"{secret}\0.png",
        "the secret with a space": f"{secret} ",
        "the victim": str(victim),
        "the victim as a URL of here": ELSEWHERE + str(victim),
        "the victim as an escaped URL": f"http://localhost:@port@/gradio_api/file={urllib.parse.quote(str(victim))}",
        "the victim's folder": str(victim.parent),
        "a folder named as a picture": str(traps.folder),
        "a link to itself": str(traps.loop),
        "the environment": ENVIRONMENT,
        "the command": "/proc/self/cmdline",
        "the memory": "/proc/self/mem",
        "the users": "/etc/passwd",
        "the users from below": "../" * 30 + "etc/passwd",
        "the server's code": "demo/app.py",
        "the root": "/",
        "a URL of the cloud": "http://169.254.169.254/latest/meta-data/",
        "a URL with a user": f"http://127.0.0.1:@port@@localhost/{secret}",
        "an FTP": f"ftp://127.0.0.1{secret}",
        "a share": "\\\\127.0.0.1\\share\\x.png",
        "data in words": "data:image/png;base64,iVBORw0KGgo=",
        "a home": "~root/.ssh/id_rsa",
        "a variable": "$HOME/.ssh/id_rsa",
        "a path of a megabyte": "/x" * 500_000,
        "a name of 5000 letters": "x" * 5000 + ".png",
    }  # fmt: skip


def endless(traps: Traps) -> Iterator[Crafted]:
    """Paths whose reading has no end, or waits for one."""
    devices = {"zeros without end": "/dev/zero", "noise without end": "/dev/urandom", "a full disk": "/dev/full"}
    waiting = {"what is typed": "/dev/stdin", "a pipe that nobody writes to": str(traps.fifo), "a terminal": "/dev/tty"}
    for said, path in (devices | waiting).items():
        for shape in ("as a file", "as a file without meta"):
            file = SHAPES[shape](path)
            yield _denoise(f"{said} {shape}", file)
            yield Crafted.json(f"check: {said} {shape}", f"{CALL}check", {"data": checking([file, file])})


def files_named(victim: Path, secret: Path, traps: Traps) -> Iterator[Crafted]:
    """Every path as the picture of /denoise, and a few in every shape and at every place."""
    every = paths(victim, secret, traps)
    for said, path in every.items():
        for shape in ("as a file", "as a file without meta"):
            yield _denoise(f"{said} {shape}", SHAPES[shape](path))
    few = {said: every[said] for said in ("the secret", "the victim", "the secret as a URL of here", "the environment")}
    for said, path in few.items():
        for shape in list(SHAPES)[2:]:
            yield _denoise(f"{said} {shape}", SHAPES[shape](path))
        for shape in ("as a file", "as a file without meta"):
            file = SHAPES[shape](path)
            yield from _elsewhere(f"{said} {shape}", file)
    folders = {
        "the victim's folder": victim.parent,
        "the secret's folder": secret.parent,
        "the traps' folder": traps.link.parent,
    }
    for said, folder in (folders | {"every visitor's folder": victim.parent.parent, "weights": "weights"}).items():
        for shape in ("as a file", "as a file without meta"):
            file = SHAPES[shape](str(folder))
            yield Crafted.json(f"check: {said} alone {shape}", f"{CALL}check", {"data": checking([file])})
            yield _train(f"{said} alone {shape}", [file])
    for said, value in WRONG.items():
        yield _denoise(f"picture is {said}", value)
        yield Crafted.json(f"check: pairs are {said}", f"{CALL}check", {"data": checking(value)})
        yield _train(f"pairs are {said}", value)


def _denoise(said: str, picture: object, clean: object = None) -> Crafted:
    return Crafted.json(f"denoise: {said}", f"{CALL}denoise", {"data": denoising(picture, clean)})


def denoising(picture: object, clean: object = None) -> list:
    """What /denoise is given."""
    return [picture, "automatic", clean, 1.0, False, ""]


def checking(pairs: object) -> list:
    """What /check is given."""
    return [pairs, "", False, False]


def scoring(shot: object, results: object) -> list:
    """What /score is given."""
    return [shot, shot, results, None, "", False, False, False, ""]


def training(pairs: object) -> list:
    """What /train is given."""
    return [pairs, 1, "fast", 24, "", 0, "", False, False]


def _train(said: str, pairs: object) -> Crafted:
    return Crafted.json(f"train: {said}", f"{CALL}train", {"data": training(pairs)})


def _elsewhere(said: str, file: object) -> Iterator[Crafted]:
    """A file at every other place where one is taken."""
    yield _denoise(f"clean is {said}", {"path": "@mine@", "meta": META}, file)
    yield Crafted.json(f"check: {said}", f"{CALL}check", {"data": checking([file])})
    yield Crafted.json(f"check: twice {said}", f"{CALL}check", {"data": checking([file, file])})
    yield _train(said, [file, file])
    for name, data in (
        ("denoise", denoising(file)),
        ("check", checking([file, file])),
        ("score", scoring(file, [file])),
        ("train", training([file, file])),
    ):
        yield Crafted.queued(f"queue of {name}: {said}", name, data)
        body = {"data": data, "session_hash": "stranger"}
        yield Crafted.json(f"run of {name}: {said}", f"/gradio_api/run/{name}", body)
    named = {"denoise": {"picture": file}, "check": {"pairs": [file]}, "train": {"pairs": [file, file], "seconds": 1}}
    for name, values in named.items():
        yield Crafted.json(f"second version of {name}: {said}", f"{CALL}v2/{name}", values)
    page = [None, [file], None, "", "It is noisy already", "gaussian", 25, 0, [file], "automatic", 0, False, [], False]
    camera = [None, None, file, "", "It is noisy already", "gaussian", 25, 0, [], "automatic", 0, False, [], False]
    for place, data in (("files", page), ("camera", camera)):
        yield Crafted.queued(f"page, {place}: {said}", "denoise_as_set", [*data, 1, ""])
    yield Crafted.queued(f"page, pairs: {said}", "inspect", [[file, file], ""])
    state = [[str(file)], 20, "fast", "l2", 24, 0.001, None, "what fits", 0.1, 0, "from scratch", ""]
    yield Crafted.queued(f"page, a state of pairs: {said}", "begin", state)

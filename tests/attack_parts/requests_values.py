"""Calls with settings that are no settings: paths, other types, numbers that are none, names that nobody has."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from .crafted import JOIN, REFUSED, Crafted
from .requests_calls import CALL, ENVIRONMENT, META
from .traps import Traps

DEEP = 50_000  # levels
ODD = {
    "a path": "{secret}", "a path from below": "../../weights/gaussian.safetensors", "nothing": None,
    "a list": [1], "a dictionary": {"a": 1}, "true": True, "a large number": 1e308,
    "a number of 400 digits": 10**400, "negative": -1e9,
    "words": "many", "an empty word": "", "a megabyte of words": "w" * 10**6,
    "a file": {"path": "{secret}", "size": 1, "meta": META},
}  # fmt: skip
DENOISE = ("weights", "clean", "strength", "ensemble", "axes")
TRAIN = ("seconds", "recipe", "width", "start", "seed", "axes", "align", "match_exposure")
PLAIN = {"weights": "automatic", "clean": None, "strength": 1.0, "ensemble": False, "axes": ""}
PLAIN |= {"seconds": 1, "recipe": "fast", "width": 24, "start": "", "seed": 0, "align": False, "match_exposure": False}


def settings(secret: Path) -> Iterator[Crafted]:
    """Every setting of /denoise and of /train with every odd value; the picture is the stranger's own."""
    mine = {"path": "@mine@", "meta": META}
    for endpoint, names, first in (("denoise", DENOISE, mine), ("train", TRAIN, [mine])):
        for place, name in enumerate(names):
            for said, value in ODD.items():
                told = json.loads(json.dumps(value).replace("{secret}", str(secret)))
                if told == PLAIN[name]:
                    continue
                values = [told if at == place else PLAIN[other] for at, other in enumerate(names)]
                yield Crafted.json(f"{endpoint}: {name} is {said}", f"{CALL}{endpoint}", {"data": [first, *values]})
    numbers = {"NaN": b"NaN", "infinite": b"Infinity", "1e999": b"1e999", "-0": b"-0"}
    for said, number in numbers.items():
        body = b'{"data": [{"path": "@mine@", "meta": {"_type": "gradio.FileData"}}, "automatic", null, %s, false, ""]}'
        yield Crafted.json(f"denoise: strength is {said}", f"{CALL}denoise", body % number)


def weights(traps: Traps) -> Iterator[Crafted]:
    """Another visitor's weights, to denoise with and to learn from: what is learnt in a second is nearly theirs."""
    mine, theirs = {"path": "@mine@", "meta": META}, str(traps.weights)
    spellings = {
        "their weights": theirs, "their weights from here": os.path.relpath(theirs),
        "their weights as a URL": f"file://{theirs}",
        "their weights with dots": theirs.replace("/", "/./"),
        "their weights through proc": f"/proc/self/root{theirs}",
    }  # fmt: skip
    for said, path in spellings.items():
        yield Crafted.json(
            f"train: starts from {said}",
            f"{CALL}train",
            {"data": [[mine, mine], 1, "fast", 24, path, 0, "", False, False]},
        )
        yield Crafted.json(f"denoise: with {said}", f"{CALL}denoise", {"data": [mine, path, None, 1.0, False, ""]})


def functions() -> Iterator[Crafted]:
    """Functions that are not there, or not for everybody."""
    numbers = (-1, -(2**31), 10**6, 2**63, 10**30, "0", "zero", 1.5, None, [], True)
    for number in numbers:
        body = {"data": [], "fn_index": number, "session_hash": "stranger"}
        yield Crafted.json(f"function {number}", JOIN, body)
        yield Crafted.json(f"run of function {number}", "/gradio_api/run/predict", body, REFUSED)
    for name in (
        "nobody",
        "",
        "..",
        "%2e%2e",
        "__class__",
        "denoise/../check",
        "look",
        "begin",
        "go_on",
        "stop",
        "leave",
    ):
        yield Crafted.json(f"call of '{name}'", f"{CALL}{name}", {"data": []})
        yield Crafted.json(f"run of '{name}'", f"/gradio_api/run/{name}", {"data": []})
    for name in ("stop", "go_on", "turn_back", "use", "choose", "make", "arrive", "leave", "find", "level_slider"):
        yield Crafted.queued(f"'{name}' with too many values", name, [ENVIRONMENT] * 40)
        yield Crafted.queued(f"'{name}' with none", name, [])
    for said, value in (
        ("of another", "0" * 11),
        ("empty", ""),
        ("climbing", "../../etc"),
        ("of NUL", "\0"),
        ("long", "s" * 10**6),
    ):
        body = {"data": [None] * 6, "fn_index": "@fn:denoise", "session_hash": value}
        yield Crafted.json(f"session {said}", JOIN, body)
        yield Crafted.json(f"cancel in a session {said}", "/gradio_api/cancel",
                           {"session_hash": value, "fn_index": 0, "event_id": value})  # fmt: skip
    for said, value in (("a number", 5), ("a list", ["a"]), ("nothing", None)):
        yield Crafted.json(f"session is {said}", JOIN, {"data": [], "fn_index": 0, "session_hash": value}, REFUSED)
    yield Crafted.queued("event of another", "denoise", [None] * 6, event_id="0" * 32, trigger_id=-1, batched=True)
    yield Crafted.queued("event data", "denoise", [None] * 6, event_data={"path": "/etc/passwd", "meta": META})


def malformed() -> Iterator[Crafted]:
    """Bodies that are no JSON, or too much of it."""
    bodies = {
        "nothing": b"", "half": b'{"data": [', "not UTF-8": b'{"data": ["\xff\xfe"]}', "a word": b'"data"',
        "null": b"null",
        "a list": b"[]", "no data": b"{}", "data of words": b'{"data": "words"}', "data of null": b'{"data": null}',
        "two keys": b'{"data": [], "data": [1]}', "NUL": b'{"data": ["\\u0000"]}',
        "half a letter": b'{"data": ["\\ud800"]}',
        "form": b"data=1", "xml": b"<?xml version='1.0'?><data/>", "pickle": b"\x80\x04N.",
        "a megabyte of blanks": b" " * 10**6,
        "a number of a megabyte": b'{"data": [' + b"9" * 10**6 + b"]}",
        "levels": b'{"data": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        "levels of dictionaries": b'{"data": [' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"]}",
        "900 levels": b'{"data": [' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]}",
        "900 lists": b'{"data": [' + b"[" * 900 + b"]" * 900 + b"]}",
        "a million values": b'{"data": [' + b"1," * 10**6 + b"1]}",
        "prototype": b'{"data": [], "__proto__": {"a": 1}, "constructor": {}}',
    }  # fmt: skip
    for said, body in bodies.items():
        yield Crafted.json(f"body of /call: {said}", f"{CALL}denoise", body)
        yield Crafted.json(f"body of /join: {said}", JOIN, body)
    for said, body in list(bodies.items())[:9]:
        for route in ("component_server", "cancel", "reset", "call/v2/denoise"):
            yield Crafted.json(f"body of /{route}: {said}", f"/gradio_api/{route}", body)
    yield Crafted("a length that is too large", "POST", f"{CALL}denoise", (("Content-Length", "0"),), b'{"data": []}')
    yield Crafted("a negative length", "POST", f"{CALL}denoise", (("Content-Length", "-1"),), b"{}", REFUSED)
    yield Crafted("two lengths", "POST", f"{CALL}denoise", (("Content-Length", "2"), ("content-length", "9")), b"{}")
    chunks = (("Transfer-Encoding", "chunked"), ("Content-Type", "application/json"))
    yield Crafted("chunks that lie", "POST", f"{CALL}denoise", chunks, b"xyz\r\n{}\r\n0\r\n\r\n", REFUSED)

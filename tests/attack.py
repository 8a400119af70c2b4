"""Attacks a demo of its own on this computer, and prints what held.

Run `.venv/bin/python tests/attack.py [files requests uploads slow line kills events]` on a machine that does nothing
else; all of it takes twenty minutes. Every part has a server of its own. Exit status 1: something did not hold.
"""

import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
from attack_parts.files import CANARY, hostile_files
from attack_parts.requests import REFUSED, crafted_requests, leaked
from attack_parts.seen import pattern, secret_png
from attack_parts.send import Crafted, call, done, send, shows, upload
from browser import serving
from browser.clients import connected, drawn
from browser.serving import Server
from gradio_client import handle_file
from measuring import Figure, print_figures

DEADLINE = 20  # seconds that a denoising, and a look at an upload, may take here
SOON = 4.0  # seconds beyond it in which the answer must be there
MEGABYTES = 300  # that the server may grow by, whatever comes
LIMITS = {"N2N_DENOISE_SECONDS": str(DEADLINE), "N2N_CHECK_SECONDS": str(DEADLINE), "N2N_UPLOAD_MB": "64"}
PICTURES = ("tiff", "png", "jpeg", "bmp", "ppm", "webp", "gif", "avif", "name", "foreign", "polyglot", "empty", "noise")
LEFT = "self.pending_messages_per_session[event.session_hash]"  # Gradio's line that fails once a client has hung up
HEAD = "POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\n"
FORM = 'Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; name="files"; '


def files(folder: Path, quick: bool) -> Iterator[Figure]:
    """Hostile files, each uploaded and denoised, or looked at as pairs."""
    CANARY.unlink(missing_ok=True)
    problems: dict[str, list[str]] = {"no answer": [], "late": [], "no words": []}
    count = 0
    with serving.demo(folder, **LIMITS) as server:
        _warm(server, folder)
        with observed(partial(memory, server)) as sizes:
            for file in list(hostile_files())[:: 25 if quick else 1]:
                count += 1
                for problem in _tried(server, file.name, file.data, file.kind.startswith(PICTURES)):
                    problems[problem].append(file.name[:50])
        most = max(sizes) - sizes[0]
        works = _works(server, folder)
    for problem, names in problems.items():
        print("".join(f"    {problem}: {name!r}\n" for name in names[:20]), end="", flush=True)
    yield Figure(f"files: tried, {count} of them", count)
    yield Figure("files: without an answer", len(problems["no answer"]), "", 0)
    yield Figure(f"files: answered later than {DEADLINE} s and a moment", len(problems["late"]), "", 0)
    yield Figure("files: refused without a sentence", len(problems["no words"]), "", 0)
    yield Figure("files: growth of the server meanwhile, at most", most, "MB", MEGABYTES)
    yield Figure("files: whose code was run", int(CANARY.exists()), "", 0)
    yield Figure("files: tracebacks in the log", tracebacks(folder), "", 0)
    yield Figure("files: denoisings that fail afterwards", int(not works), "", 0)


def _tried(server: Server, name: str, data: bytes, picture: bool) -> list[str]:
    """What went wrong with one file."""
    sent = upload(server.address, name, data, DEADLINE + SOON)
    path = sent.body.partition(b"\n")[0]
    if sent.status != 200 or not path.startswith(b'["'):
        return [] if 400 <= sent.status < 500 or sent.status == 507 else ["no answer"]
    file = {"path": json.loads(path)[0], "meta": {"_type": "gradio.FileData"}}
    endpoint, given = ("denoise", [file]) if picture else ("check", [[file]])
    given += ["automatic", None, 1, False, ""] if picture else ["", False, False]
    answer = call(server.address, endpoint, given, 3 * DEADLINE)
    found = ["no answer"] if answer.cut or answer.status != 200 else []
    found += ["late"] if answer.seconds > DEADLINE + SOON else []
    return found + (
        ["no words"] if b'"error": null' in answer.body or b"event: error\ndata: null" in answer.body else []
    )


def requests(folder: Path, quick: bool) -> Iterator[Figure]:
    """Crafted requests for what is on the disk, or another visitor's."""
    outside = Path(tempfile.mkdtemp(dir=folder.parent))
    secret, marks = outside / "secret.png", [b"the-secret-mark", b"the-victims-mark"]
    secret.write_bytes(secret_png(7, marks[0].decode()))
    leaks, wrong, failed = [], [], []
    with serving.demo(folder, **LIMITS) as server:
        victim = _victim(folder, marks[1].decode())
        crafted = crafted_requests(folder, victim, secret)[:: 12 if quick else 1]
        _warm(server, outside)
        with observed(partial(memory, server)) as sizes:
            for request in crafted:
                reply = send(server.address, request, DEADLINE + 2 * SOON)
                shown = leaked(reply.body, marks) or any(shows(pattern(seed), reply.body) for seed in (7, 8))
                leaks += [request.description] if shown or (request.foreign and done(request, reply)) else []
                wrong += [request.description] if request.expects == REFUSED and not 400 <= reply.status < 500 else []
                failed += [f"{request.description}: {reply.status}"] if reply.status >= 500 else []
        most = max(sizes) - sizes[0]
        works = _works(server, outside)
    for what, names in (("leaked", leaks), ("not refused", wrong), ("failed", failed)):
        print("".join(f"    {what}: {name[:110]}\n" for name in names), end="", flush=True)
    yield Figure(f"requests: that saw what is not theirs, of {len(crafted)}", len(leaks), "", 0)
    yield Figure("requests: let in that must be refused", len(wrong), "", 0)
    yield Figure("requests: that broke something (status 5xx)", len(failed), "", 0)
    yield Figure("requests: growth of the server meanwhile, at most", most, "MB", MEGABYTES)
    yield Figure("requests: tracebacks in the log", tracebacks(folder), "", 0)
    yield Figure("requests: denoisings that fail afterwards", int(not works), "", 0)


def _victim(folder: Path, mark: str) -> Path:
    """A picture in the folder of another visitor."""
    place = folder / "visit-00112233445566778899aabbccddeeff" / "denoised-1"
    place.mkdir(parents=True)
    (place / "0-noisy.png").write_bytes(secret_png(8, mark))
    return place / "0-noisy.png"


def uploads(folder: Path, quick: bool) -> Iterator[Figure]:
    """Uploads that are given up half way, and more than the disk may hold."""
    count, size = (10 if quick else 100), 2**20
    limits = {"N2N_DISK_GB": "0.02", "N2N_UNFINISHED_SECONDS": "2", "N2N_SWEEP_SECONDS": "1"}
    with serving.demo(folder, **LIMITS, **limits) as server:
        for _ in range(count):
            with _half_sent(server, 50 * size, bytes(size // 4)):
                pass
        deadline, left = time.monotonic() + 15, count
        while left and time.monotonic() < deadline:
            time.sleep(0.5)
            left = sum(path.stat().st_size > 0 for path in folder.glob("tmp*"))
        yield Figure(f"uploads: left of {count} that were given up", left, "", 0)
        replies, most = [], 0.0
        for place in range(30):
            replies.append(upload(server.address, f"{place}.bin", os.urandom(2 * size)))
            most = max(most, sum(path.stat().st_size for path in folder.rglob("*.bin")) / size)
        refused = [reply for reply in replies if reply.status != 200]
        yield Figure("uploads: on the disk at most, of 60 MB that came", most, "MB", 0.02 * 1024 + 2)
        silent = sum(b"try again" not in reply.body for reply in refused)
        yield Figure("uploads: refused without a sentence", silent, "", 0)
        time.sleep(3)
        yield Figure("uploads: denoisings that fail afterwards", int(not _page_works(server)), "", 0)


def slow(folder: Path, quick: bool) -> Iterator[Figure]:
    """More half-open connections than a process may have open at first."""
    count = 200 if quick else 1050
    with serving.demo(folder, **LIMITS, N2N_ARRIVE_SECONDS="4") as server:
        port = int(server.address.rsplit(":", 1)[1])
        _soft_limit(count + 200)
        opened = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(count)]
        for place, connection in enumerate(opened):
            connection.sendall((b"", b"GET / HTTP/1.1\r\nHo", b"POST /gradio_api/upload HTTP/1.1\r\n")[place % 3])
        begun = time.monotonic()
        answered = _page_works(server)
        yield Figure(f"slow: beside {count} half-open connections, the page", time.monotonic() - begun, "s", 5)
        time.sleep(10)
        process = psutil.Process(server.pid)
        left = sum(each.status == "ESTABLISHED" for each in process.net_connections())
        yield Figure("slow: of these still open after 10 s, where 4 s are allowed", left, "", 5)
        for connection in opened:
            connection.close()
        yield Figure("slow: pages that fail", int(not answered) + int(not _page_works(server)), "", 0)


def line(folder: Path, quick: bool) -> Iterator[Figure]:
    """One visitor who asks for 45 trainings, and another who comes after."""
    with serving.demo(folder, **LIMITS) as server, connected(server, folder, 2) as (greedy, modest):
        pair = [handle_file(str(path)) for path in _pair(folder)]
        jobs = [greedy.submit(pair, seconds=600, api_name="/train") for _ in range(8 if quick else 45)]
        time.sleep(15)
        going = [job for job in jobs if not job.done()]
        yield Figure(f"line: trainings that one visitor has of {len(jobs)} asked for", len(going), "", 2)
        after = modest.submit(pair, seconds=5, api_name="/train")
        time.sleep(4)
        ahead = [told["ahead"] for told, _ in after.outputs() if "ahead" in told]
        yield Figure("line: before another visitor's first", ahead[-1] if ahead else 99, "", 1)
        for job in (*going, after):
            job.cancel()


def kills(folder: Path, quick: bool) -> Iterator[Figure]:
    """kill -9 of each process of the demo but the first, in turn."""
    with serving.demo(folder, **LIMITS) as server, connected(server, folder, 1) as (client,):
        picture = drawn(folder, 1)[0]
        client.predict(handle_file(str(picture.noisy)), api_name="/denoise")
        failed, killed = [], 0
        names = {each.pid: " ".join(each.cmdline())[:60] for each in psutil.Process(server.pid).children(True)}
        for pid, name in names.items():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
            time.sleep(0.5)
            try:
                client.predict(handle_file(str(picture.noisy)), api_name="/denoise")
                client.predict([handle_file(str(path)) for path in _pair(folder)], api_name="/check")
            except Exception as problem:  # whatever it is, the next click did not work
                failed.append(f"{name}: {problem}")
    print("".join(f"    {each}\n" for each in failed), end="", flush=True)
    yield Figure(f"kills: clicks that fail after one of {killed} processes was killed", len(failed), "", 0)


def events(folder: Path, quick: bool) -> Iterator[Figure]:
    """What costs time outside the queue; and the host's table, opened by twelve at once."""
    with serving.demo(folder, **LIMITS) as server:
        with urllib.request.urlopen(f"{server.address}/config") as answer:
            config = json.load(answer)
        values = {each["id"]: each["props"].get("value") for each in config["components"]}
        slowest = {}
        for each in config["dependencies"]:
            if each["backend_fn"] and not each["queue"]:
                body = {
                    "data": [values[place] for place in each["inputs"]],
                    "fn_index": each["id"],
                    "session_hash": "e",
                }
                replies = [
                    send(server.address, Crafted.json("an event", "/gradio_api/run/predict", body)) for _ in "abc"
                ]
                slowest[each["id"]] = min(reply.seconds for reply in replies)
        yield Figure(f"events: the slowest of {len(slowest)} outside the queue", 1000 * max(slowest.values()), "ms", 50)
        tables = [each for each in config["dependencies"] if [name for _, name in each["targets"]] == ["select"]]
        about = next(each["id"] for each in tables if each["queue"])
        _warm(server, folder)
        time.sleep(5)  # what is begun before anybody asks has ended
        with ThreadPoolExecutor(12) as pool, observed(partial(children, server)) as most:
            list(pool.map(lambda place: _queued(server, about, f"visitor{place}"), range(12)))
        yield Figure("events: processes at most while twelve open About", max(most) - most[0], "", 1)


def _queued(server: Server, function: int, session: str) -> bytes:
    body = {"data": [], "fn_index": function, "session_hash": session}
    return send(server.address, Crafted.json("queued", "/gradio_api/queue/join", body), 60).body


# --- what the parts share


@contextmanager
def observed(look: Callable[[], float]) -> Iterator[list[float]]:
    """What `look` says, many times a second, in a list that grows while the block lasts."""
    seen, over = [look()], threading.Event()

    def looking() -> None:
        while not over.wait(0.02):
            with suppress(psutil.NoSuchProcess):
                seen.append(look())

    thread = threading.Thread(target=looking, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def memory(server: Server) -> float:
    """MB of the server's own process."""
    return psutil.Process(server.pid).memory_info().rss / 2**20


def children(server: Server) -> int:
    """How many processes the demo has beside its first."""
    return len(psutil.Process(server.pid).children(recursive=True))


def tracebacks(folder: Path) -> int:
    """How many the log holds, but for Gradio's own of clients who left; of each kind the end of one is printed."""
    log = (folder / "log.txt").read_text(errors="replace")
    parts = log.split("Traceback (most recent call last):")[1:]
    found = [part.splitlines() for part in parts if LEFT not in part]
    for lines in {(lines or [""])[-1]: lines for lines in map(_one_traceback, found)}.values():
        print("\n".join(f"    {line[:200]}" for line in lines[-6:]), flush=True)
    return len(found)


def _one_traceback(lines: list[str]) -> list[str]:
    """The lines down to the one that names the error."""
    ends = [place for place, line in enumerate(lines) if line and not line.startswith(" ")]
    return lines[: ends[0] + 1] if ends else lines


def _warm(server: Server, folder: Path) -> None:
    """What is there after the first work does not count as growth."""
    if not _works(server, folder):
        raise RuntimeError("the demo denoises nothing, even before it is attacked")


def _works(server: Server, folder: Path) -> bool:
    """Whether a denoising succeeds."""
    picture = drawn(folder, 1)[0]
    path = json.loads(upload(server.address, "noisy.png", picture.noisy.read_bytes()).body.partition(b"\n")[0])[0]
    answer = call(server.address, "denoise", [{"path": path}, "automatic", None, 1, False, "", None])
    return b"event: complete" in answer.body


def _page_works(server: Server) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{server.address}/config", timeout=30) as answer:
        return answer.status == 200
    return False


def _pair(folder: Path) -> list[Path]:
    """Two noisy pictures of one thing."""
    return [each.noisy for each in drawn(folder, 5)[::4]]


@contextmanager
def _half_sent(server: Server, length: int, part: bytes) -> Iterator[None]:
    """An upload of which only a part is sent; at the end of the block the connection is gone."""
    port = int(server.address.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        name = 'filename="big.png"\r\n\r\n'
        connection.sendall((HEAD.format(port=port, length=length) + FORM + name).encode() + part)
        time.sleep(0.02)
        yield


def _soft_limit(count: int) -> None:
    """Lets this process have so many files open."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, count), hard), hard))


PARTS = {part.__name__: part for part in (files, requests, uploads, slow, line, kills, events)}

if __name__ == "__main__":
    sys.exit(print_figures(PARTS, "Attacks a demo of its own, and prints what held."))

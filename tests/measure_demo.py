"""Measures the demo as its visitors meet it, beside what is asked for.

Run `.venv/bin/python tests/measure_demo.py [start response training lab load crowd memory]` on a machine that does
nothing else; all of it takes twenty minutes. Every part has a server of its own. Exit status 1: something was missed.
"""

import csv
import re
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin

import numpy as np
import psutil
from browser import serving
from browser.clients import PATIENCE, SIDE, Answer, at_once, connected, drawn, someone_trains, strangers
from browser.serving import Server
from browser.steps import settled
from measuring import Figure, print_figures
from playwright.sync_api import Page

COMPLETE = (
    """[...document.querySelectorAll("#panels img")].filter((i) => i.complete && i.naturalWidth > 0).length === 3"""
)
STEPPED = """/Step [1-9]/.test(document.querySelector("#status").innerText)
    && document.querySelector("#curves svg[role=img] path")"""
# ms from a click to other pictures on all panels but the target, which stays as it is
REDRAWN = """(button) => new Promise((resolve, reject) => {
    const images = [...document.querySelectorAll("#panels img")];
    const before = images.map((image) => image.src);
    const shown = (image, place) => image.complete && image.naturalWidth > 0
        && (image.src !== before[place] || image.closest("figure").dataset.role === "target");
    const begun = performance.now();
    const look = () => {
        const took = performance.now() - begun;
        if (images.every(shown)) resolve(took);
        else if (took > 60000) reject(new Error("no other pictures within 60 s"));
        else requestAnimationFrame(look);
    };
    button.click();
    look();
})"""


Result = TypeVar("Result")
ALONE = 15  # seconds in which the speed of a training is measured with nothing beside it
EXPERIMENTS = ("targets", "average", "break", "exposures", "look", "guess", "numbers")


@dataclass(frozen=True)
class Counts:
    """How much is measured."""

    draws: int = 15  # of new noise
    budget: int = 60  # seconds of training
    clients: int = 30
    crowd: int = 60
    queue: int = 40
    few: int = 50  # denoisings, after which memory is looked at
    many: int = 500


WHOLE = Counts()
QUICK = Counts(draws=3, budget=20, clients=4, crowd=8, queue=3, few=5, many=20)


def start(folder: Path, quick: bool) -> Iterator[Figure]:
    """From nothing to the first screen."""
    with serving.chromium() as browser, serving.demo(folder) as server:
        yield Figure("start: until the server answers", server.seconds, "s", 10)
        page, begun = browser.new_page(), time.monotonic()
        page.goto(server.address, wait_until="commit")
        page.wait_for_function(COMPLETE)
        yield Figure("start: until the first screen is complete", time.monotonic() - begun, "s", 3)


def response(folder: Path, quick: bool) -> Iterator[Figure]:
    """From a click to three pictures."""
    counts = QUICK if quick else WHOLE
    with opened(folder) as (_, page):
        settled(page, lambda: page.locator("#strip label", has_text="Portrait").click())
        page.get_by_text("More", exact=True).click()
        button = page.get_by_role("button", name="New random noise").element_handle()
        took = [page.evaluate(REDRAWN, button) / 1000 for _ in range(counts.draws)]
    yield Figure(f"response: {SIDE}×{SIDE} from a click, median of {len(took)}", float(np.median(took)), "s", 0.7)


def training(folder: Path, quick: bool) -> Iterator[Figure]:
    """The sample pairs learnt on the page, and how the server answers others meanwhile."""
    counts = QUICK if quick else WHOLE
    with opened(folder) as (server, page):
        page.get_by_role("tab", name="Train").click()
        page.click("#sample")
        page.wait_for_function("!document.querySelector('#train').disabled")
        page.locator("#budget").get_by_text(f"{counts.budget} s").click()
        with polled(server) as polls:
            begun = time.monotonic()
            page.click("#train")
            page.wait_for_function(STEPPED)
            yield Figure("training: from the click to the first point", time.monotonic() - begun, "s", 3)
            page.wait_for_selector("#use", state="visible", timeout=(counts.budget + PATIENCE) * 1000)
        link = page.locator("#take a[download='hold-out.csv']").first.get_attribute("href")
        lines = csv.DictReader(page.request.get(urljoin(page.url, link)).text().splitlines())
    best = max(lines, key=lambda line: float(line["psnr_pooled_estimated"]))  # whose weights are kept
    gain = float(best["psnr_mean_denoised"]) - float(best["psnr_mean_noisy"])
    what = f"training: gain of the hold-out in {counts.budget} s, {best['step']} steps"
    yield Figure(what, gain, "dB", 3.3, least=True)
    yield Figure(f"training: /config meanwhile, p95 of {len(polls)}", 1000 * p95(polls), "ms", 300)


def load(folder: Path, quick: bool) -> Iterator[Figure]:
    """A class, two pictures each, while one trains: with the net that the page takes for white noise, and with the four
    times slower one that a picture whose noise nobody tells is given.
    """
    counts = QUICK if quick else WHOLE
    pictures = drawn(folder, 2 * counts.clients)
    with (
        serving.demo(folder) as server,
        connected(server, folder, counts.clients) as clients,
        someone_trains(server, folder) as steps,
    ):
        _, alone = _beside(steps, partial(time.sleep, ALONE))
        for weights, most in (("gaussian-small", 10), ("automatic", None)):
            work = list(zip(pictures[::2], pictures[1::2]))
            answers, pace = _beside(steps, partial(at_once, clients, work, weights))
            yield Figure(f"load: failed of {len(answers)}, {weights}", failures(answers), "", 0)
            yield Figure(f"load: not the client's own, {weights}", strangers(pictures, answers), "", 0)
            waits = [answer.seconds for answer in answers]
            yield Figure(f"load: from the request to the answer, p95, {weights}", p95(waits), "s", most)
            yield Figure(f"load: speed that the training keeps, {weights}", 100 * pace / alone, "%", 40, least=True)


def _beside(steps: Callable[[], int], work: Callable[[], Result]) -> tuple[Result, float]:
    """The result of the work, and a training's steps in a second meanwhile."""
    begun, before = time.monotonic(), steps()
    result = work()
    return result, (steps() - before) / (time.monotonic() - begun)


def crowd(folder: Path, quick: bool) -> Iterator[Figure]:
    """More clients than may wait."""
    counts = QUICK if quick else WHOLE
    pictures = drawn(folder, 1)
    limited = {"N2N_QUEUE": str(counts.queue)} if quick else {}
    with serving.demo(folder, **limited) as server, connected(server, folder, counts.crowd) as clients:
        answers = at_once(clients, [pictures] * counts.crowd, "gaussian-small")
    served = [answer.seconds for answer in answers if answer.file]
    told = sum("queue is full" in answer.problem.lower() or "no more can" in answer.problem for answer in answers)
    yield Figure(f"crowd: served of {len(answers)}, where {counts.queue} may wait", len(served))
    yield Figure("crowd: told that the queue is full", told)
    yield Figure("crowd: neither", len(answers) - len(served) - told, "", 0)
    yield Figure("crowd: from the request to the answer, p95", p95(served), "s", 20)


def memory(folder: Path, quick: bool) -> Iterator[Figure]:
    """What many denoisings leave behind in the server."""
    counts = QUICK if quick else WHOLE
    pictures, before = drawn(folder, 1), 0
    with serving.demo(folder) as server, connected(server, folder, 1) as clients:
        process, sizes = psutil.Process(server.pid), []
        for count in (counts.few, counts.many):
            failed = failures(at_once(clients, [pictures * (count - before)]))
            before = count
            sizes.append(process.memory_info().rss / 2**20)
            yield Figure(f"memory: after {count} denoisings, {failed} of them failed", sizes[-1], "MB")
        others = sum(child.memory_info().rss for child in process.children(recursive=True)) / 2**20
    yield Figure("memory: of the child processes, besides", others, "MB")
    yield Figure("memory: growth", sizes[1] - sizes[0], "MB", 100)


def lab(folder: Path, quick: bool) -> Iterator[Figure]:
    """Each experiment as it is set at first: until something is seen, until its answer; then the first for longer."""
    with opened(folder) as (server, page):
        for key in EXPERIMENTS:
            first, whole, _ = experiment(page, f"{server.address}/?tab=lab&experiment={key}")
            yield Figure(f"lab: {key}, until the first change", first, "s", 2)
            yield Figure(f"lab: {key}, until the answer", whole, "s", 30)
        for seeds in ("one", "three"):
            link = f"{server.address}/?tab=lab&experiment=targets&seconds={10 if quick else 60}&seeds={seeds}"
            told = experiment(page, link)[2]
            gap = float(re.search(r"[-+]?\d+\.\d+", told)[0])
            print(f"    {told}", flush=True)
            yield Figure(f"lab: gap between clean and noisy targets, {seeds} seed", abs(gap), "dB", 0.15)


def experiment(page: Page, link: str) -> tuple[float, float, str]:
    """Runs what a lesson's link opens: seconds until something is seen, until it is over, and what was said then."""
    page.goto(link)
    page.wait_for_selector("#lab-run:not([disabled])")
    page.wait_for_timeout(1000)  # the page has set what the link asks for
    begun = time.monotonic()
    page.click("#lab-run")
    page.wait_for_selector("#answer .n2n-answer")
    first = time.monotonic() - begun
    page.wait_for_selector("#lab-stop[disabled]", timeout=PATIENCE * 1000)
    return first, time.monotonic() - begun, page.inner_text("#answer")


PARTS = {part.__name__: part for part in (start, response, training, lab, load, crowd, memory)}


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Server, Page]]:
    """A server, and its page in Chromium."""
    with serving.demo(folder) as server, serving.chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(server.address)
        page.wait_for_function(COMPLETE)
        yield server, page


@contextmanager
def polled(server: Server) -> Iterator[list[float]]:
    """GETs /config five times a second; the seconds that each took from when it was due, so that no stall hides."""
    seconds, over = [], threading.Event()

    def poll() -> None:
        due = time.monotonic()
        while not over.wait(max(0.0, due - time.monotonic())):
            with urllib.request.urlopen(f"{server.address}/config", timeout=PATIENCE) as answer:
                answer.read()
            seconds.append(time.monotonic() - due)
            due += 0.2

    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(poll)
        try:
            yield seconds
        finally:
            over.set()
        polling.result()


def failures(answers: list[Answer]) -> int:
    """How many have no file; prints what they were told instead."""
    problems = Counter(answer.problem for answer in answers if not answer.file)
    for problem, count in problems.items():
        print(f"    {count} × {problem}", flush=True)
    return problems.total()


def p95(values: list[float]) -> float:
    """What 95 of 100 values do not exceed."""
    return float(np.percentile(values, 95))


if __name__ == "__main__":
    sys.exit(print_figures(PARTS, "Measures the demo, beside what is asked for."))

"""The endpoints /denoise, /check and /train, for programs: `gradio_client`, curl, a microscope's script."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, Literal

import gradio as gr

from n2n import formats
from n2n.recipe import RECIPES

from . import intake, runs, settings, turns
from .denoising import AUTOMATIC, Options, Order
from .denoisings import Denoisings
from .figures import COLUMNS
from .line import Line
from .runs import Run
from .trainings import Trainings
from .visits import Visits

DENOISE = """Denoises one picture and returns it in its own size, depth and format, with what was measured.

weights: the name of shipped weights, or automatic. clean: the clean picture, if there is one; without it no PSNR is
told. strength: 0 keeps the noise, 1 removes all of it. ensemble: average over eight turns and flips."""
CHECK = f"""Says what pairs of noisy pictures are, what the pair doctor finds, and how fast a training would be.

pairs: one {formats.either(formats.sets())} file or TIFF stack, or two and more pictures."""
TRAIN = """Trains on pairs of noisy pictures. Streams how far it is, at last with the weights, a .safetensors file.

pairs: as for /check. seconds: of training. width: 24 is Table I. start: shipped weights to start from, or empty."""


MOST = 1e15  # of a number that a program gives


def add(visits: Visits, denoisings: Denoisings, trainings: Trainings, quick: Line) -> None:
    """Adds the endpoints. Call it inside the gr.Blocks."""

    async def denoise(
        request: gr.Request,
        picture: gr.FileData,
        weights: str = AUTOMATIC,
        clean: gr.FileData | None = None,
        strength: float = 1.0,
        ensemble: bool = False,
    ) -> tuple[gr.FileData, dict[str, Any]]:
        options = Options(str(weights), None, number(strength, "strength"), bool(ensemble))
        order = Order(files("picture", picture), cleans=files("clean", clean) if clean else (), options=options)
        outcome = await denoisings.denoise(request.session_hash, order)
        figures = dict(zip(COLUMNS, outcome.table[0])) | {"notes": outcome.notes}
        return gr.FileData(path=str(outcome.files[0])), figures

    async def check(request: gr.Request, pairs: list[gr.FileData]) -> dict[str, Any]:
        uploaded = files("pairs", pairs)
        with visits.held(visits.fresh(request.session_hash, "look")) as folder:
            brought = await asyncio.to_thread(runs.brought, uploaded, folder / "pairs", visits.shared("pairs"))
            async with aclosing(turns.look(quick, request.session_hash, brought.data, folder)) as steps:
                looks = [step async for step in steps][-1]
        return {
            "data": asdict(looks.understood),
            "verdicts": [asdict(verdict) for verdict in looks.verdicts],
            "speed": asdict(looks.speed) if looks.speed else None,
        }

    async def train(
        request: gr.Request,
        pairs: list[gr.FileData],
        seconds: float = 60.0,
        recipe: Literal[*RECIPES] = "fast",
        width: int = 24,
        start: str = "",
        seed: int = 0,
    ) -> AsyncIterator[tuple[dict[str, Any], gr.FileData | None]]:
        numbers = {"width": int(number(width, "width")), "seed": int(number(seed, "seed"))}
        asked = runs.settings_of(
            number(seconds, "seconds"), str(recipe), start=str(start) if start else None, **numbers
        )
        training = await trainings.begin(request.session_hash, files("pairs", pairs), asked)
        try:
            async with aclosing(trainings.watch(training)) as steps:
                async for step in steps:
                    yield asdict(step.waiting) if step.waiting else _progress(step.run), None
        finally:
            training.stop()
        yield _progress(training.run), gr.FileData(path=str(training.run.weights))

    watched = {"concurrency_id": "training", "concurrency_limit": settings.QUEUE}
    heavy = {"concurrency_id": "denoising", "concurrency_limit": settings.QUEUE}
    looked = {"concurrency_id": "checks", "concurrency_limit": settings.QUEUE}
    gr.api(denoise, api_name="denoise", api_description=DENOISE, **heavy)
    gr.api(check, api_name="check", api_description=CHECK, **looked)
    gr.api(train, api_name="train", api_description=TRAIN, **watched)


def files(name: str, given: object) -> tuple[str, ...]:
    """The paths of what was uploaded: one file, or a list of them. Raises ValueError."""
    several = given if isinstance(given, list) else [given]
    paths = [each.get("path") if isinstance(each, dict) else getattr(each, "path", None) for each in several]
    if not paths or not all(isinstance(path, str) for path in paths):
        raise ValueError(f"{name} is missing, or no uploaded file; with gradio_client: handle_file('shot.png')")
    return tuple(str(intake.admitted(path)) for path in paths)


def number(given: object, name: str) -> float:
    """Raises ValueError where it is none."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not -MOST <= given <= MOST:
        raise ValueError(f"{name} is '{str(given)[:40]}'; allowed: a number")
    return float(given)


def _progress(run: Run) -> dict[str, Any]:
    """How far a training is: its latest step, and the latest PSNRs of the hold-out."""
    if run.progress is None:
        return {}
    facts = {name: value for name, value in asdict(run.progress).items() if name != "validation"}
    return facts | {"psnr": run.learnt.header["psnr"] if run.learnt else None}

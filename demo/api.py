"""The endpoints /denoise, /check and /train, for programs: `gradio_client`, curl, a microscope's script."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, Literal

import gradio as gr

from n2n.data import formats
from n2n.training import RECIPES

from . import settings
from .server import intake
from .service.denoise import Denoisings
from .service.inspections import Inspections
from .service.runs import Run
from .service.trainings import Trainings, chosen
from .work.denoise import AUTOMATIC, Options, Order
from .work.measurements import COLUMNS

DENOISE = """Denoises one picture and returns it in its own size, depth and format, with what was measured.

weights: the name of shipped weights, or automatic. clean: the clean picture, if there is one; without it no PSNR is
told. strength: 0 keeps the noise, 1 removes all of it. ensemble: average over eight turns and flips."""
CHECK = f"""Says what pairs of noisy pictures are, what the pair doctor finds, and how fast a training would be.

pairs: one {formats.either(formats.sets())} file or TIFF stack, or two and more pictures."""
TRAIN = """Trains on pairs of noisy pictures. Streams how far it is, at last with the weights, a .safetensors file.

pairs: as for /check. seconds: of training. width: 24 is Table I. start: shipped weights to start from, or empty."""
MOST = 1e15  # of a number that a program gives


def add(denoisings: Denoisings, trainings: Trainings, inspections: Inspections) -> None:
    """Adds the endpoints. Call it inside the gr.Blocks."""
    denoising = {"concurrency_id": "denoising", "api_name": "denoise", "api_description": DENOISE}
    checking = {"concurrency_id": "checks", "api_name": "check", "api_description": CHECK}
    training = {"concurrency_id": "training", "api_name": "train", "api_description": TRAIN}
    gr.api(_denoise(denoisings), concurrency_limit=settings.limits().queue, **denoising)
    gr.api(_check(inspections), concurrency_limit=settings.limits().queue, **checking)
    gr.api(_train(trainings), concurrency_limit=settings.limits().queue, **training)


def _denoise(denoisings: Denoisings) -> Callable[..., Awaitable[tuple[gr.FileData, dict[str, Any]]]]:
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

    return denoise


def _check(inspections: Inspections) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def check(request: gr.Request, pairs: list[gr.FileData]) -> dict[str, Any]:
        async with aclosing(inspections.inspect(request.session_hash, files("pairs", pairs))) as steps:
            findings = [step async for step in steps][-1]
        return {
            "data": asdict(findings.understood),
            "verdicts": [asdict(verdict) for verdict in findings.verdicts],
            "speed": asdict(findings.speed) if findings.speed else None,
        }

    return check


def _train(trainings: Trainings) -> Callable[..., AsyncIterator[tuple[dict[str, Any], gr.FileData | None]]]:
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
        asked = chosen(number(seconds, "seconds"), str(recipe), start=str(start) if start else None, **numbers)
        training = await trainings.begin(request.session_hash, files("pairs", pairs), asked)
        try:
            async with aclosing(trainings.watch(request.session_hash, training)) as steps:
                async for step in steps:
                    yield asdict(step.job.waiting) if step.job.waiting else _progress(step.run), None
        finally:
            training.stop()
        yield _progress(training.run), gr.FileData(path=str(training.run.weights))

    return train


def files(name: str, given: object) -> tuple[str, ...]:
    """The paths of what was uploaded: one file, or a list of them. Raises ValueError."""
    several = given if isinstance(given, list) else [given]
    paths = [each.get("path") if isinstance(each, dict) else getattr(each, "path", None) for each in several]
    if not paths or not all(isinstance(path, str) for path in paths):
        raise ValueError(f"{name} is missing, or no uploaded file; with gradio_client: handle_file('shot.png')")
    return tuple(str(intake.admit(path, settings.folder())) for path in paths)


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
    return facts | {"psnr": run.learnt.header.psnr if run.learnt else None}

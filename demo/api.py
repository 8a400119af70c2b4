"""The endpoints /denoise, /check and /train, for programs: `gradio_client`, curl, a microscope's script."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, Literal

import gradio as gr

from n2n.recipe import RECIPES

from . import denoising, jobs, runs, settings
from .denoising import AUTOMATIC, Options
from .markup import told
from .runs import PROBLEMS, Run, Waiting
from .visits import Visits

DENOISE = """Denoises one picture and returns it in its own size, depth and format, with what was measured.

weights: the name of shipped weights, or automatic. clean: the clean picture, if there is one; without it no PSNR is
told. strength: 0 keeps the noise, 1 removes all of it. ensemble: average over eight turns and flips."""
CHECK = """Says what pairs of noisy pictures are, what the pair doctor finds, and how fast a training would be.

pairs: one .zip, .npz, .pkl or TIFF stack, or two and more pictures."""
TRAIN = """Trains on pairs of noisy pictures. Streams how far it is, at last with the weights, a .safetensors file.

pairs: as for /check. seconds: of training. width: 24 is Table I. start: shipped weights to start from, or empty."""


def add(visits: Visits, line: jobs.Line) -> None:
    """Adds the endpoints. Call it inside the gr.Blocks."""

    def denoise(
        request: gr.Request,
        picture: gr.FileData,
        weights: str = AUTOMATIC,
        clean: gr.FileData | None = None,
        strength: float = 1.0,
        ensemble: bool = False,
    ) -> tuple[gr.FileData, dict[str, Any]]:
        try:
            noisy, target = (denoising.read_all([_path(file)] if file else []) for file in (picture, clean))
            folder = visits.fresh(request.session_hash, "denoised")
            options = Options(weights, None, strength, ensemble)
            outcome = denoising.denoise(denoising.with_clean(noisy, target), None, options, folder)
        except (*PROBLEMS, MemoryError) as problem:
            raise _told(problem) from problem
        figures = dict(zip(denoising.COLUMNS, outcome.table[0])) | {"notes": outcome.notes}
        return gr.FileData(path=str(outcome.files[0])), figures

    async def check(request: gr.Request, pairs: list[gr.FileData]) -> dict[str, Any]:
        session = request.session_hash
        try:
            files = runs.paths(visits, session, tuple(map(_path, pairs)))
            async with aclosing(runs.look(files, visits.fresh(session, "look"))) as steps:
                async for found in steps:
                    looks = found
        except PROBLEMS as problem:
            raise _told(problem) from problem
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
        session = request.session_hash
        try:
            files = runs.paths(visits, session, tuple(map(_path, pairs)))
            asked = runs.settings_of(seconds, recipe, width, start or None, seed=seed)
            run = Run(files, visits.fresh(session, "run"), asked, "DATA")
            async with aclosing(runs.train(line, {}, session, run)) as steps:
                async for step in steps:
                    yield asdict(step) if isinstance(step, Waiting) else _progress(run), None
        except PROBLEMS as problem:
            raise _told(problem) from problem
        yield _progress(run), gr.FileData(path=str(run.weights))

    heavy = {"concurrency_id": "denoising", "concurrency_limit": settings.DENOISINGS}
    watched = {"concurrency_id": "training", "concurrency_limit": settings.QUEUE}
    gr.api(denoise, api_name="denoise", api_description=DENOISE, **heavy)
    gr.api(check, api_name="check", api_description=CHECK, concurrency_id="checks", concurrency_limit=settings.CHECKS)
    gr.api(train, api_name="train", api_description=TRAIN, **watched)


def _path(file: gr.FileData | dict[str, Any]) -> str:
    return file["path"] if isinstance(file, dict) else file.path


def _told(problem: Exception) -> gr.Error:
    return gr.Error(told(problem), print_exception=False)


def _progress(run: Run) -> dict[str, Any]:
    """How far a training is: its latest step, and the latest PSNRs of the hold-out."""
    if run.progress is None:
        return {}
    facts = {name: value for name, value in asdict(run.progress).items() if name != "validation"}
    return facts | {"psnr": run.learnt.header["psnr"] if run.learnt else None}

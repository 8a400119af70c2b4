"""The endpoints /denoise, /check, /score and /train for programs, such as `gradio_client` or a microscope's script."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import gradio as gr
from gradio.events import api as add_endpoint

from n2n.files import formats
from n2n.referee import Mending
from n2n.remedies import Remedies

from . import settings
from .server import intake
from .server.callers import agent_of
from .service.denoise import Denoisings
from .service.inspections import Inspections
from .service.runs import Run
from .service.scores import Scores
from .service.session import session_of
from .service.trainings import Trainings, make_settings
from .work.denoise import AUTOMATIC, TRAINED, Options, Order
from .work.measurements import COLUMNS
from .work.score import Contest
from .work.stacks import view

DENOISE = """Denoises one picture and returns it in its own size, depth and format, with what was measured.

weights: the name of shipped weights, or automatic. clean: the clean picture, if there is one; without it no PSNR is
measured. strength: 0 keeps the noise, 1 removes all of it. ensemble: average over eight turns and flips.
axes: letters for the axes of a stack, such as TYX, where the file does not say them; a stack comes back whole.
trained: the .safetensors file of a training, in place of weights."""
CHECK = """Says what pairs of noisy pictures are, what the pair doctor finds, and how fast a training would be.

pairs: one {sets} file or TIFF stack, or two and more pictures. axes: letters for the axes of a stack, such as TYX.
align, match_exposure: lay the shots of a scene on one another, or make them equally bright, before. Returns data,
speed, and a verdict for each check: its level (green, amber, red), value, unit, and argument, the parameter that mends
it."""
SCORE = """Scores what any programs made of the first of two noisy shots, by the second one, which they have not seen.

first, second: the shots, of the same thing. results: made of the first shot, one file each. clean: the clean picture,
if there is one; adds the true PSNR. weights: the name of shipped weights that stand beside, automatic, or empty.
baselines: classical filters too. align: lay results, and the second shot, where the first one lies. match_range: bring
results of another depth or range to that of the shots. axes: letters for the axes of a stack, such as TYX. Returns
results in their order, each with its estimate, interval, gain, lead over the next, losses, detail and a sentence, or
with a code and the problem; and in worth what the pair doctor finds amiss with the shots."""
TRAIN = """Trains on pairs of noisy pictures. Streams its progress, and at last the weights as a .safetensors file.

pairs: as for /check: two shots and more, or one picture, which is learnt from by its own pixels. seconds: how long to
train. recipe: fast, or report, the course report's to the letter. width: of the net, a multiple of 3; 24 is Table I.
start: the name of shipped weights to start from, or empty. seed: of all random numbers. axes: letters for the axes of a
stack, such as TYX. align, match_exposure: lay the shots of a scene on one another, or make them equally bright, before.
Returns steps, seconds, loss and more, and psnr of the hold-out in dB where there is one."""
RecipeName = Literal["fast", "report"]
MOST = 1e15  # size of a number from a program


def add(denoisings: Denoisings, trainings: Trainings, inspections: Inspections, scores: Scores) -> None:
    """Adds the endpoints. Call it inside the gr.Blocks."""
    check = CHECK.format(sets=formats.either(formats.sets()))
    _add(_denoise(denoisings), "denoise", DENOISE, "denoising")
    _add(_check(inspections), "check", check, "checks")
    _add(_score(scores), "score", SCORE, "checks")
    _add(_train(trainings), "train", TRAIN, "training")


def _add(handler: Callable[..., object], name: str, description: str, concurrency_id: str) -> None:
    add_endpoint(
        handler,
        api_name=name,
        api_description=description,
        concurrency_id=concurrency_id,
        concurrency_limit=settings.limits().queue,
    )


def _denoise(denoisings: Denoisings) -> Callable[..., Awaitable[tuple[gr.FileData, dict[str, Any]]]]:
    async def denoise(
        request: gr.Request,
        picture: gr.FileData,
        weights: str = AUTOMATIC,
        clean: gr.FileData | None = None,
        strength: float = 1.0,
        ensemble: bool = False,
        axes: str = "",
        trained: gr.FileData | None = None,
    ) -> tuple[gr.FileData, dict[str, Any]]:
        own = Path(files("trained", trained)[0]) if trained else None
        options = Options(TRAINED if own else str(weights), own, number(strength, "strength"), bool(ensemble))
        order = Order(
            files("picture", picture),
            cleans=files("clean", clean) if clean else (),
            options=options,
            view=view(1, axes),
        )
        outcome = await denoisings.denoise(owner(request), order, keeper(request))
        figures = dict(zip(COLUMNS, outcome.table[0])) | {"notes": outcome.notes}
        return gr.FileData(path=str(outcome.files[0])), figures

    return denoise


def _check(inspections: Inspections) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def check(
        request: gr.Request,
        pairs: list[gr.FileData],
        axes: str = "",
        align: bool = False,
        match_exposure: bool = False,
    ) -> dict[str, Any]:
        letters = view(1, axes).axes
        remedies = Remedies(align=bool(align), match_exposure=bool(match_exposure))
        found = inspections.inspect(owner(request), files("pairs", pairs), letters, remedies)
        async with aclosing(found) as steps:
            findings = [step async for step in steps][-1]
        return {
            "data": asdict(findings.description) if findings.description else None,
            "verdicts": [asdict(verdict) | {"argument": argument(verdict.remedy)} for verdict in findings.verdicts],
            "speed": asdict(findings.speed) if findings.speed else None,
        }

    return check


def _score(scores: Scores) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def score(
        request: gr.Request,
        first: gr.FileData,
        second: gr.FileData,
        results: list[gr.FileData],
        clean: gr.FileData | None = None,
        weights: str = "",
        baselines: bool = False,
        align: bool = False,
        match_range: bool = False,
        axes: str = "",
    ) -> dict[str, Any]:
        contest = Contest(
            files("first", first)[0],
            files("second", second)[0],
            results=files("results", results) if results else (),
            clean=files("clean", clean)[0] if clean else None,
            weights=str(weights or ""),
            baselines=bool(baselines),
            mending=Mending(bool(align), bool(match_range)),
            axes=view(1, axes).axes,
        )
        return await scores.score(owner(request), contest)

    return score


def _train(trainings: Trainings) -> Callable[..., AsyncGenerator[tuple[dict[str, Any], gr.FileData | None], None]]:
    async def train(
        request: gr.Request,
        pairs: list[gr.FileData],
        seconds: float = 60.0,
        recipe: RecipeName = "fast",
        width: int = 24,
        start: str = "",
        seed: int = 0,
        axes: str = "",
        align: bool = False,
        match_exposure: bool = False,
    ) -> AsyncGenerator[tuple[dict[str, Any], gr.FileData | None], None]:
        training_settings = make_settings(
            number(seconds, "seconds"),
            str(recipe),
            width=int(number(width, "width")),
            start=str(start) if start else None,
            seed=int(number(seed, "seed")),
            axes=view(1, axes).axes,
            remedies=Remedies(align=bool(align), match_exposure=bool(match_exposure)),
        )
        training = await trainings.begin(owner(request), files("pairs", pairs), training_settings)
        try:
            async with aclosing(trainings.watch(keeper(request), training)) as steps:
                async for step in steps:
                    yield asdict(step.job.waiting) if step.job.waiting else _progress(step.run), None
        finally:
            training.stop()
        yield _progress(training.run), gr.FileData(path=str(training.run.weights))

    return train


def files(name: str, value: object) -> tuple[str, ...]:
    """The paths of uploads: of one file, or of a list of files. Raises ValueError."""
    several = value if isinstance(value, list) else [value]
    paths = [file.get("path") if isinstance(file, dict) else getattr(file, "path", None) for file in several]
    if not paths or not all(isinstance(path, str) for path in paths):
        raise ValueError(f"{name} is missing, or no uploaded file; with gradio_client: handle_file('shot.png')")
    return tuple(str(intake.admit(path, settings.folder())) for path in paths)


def number(value: object, name: str) -> float:
    """A number that a program sent. Raises ValueError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        raise ValueError(f"{name} is '{str(value)[:40]}'; allowed: a number")
    return float(value)


def owner(request: gr.Request) -> str:
    """Whose turn a request takes: an agent's, or a session's. Raises ValueError."""
    return agent_of(request) or session_of(request)


def keeper(request: gr.Request) -> str:
    """Whose files a request makes: a session's, or its own where it comes from an agent, whom several may share an
    address with. Raises ValueError.
    """
    return secrets.token_urlsafe(16) if agent_of(request) else session_of(request)


def argument(remedy: str) -> str:
    """The parameter of /check and /train for an option: '--match-exposure' → 'match_exposure'."""
    return remedy.removeprefix("--").replace("-", "_")


def _progress(run: Run) -> dict[str, Any]:
    """How far a training is: its latest step; when it is over, also the PSNRs of the hold-out."""
    if run.progress is None:
        return {}
    facts = {name: value for name, value in asdict(run.progress).items() if name != "validation"}
    return facts | {"psnr": run.result.header.psnr if run.result else None}

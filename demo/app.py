"""The app: its tabs in order. A Space runs this very file."""

import runpy
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":  # run as a file it is `python -m demo`: job processes would run a plain script again
    sys.path.insert(0, str(ROOT))
    runpy.run_module("demo", run_name="__main__", alter_sys=True)
    sys.exit()

import gradio as gr

from . import (
    about_tab,
    api,
    denoise_tab,
    denoising,
    disk,
    environment,
    gpu,
    head,
    lab_tab,
    noises,
    opening,
    samples,
    settings,
    train_tab,
)
from .denoisings import Denoisings
from .disk import Disk
from .inspections import Inspections
from .lab_runs import Lab
from .line import Line
from .settings import Access
from .trainings import Trainings
from .visits import Visits
from .walls import Walled

TITLE = "Noise2Noise"
SENTENCE = "Learn to remove noise from pairs of noisy pictures. No clean picture is ever needed."
HEADER = f"""
<header class="n2n-header">
<h1>{TITLE}</h1>
<p>{SENTENCE}</p>
</header>
"""


@dataclass(frozen=True)
class App:
    """The page, and what the server beneath it has to know of its work."""

    blocks: gr.Blocks
    access: Access
    denoisings: Denoisings
    disk: Disk


def build(access: Access | None = None) -> App:
    """The whole app, its first result computed."""
    environment.prepare()
    access = access or Access()
    visits, space = Visits(settings.folder()), Disk(settings.folder())
    first = _first(visits)
    head.previewed(TITLE, SENTENCE, Path(shutil.copy(head.PICTURE, visits.shared("preview"))))
    line = Line(settings.limits().jobs, settings.limits().queue, settings.limits().each_jobs)
    quick = Line(settings.limits().checks, settings.limits().queue, settings.limits().each_jobs)
    denoisings, trainings, inspections = Denoisings(visits), Trainings(visits, line), Inspections(visits, quick)

    def leave(request: gr.Request) -> None:
        visits.leave(request.session_hash)

    with Walled(title=TITLE, analytics_enabled=False) as blocks:
        gr.HTML(HEADER)
        with gr.Tabs() as tabs:
            with gr.Tab("Denoise", id="denoise"):
                first_tab = denoise_tab.build(denoisings, trainings, first)
            with gr.Tab("Train", id="train"):
                train_tab.build(trainings, inspections, blocks, tabs, first_tab)
            with gr.Tab("Lab", id="lab"):
                lab_tab.build(Lab(visits, line, quick), access, blocks, tabs)
            with gr.Tab("About", id="about"):
                about_tab.build(inspections.speed)
        api.add(denoisings, trainings, inspections)
        blocks.load(None, None, None, js=denoise_tab.ENTER)
        blocks.unload(leave)
    blocks.queue(max_size=settings.limits().queue, api_open=False)
    disk.from_time_to_time(visits.sweep, space.sweep)
    return App(blocks, access, denoisings, space)


def _first(visits: Visits) -> denoising.Outcome:
    """What the first screen shows before anything is clicked; it belongs to no visitor, and stays."""
    sample = samples.SAMPLES[samples.FIRST]
    noise = noises.noise(noises.FIRST, noises.OFFERS[noises.FIRST].value)
    cases = opening.with_noise([(sample.file, samples.read(samples.FIRST))], noise, 0)
    folder = visits.shared("first")
    shutil.rmtree(folder)  # of the server before this one
    folder.mkdir()
    return denoising.denoise(cases, noise, denoising.Options(), folder, gpu.device())

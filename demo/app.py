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

from . import api, environment, settings
from .content import emblems, noises, recording, samples
from .jobs.engine import Places
from .jobs.line import Line
from .jobs.workers import Workers
from .server import disk, gpu
from .server.checked_blocks import CheckedBlocks
from .server.disk import Disk
from .server.visitor_folders import VisitorFolders
from .service.denoise import Denoisings
from .service.inspections import Inspections
from .service.scores import Scores
from .service.session import session_of
from .service.trainings import Trainings
from .settings import Access
from .tabs import about, denoise, idea, lab, score, train
from .tabs.lab_visitors import Lab
from .widgets import page_head, scripts
from .widgets.page_head import Preview
from .work import inputs
from .work.denoise import Options, Outcome
from .work.denoise import denoise as denoise_cases

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
    """The page, and the parts of it that the server has to know."""

    blocks: gr.Blocks
    access: Access
    denoisings: Denoisings
    disk: Disk
    places: Places


def build(access: Access | None = None) -> App:
    """The whole app, its first result computed."""
    environment.prepare()
    access = access or Access()
    folders, space = VisitorFolders(settings.folder()), Disk(settings.folder())
    first = _first(folders)
    card = Path(shutil.copy(emblems.CARD, folders.shared("preview")))
    words = f"{emblems.CLAIM} {emblems.told_shortly(recording.read())}"
    page_head.set_head(Preview(TITLE, SENTENCE, card, emblems.CARD_SIZE, words))
    places, waiting = Places(), (settings.limits().queue, settings.limits().visitor_jobs)
    line, quick = Line(places.jobs, *waiting, share=0.75), Line(places.checks, *waiting, share=0.125)
    workers = Workers(settings.limits().job_bytes)  # for all that is quick: a new one takes seconds to start
    denoisings, trainings = Denoisings(folders, workers), Trainings(folders, line)
    inspections, scores = Inspections(folders, quick), Scores(folders, quick)

    def leave(request: gr.Request) -> None:
        folders.leave(session_of(request))

    with CheckedBlocks(title=TITLE, analytics_enabled=False) as blocks:
        gr.HTML(HEADER)
        with gr.Tabs() as tabs:
            with _tab("Denoise"):
                told = idea.build()
                first_tab = denoise.build(denoisings, trainings, first, blocks)
            with _tab("Train"):
                train.build(trainings, inspections, blocks, tabs, first_tab, told, access)
            with _tab("Score"):
                score.build(scores)
            with _tab("Lab"):
                lab.build(Lab(folders, line, quick, workers), access, blocks, tabs)
            with _tab("About"):
                about.build(inspections.speed)
        api.add(denoisings, trainings, inspections, scores)
        blocks.load(None, None, None, js=scripts.call("number_fields", "actOnEnter"))
        blocks.unload(leave)
    blocks.queue(max_size=settings.limits().queue, api_open=False)
    disk.repeat_in_background(folders.sweep, space.sweep)
    return App(blocks, access, denoisings, space, places)


def _tab(label: str) -> gr.Tab:
    """A tab that the page's address names while it is chosen."""
    tab = gr.Tab(label, id=label.lower())
    tab.select(None, None, None, js=f"() => ({scripts.call('address', 'keepTab')})('{tab.id}')")
    return tab


def _first(folders: VisitorFolders) -> Outcome:
    """The result on the first screen before anything is clicked; it belongs to no visitor, and stays."""
    sample = samples.SAMPLES[samples.FIRST]
    noise = noises.create(noises.FIRST, noises.SLIDERS[noises.FIRST].value)
    cases = inputs.with_noise([(sample.file.name, samples.read(samples.FIRST))], noise, 0)
    folder = folders.shared("first")
    shutil.rmtree(folder)  # left by an earlier server
    folder.mkdir()
    return denoise_cases(cases, noise, Options(), folder, gpu.device())

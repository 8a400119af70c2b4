"""The app: its tabs in order, and how it is served. A Space runs this very file."""

import runpy
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":  # run as a file it is `python -m demo`: job processes would run a plain script again
    sys.path.insert(0, str(ROOT))
    runpy.run_module("demo", run_name="__main__", alter_sys=True)
    sys.exit()

import gradio as gr

from . import about_tab, api, denoise_tab, denoising, jobs, lab_tab, noises, runs, samples, settings, train_tab
from .theme import CSS, theme
from .visits import Visits

TITLE = "Noise2Noise"
HEADER = """
<header class="n2n-header">
<h1>Noise2Noise</h1>
<p>Learn to remove noise from pairs of noisy pictures. No clean picture is ever needed.</p>
</header>
"""


def build() -> gr.Blocks:
    """The whole app, its first result computed."""
    visits = Visits()
    visits.sweep_from_time_to_time()
    first = _first(visits)
    line = jobs.Line(settings.JOBS, settings.QUEUE)

    def leave(request: gr.Request) -> None:
        visits.leave(request.session_hash)

    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=settings.CACHE) as blocks:
        gr.HTML(HEADER)
        with gr.Tabs() as tabs:
            with gr.Tab("Denoise", id="denoise"):
                first_tab = denoise_tab.build(visits, first)
            with gr.Tab("Train", id="train"):
                train_tab.build(visits, line, tabs, first_tab)
            with gr.Tab("Lab", id="lab"):
                lab_tab.build(visits, line, blocks, tabs)
            with gr.Tab("About", id="about"):
                about_tab.build(runs.speed)
        api.add(visits, line)
        blocks.unload(leave)
    blocks.queue(max_size=settings.QUEUE)
    return blocks


def _first(visits: Visits) -> denoising.Outcome:
    """What the first screen shows before anything is clicked; it belongs to no visitor, and stays."""
    sample = samples.SAMPLES[samples.FIRST]
    noise = noises.noise(noises.FIRST, noises.OFFERS[noises.FIRST].value)
    cases = denoising.with_noise([(sample.file, samples.read(samples.FIRST))], noise, 0)
    folder = visits.shared("first")
    shutil.rmtree(folder)  # of the server before this one
    folder.mkdir()
    return denoising.denoise(cases, noises.FIRST, denoising.Options(), folder)


def serve(blocks: gr.Blocks, host: str, port: int, in_browser: bool = False) -> None:
    """Serves until Ctrl-C. Raises OSError where the port cannot be used."""
    jobs.warm_up()
    blocks.launch(
        server_name=host,
        server_port=port,
        inbrowser=in_browser,
        theme=theme(),
        css=CSS,
        max_file_size=settings.UPLOAD_BYTES,
        max_threads=settings.THREADS,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=True,
    )


demo = build()

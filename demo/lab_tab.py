"""The lab: one experiment at a time, each a question, a few controls, and a screen that answers it."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import NamedTuple

import gradio as gr

from . import jobs, panels, runs, settings, watching
from .lab.experiment import Amount, Control, Experiment, Screen
from .lab.experiments import EXPERIMENTS, FIRST
from .markup import error, notes, verdicts
from .runs import PROBLEMS, Waiting
from .visits import Visits
from .watching import NO_ROWS

QUICK = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


class Page(NamedTuple):
    """What shows an experiment: the components; and, in a handler, their values."""

    headline: object
    figure: object
    pictures: object
    notes: object
    run: object
    stop: object


def build(visits: Visits, line: jobs.Line) -> None:
    """Lays out the tab and ties its events. Call it inside a gr.Tab. Trainings take their turn in `line`."""
    chosen = gr.Radio(
        [(experiment.title, key) for key, experiment in EXPERIMENTS.items()],
        value=FIRST,
        show_label=False,
        label="Experiment",
        elem_id="experiment",
        elem_classes="n2n-experiments",
    )
    words = gr.HTML(_words(EXPERIMENTS[FIRST]), elem_id="question")
    with gr.Row(elem_classes="n2n-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            groups, controls = {}, {}
            for key, experiment in EXPERIMENTS.items():
                with gr.Group(visible=key == FIRST) as groups[key]:
                    controls[key] = [_component(key, control, experiment) for control in experiment.controls]
            run = gr.Button("Run", variant="primary", elem_id="lab-run")
            stop = gr.Button("Stop", interactive=False, elem_id="lab-stop")
        with gr.Column(elem_classes="n2n-results", min_width=320):
            page = Page(
                headline=gr.HTML("", elem_id="answer"),
                figure=gr.HTML("", elem_id="figure"),
                pictures=panels.component(NO_ROWS, compact=True, elem_id="lab-pictures"),
                notes=gr.HTML("", elem_id="lab-notes"),
                run=run,
                stop=stop,
            )
    _tie(visits, line, chosen, words, groups, controls, page)


def _words(experiment: Experiment) -> str:
    return f'<h2 class="n2n-question">{experiment.question}</h2>{notes([experiment.words])}'


def _component(key: str, control: Control, experiment: Experiment) -> gr.components.Component:
    """The control as people see it."""
    common = {
        "label": control.label,
        "info": control.info or None,
        "elem_id": f"{key}-{control.name}",
        "visible": not (experiment.answers and control.name == "answer"),
    }
    if isinstance(control, Amount):
        return gr.Slider(control.low, control.high, control.value, step=control.step, **common)
    kind = gr.Radio if len(control.options) <= 4 else gr.Dropdown
    return kind(list(control.options), value=control.value, **common)


def _tie(
    visits: Visits,
    line: jobs.Line,
    chosen: gr.Radio,
    words: gr.HTML,
    groups: dict[str, gr.Group],
    controls: dict[str, list],
    page: Page,
) -> None:
    running: dict[str, jobs.Job] = {}  # by session, while it lasts
    quick = jobs.Line(settings.CHECKS, settings.QUEUE)  # of experiments that train nothing

    async def run(request: gr.Request, key: str, *values: object) -> AsyncIterator[Page]:
        experiment, given = EXPERIMENTS[key], iter(values)
        by_experiment = {each: [next(given) for _ in controls[each]] for each in controls}
        names = [control.name for control in experiment.controls]
        asked, wrong = experiment.read(dict(zip(names, by_experiment[key])))
        if wrong:
            yield failed(ValueError("; ".join(wrong)))
            return
        session = request.session_hash
        folder = visits.fresh(session, "lab")
        yield _page(run=gr.Button(interactive=False), stop=gr.Button(interactive=True))

        def begin() -> jobs.Job:
            limits = {"seconds": experiment.longest(asked), "memory": settings.JOB_BYTES}
            return jobs.Job(experiment.work, folder, asked, **limits)

        turns = line if experiment.trains else quick
        try:
            steps = runs.in_turn(turns, running, session, experiment.longest(asked), begin)
            async with aclosing(steps):
                async for step in steps:
                    if isinstance(step, Waiting):
                        yield _page(headline=watching.in_line(step))
                    elif step:
                        yield shown(step[-1])
            yield _page(run=gr.Button(interactive=True), stop=gr.Button(interactive=False))
        except PROBLEMS as problem:
            yield failed(problem)

    def choose(request: gr.Request, key: str) -> tuple:
        if job := running.get(request.session_hash):
            job.stop()
        visible = [gr.Group(visible=each == key) for each in groups]
        return _words(EXPERIMENTS[key]), *visible, *_page(headline="", figure="", pictures=NO_ROWS, notes="")

    def stop(request: gr.Request) -> None:
        if job := running.get(request.session_hash):
            job.stop()

    inputs = [chosen, *(component for group in controls.values() for component in group)]
    limits = {"concurrency_id": "lab", "concurrency_limit": settings.QUEUE, "show_progress": "hidden"}
    page.run.click(run, inputs, list(page), api_visibility="private", **limits)
    page.stop.click(stop, **QUICK)
    chosen.input(choose, chosen, [words, *groups.values(), *page], **QUICK)


def _page(**changes: object) -> Page:
    """Values for the page: what is given changes, everything else stays as it is."""
    return Page(**(dict.fromkeys(Page._fields, gr.skip()) | changes))


def shown(screen: Screen) -> Page:
    """A moment of an experiment on the page."""
    bar = ""
    if screen.share is not None:
        bar = f'<progress aria-label="Experiment" max="1" value="{screen.share:.3f}"></progress>'
    return _page(
        headline=f'{bar}<p class="n2n-answer" role="status">{screen.headline}</p>',
        figure=f'<div class="n2n-curves"><div>{screen.figure}</div></div>' if screen.figure else "",
        pictures=watching.rows(screen.rows),
        notes=notes(screen.notes) + verdicts(screen.verdicts),
    )


def failed(problem: Exception) -> Page:
    """When something went wrong."""
    return _page(headline=error(problem), run=gr.Button(interactive=True), stop=gr.Button(interactive=False))

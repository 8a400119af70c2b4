"""The lab's components: where each stands, and which belong together."""

import html
from typing import Any, NamedTuple

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from ..lab import lessons
from ..lab.experiment import Amount, Control, Experiment
from ..lab.experiments import EXPERIMENTS, FIRST
from ..widgets import live_region, panels
from ..widgets.html import notes
from ..widgets.named_components import Given
from . import lesson_link
from .lab_view import Page
from .train_view import NO_ROWS

TICK = 2.0  # seconds between two looks for a room's answers


class Layout(NamedTuple):
    """The components of the tab; the dictionaries are by experiment."""

    chosen: gr.Radio
    told: gr.HTML  # what was wrong with a lesson's link
    words: gr.HTML
    folded: gr.Accordion  # around the controls
    groups: dict[str, gr.Group]
    controls: dict[str, dict[str, Component]]  # and by name
    projector: gr.Checkbox
    panel: lesson_link.Panel
    rows: dict[str, gr.Row]  # of the buttons for answers
    answers: dict[str, dict[str, gr.Button]]  # and by answer
    page: Page
    tally: gr.HTML  # what a room has answered
    timer: gr.Timer  # looks for its answers
    teacher: gr.State  # whether it is the teacher, who goes first
    seen: gr.State  # experiment and values of what is on the screen

    def every(self) -> list[Component]:
        """All controls of all experiments."""
        return [component for named in self.controls.values() for component in named.values()]

    def read(self, key: str, given: Given) -> dict[str, object]:
        """What is set for one experiment, by name."""
        return {name: given[component] for name, component in self.controls[key].items()}

    def of_experiment(self) -> list[Block]:
        """All that differs from one experiment to another."""
        panel = self.panel
        hidden = panel.hide, panel.link, panel.code
        shown = *self.groups.values(), *self.rows.values(), *self.page
        return [self.words, self.told, self.tally, *hidden, *shown]


def lay_out() -> Layout:
    """Makes all of them. Call it inside a gr.Tab."""
    chosen = gr.Radio(
        [(f"{place} {each.title}", key) for place, (key, each) in enumerate(EXPERIMENTS.items(), 1)],
        value=FIRST,
        show_label=False,
        label="Experiment",
        elem_id="experiment",
        elem_classes="n2n-experiments",
    )
    told = live_region.component(elem_id="lesson-notes")
    with gr.Row(elem_classes="n2n-columns", elem_id="lab-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            with gr.Accordion("Controls", open=True, elem_id="lab-controls") as folded:
                groups, controls = _controls()
            with gr.Row(elem_id="lab-buttons"):
                run = gr.Button("Run", variant="primary", min_width=80, elem_id="lab-run")
                stop = gr.Button("Stop", interactive=False, min_width=80, elem_id="lab-stop")
            projector = gr.Checkbox(False, label="Large, for a projector", elem_id="projector")
            panel = lesson_link.build(offered(FIRST))
        with gr.Column(elem_classes="n2n-results", min_width=320):
            words = gr.HTML(question(EXPERIMENTS[FIRST]), elem_id="question")
            headline = live_region.component(elem_id="answer")
            rows, answers = _answers()
            tally = live_region.component(elem_id="lab-tally")
            page = Page(
                headline=headline,
                figure=gr.HTML("", elem_id="figure"),
                pictures=panels.component(NO_ROWS, compact=True, elem_id="lab-pictures"),
                notes=gr.HTML("", elem_id="lab-notes"),
                run=run,
                stop=stop,
            )
    return Layout(
        chosen=chosen,
        told=told,
        words=words,
        folded=folded,
        groups=groups,
        controls=controls,
        projector=projector,
        panel=panel,
        rows=rows,
        answers=answers,
        page=page,
        tally=tally,
        timer=gr.Timer(TICK, active=False),
        teacher=gr.State(False),
        seen=gr.State(None),
    )


def question(experiment: Experiment) -> str:
    """The words that stay on the page."""
    return f'<h2 class="n2n-question">{html.escape(experiment.question)}</h2>{notes([experiment.words])}'


def offered(key: str) -> list[tuple[str, str]]:
    """(words, name) of the controls that can be hidden from students."""
    return [(control.label, control.name) for control in lessons.settable(EXPERIMENTS[key])]


def _controls() -> tuple[dict[str, gr.Group], dict[str, dict[str, Component]]]:
    groups, controls = {}, {}
    for key, experiment in EXPERIMENTS.items():
        with gr.Group(visible=key == FIRST) as groups[key]:
            controls[key] = {each.name: _component(key, each) for each in lessons.settable(experiment)}
    return groups, controls


def _component(key: str, control: Control) -> Component:
    """The control as people see it."""
    common: dict[str, Any] = {"label": control.label, "info": control.info or None, "elem_id": f"{key}-{control.name}"}
    if isinstance(control, Amount):
        return gr.Slider(control.low, control.high, control.value, step=control.step, **common)
    kind = gr.Radio if len(control.options) <= 4 else gr.Dropdown
    return kind(list(control.options), value=control.value, **common)


def _answers() -> tuple[dict[str, gr.Row], dict[str, dict[str, gr.Button]]]:
    """A row of buttons for each experiment that asks people something."""
    rows, answers = {}, {}
    for key, experiment in EXPERIMENTS.items():
        if experiment.answers:
            with gr.Row(visible=key == FIRST, elem_classes="n2n-answers") as rows[key]:
                answers[key] = {
                    value: gr.Button(words, min_width=80, elem_id=f"{key}-answer-{value}")
                    for words, value in experiment.answers
                }
    return rows, answers

"""The layout of the lab: its components, and which belong together."""

import html
from typing import Any, NamedTuple

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from ..lab import lessons, recordings
from ..lab.experiment import Amount, Control, Experiment
from ..lab.experiments import EXPERIMENTS, FIRST
from ..widgets.html import notes
from ..widgets.live_region import make_live_region
from ..widgets.named_components import Inputs
from ..widgets.unet import make_unet
from ..widgets.viewer import make_viewer
from . import lab_view, lesson_link
from .lab_view import ExperimentOutputs
from .lesson_link import LinkPanel

QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
THINK = "What do you think?"
TICK = 2.0  # seconds after which a room's answers are counted again


class Layout(NamedTuple):
    """The components of the tab; the dictionaries are by experiment."""

    chosen: gr.Radio
    link_notes: gr.HTML  # what is wrong with the lesson's link, and its room
    question: gr.HTML
    folded: gr.Accordion  # around the controls
    groups: dict[str, gr.Group]
    controls: dict[str, dict[str, Component]]  # and by name
    buttons: gr.Row  # Run and Stop
    projector: gr.Checkbox
    link_panel: LinkPanel
    poll: gr.Radio  # what people think before they see it
    voter: gr.Textbox  # names the browser; invisible
    answer_rows: dict[str, gr.Row]  # around the buttons for answers
    answers: dict[str, dict[str, gr.Button]]  # and by answer
    outputs: ExperimentOutputs
    tally: gr.HTML  # the answers of a room
    timer: gr.Timer  # asks for these answers
    is_teacher: gr.State  # who goes before all who wait
    case: gr.State  # the experiment on the screen, and its values where it is answered by eye; None at first

    def all_controls(self) -> list[Component]:
        """All controls of all experiments."""
        return [component for named in self.controls.values() for component in named.values()]

    def read(self, key: str, inputs: Inputs) -> dict[str, object]:
        """The values of the controls of one experiment, by name."""
        return {name: inputs[component] for name, component in self.controls[key].items()}

    def of_experiment(self) -> list[Block]:
        """All components that differ from one experiment to another."""
        link = self.link_panel.hide, self.link_panel.link, self.link_panel.code
        switched = self.buttons, *self.groups.values(), *self.answer_rows.values(), *self.outputs
        return [self.question, self.link_notes, self.poll, self.tally, self.case, *link, *switched]


def lay_out() -> Layout:
    """Makes all components. Call it inside a gr.Tab."""
    chosen = gr.Radio(
        [(f"{place} {experiment.title}", key) for place, (key, experiment) in enumerate(EXPERIMENTS.items(), 1)],
        value=FIRST,
        show_label=False,
        label="Experiment",
        elem_id="experiment",
        elem_classes="n2n-experiments",
    )
    link_notes = make_live_region(elem_id="lesson-notes")
    with gr.Row(elem_classes="n2n-columns", elem_id="lab-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            with gr.Accordion("Controls", open=True, elem_id="lab-controls") as folded:
                groups, controls = _controls()
            projector = gr.Checkbox(False, label="Large, for a projector", elem_id="projector")
            link_panel = lesson_link.build(hideable(FIRST))
        with gr.Column(elem_classes="n2n-results", min_width=320):
            results, shown = _results()
    opening = lab_view.opening(EXPERIMENTS[FIRST])
    outputs = ExperimentOutputs(
        pictures=make_viewer(opening.pictures, elem_id="lab-pictures"),  # below all others
        notes=gr.HTML("", elem_id="lab-notes"),
        **shown,
    )
    outputs.headline.value = opening.headline
    return Layout(
        chosen=chosen,
        link_notes=link_notes,
        folded=folded,
        groups=groups,
        controls=controls,
        projector=projector,
        link_panel=link_panel,
        voter=gr.Textbox("", visible="hidden", container=False),
        outputs=outputs,
        timer=gr.Timer(TICK, active=False),
        is_teacher=gr.State(False),
        case=gr.State(None),
        **results,
    )


def _results() -> tuple[dict[str, Any], dict[str, Any]]:
    """The question, what people think, and what starts a run; and the components that show the run, beside these."""
    question = gr.HTML(question_html(EXPERIMENTS[FIRST]), elem_id="question")
    poll = gr.Radio(poll_of(FIRST), label=THINK, elem_id="lab-poll")
    answer_rows, answers = _answers()
    tally = make_live_region(elem_id="lab-tally")
    with gr.Row(elem_id="lab-buttons") as buttons:
        run = gr.Button("Run it live", variant="primary", min_width=80, elem_id="lab-run")
        there = recordings.read(FIRST) is not None
        replay = gr.Button("Replay", visible=there, min_width=80, elem_id="lab-replay")
        stop = gr.Button("Stop", interactive=False, min_width=80, elem_id="lab-stop")
    headline = make_live_region(elem_id="answer")
    figure, net = gr.HTML("", elem_id="figure"), make_unet(elem_id="lab-net")
    shown = {"headline": headline, "figure": figure, "net": net, "run": run, "replay": replay, "stop": stop}
    asked = {"question": question, "poll": poll, "answer_rows": answer_rows, "answers": answers, "tally": tally}
    return asked | {"buttons": buttons}, shown


def question_html(experiment: Experiment) -> str:
    """The question of an experiment and its introduction, which stay on the page."""
    return f'<h2 class="n2n-question">{html.escape(experiment.question)}</h2>{notes([experiment.words])}'


def poll_of(key: str) -> list[tuple[str, str]]:
    """(words, value) of what people may think; none where they answer by buttons of their own."""
    return [] if EXPERIMENTS[key].answers else list(EXPERIMENTS[key].poll)


def hideable(key: str) -> list[tuple[str, str]]:
    """(words, name) of the controls that can be hidden from students."""
    return [(control.label, control.name) for control in lessons.settable(EXPERIMENTS[key])]


def _controls() -> tuple[dict[str, gr.Group], dict[str, dict[str, Component]]]:
    groups: dict[str, gr.Group] = {}
    controls: dict[str, dict[str, Component]] = {}
    for key, experiment in EXPERIMENTS.items():
        with gr.Group(visible=key == FIRST) as groups[key]:
            controls[key] = {control.name: _make_control(key, control) for control in lessons.settable(experiment)}
    return groups, controls


def _make_control(key: str, control: Control) -> Component:
    """The component for a control of an experiment."""
    common: dict[str, Any] = {"label": control.label, "info": control.info or None, "elem_id": f"{key}-{control.name}"}
    if isinstance(control, Amount):
        return gr.Slider(control.low, control.high, control.value, step=control.step, **common)
    kind = gr.Radio if len(control.options) <= 4 else gr.Dropdown
    return kind(list(control.options), value=control.value, **common)


def _answers() -> tuple[dict[str, gr.Row], dict[str, dict[str, gr.Button]]]:
    """A row of buttons for each experiment that has a question for people."""
    rows: dict[str, gr.Row] = {}
    answers: dict[str, dict[str, gr.Button]] = {}
    for key, experiment in EXPERIMENTS.items():
        if experiment.answers:
            with gr.Row(visible=key == FIRST, elem_classes="n2n-answers") as rows[key]:
                answers[key] = {
                    value: gr.Button(words, min_width=80, elem_id=f"{key}-answer-{value}")
                    for words, value in experiment.answers
                }
    return rows, answers

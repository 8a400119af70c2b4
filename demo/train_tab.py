"""The second tab: train on one's own noisy pairs, and watch it learn."""

import gradio as gr

from n2n import formats, weights
from n2n.recipe import FINE, FRESH, LOSSES, RECIPES

from . import gathering, gpu, panels, settings, spoken, train_events, watching
from .asked import Controls
from .markup import notes
from .train_events import NOTHING, QUICK, SCRATCH, WHAT_FITS, Choices, Desk
from .watching import NO_ROWS, Page

PAIRS = f"pictures, a TIFF stack, {formats.either(formats.sets())}"
ON_CPU = "Trainings run on this host's CPU cores; the GPU that it lends for a minute at a time is used for denoising."


def build(desk: Desk, blocks: gr.Blocks, tabs: gr.Tabs, first_tab: tuple[Controls, dict[str, object]]) -> None:
    """Lays out the tab and ties its events. Call it inside a gr.Tab."""
    data = gr.State(())
    with gr.Row(elem_classes="n2n-columns"):
        with gr.Column(elem_classes="n2n-controls", min_width=280):
            files = gr.File(
                label=f"Two noisy shots of the same thing, or many: {PAIRS}",
                file_count="multiple",
                height=130,
                elem_id="pairs",
            )
            with gr.Row():
                sample = gr.Button("Try it with sample pairs", size="sm", elem_id="sample")
                archive = str(gathering.sample_archive(desk.visits.shared("pairs")))
                gr.DownloadButton("See what pairs look like", archive, size="sm", elem_id="archive")
            choices = _choices()
            train = gr.Button("Train", variant="primary", interactive=False, elem_id="train")
            with gr.Row():
                stop = gr.Button("Stop", interactive=False, min_width=80, elem_id="stop")
                go_on = gr.Button("Continue", interactive=False, min_width=80, elem_id="continue")
        with gr.Column(elem_classes="n2n-results", min_width=320):
            with gr.Accordion("Your pairs", elem_id="seen") as seen:
                looked = spoken.component(notes([NOTHING, *([ON_CPU] if gpu.LENT else [])]), elem_id="looked")
                strip = panels.component(NO_ROWS, compact=True, elem_id="strip-of-pairs")
            page = _page(seen, train, stop, go_on)
    train_events.tie_data(desk, files, sample, [data, looked, strip, seen, train])
    train_events.tie_training(desk, data, choices, page)
    train_events.tie_address(desk, blocks, tabs, page)
    train_events.tie_use(tabs, page, *first_tab)


def _choices() -> Choices:
    budgets = [(f"{seconds} s", seconds) for seconds in settings.BUDGETS]
    fast = RECIPES["fast"]
    budget = gr.Radio(budgets, value=settings.BUDGETS[1], label="Train for", elem_id="budget")
    with gr.Accordion("Everything else", open=False):
        recipe = gr.Dropdown(
            [("fast", "fast"), ("the course report's, to the letter", "report")], value="fast", label="Recipe"
        )
        loss = gr.Radio(
            list(LOSSES),
            value=fast.loss,
            label="Loss",
            info="l2 learns the mean of the targets, l1 the median, l0 the mode",
        )
        width = gr.Dropdown([12, 24, 48], value=24, label="Width of the net", info="24 is Table I, 48 the paper's")
        learning_rate = gr.Number(
            fast.learning_rate or 0,
            label="Learning rate",
            info=f"0: {FRESH:g}, or {FINE:g} where the weights learnt before",
            minimum=0,
            maximum=0.1,
            step=1e-4,
        )
        batch_size = gr.Number(
            fast.batch_size or 0,
            label="Pairs in a batch",
            info="0: what suits the crops",
            precision=0,
            minimum=0,
            maximum=256,
        )
        crop = gr.Dropdown([WHAT_FITS, "32", "64", "96", "128"], value=WHAT_FITS, label="Side of the crops, pixels")
        hold_out = gr.Slider(0.05, 0.5, fast.hold_out, step=0.05, label="Held out, to measure on")
        start = gr.Dropdown([SCRATCH, *weights.shipped()], value=SCRATCH, label="Start")
        seed = gr.Number(0, label="Seed", precision=0, minimum=0, maximum=2**31 - 1)
    recipe.input(
        lambda name: (RECIPES[name].loss, RECIPES[name].learning_rate or 0, RECIPES[name].batch_size or 0),
        recipe,
        [loss, learning_rate, batch_size],
        **QUICK,
    )
    return Choices(budget, recipe, loss, width, learning_rate, batch_size, crop, hold_out, start, seed)


def _page(seen: gr.Accordion, train: gr.Button, stop: gr.Button, go_on: gr.Button) -> Page:
    status = spoken.component(elem_id="status")
    drawn = gr.HTML("", elem_id="curves")
    pictures = panels.component(NO_ROWS, compact=True, elem_id="live")
    with gr.Row():
        machine = gr.Slider(
            0, 1, 0, step=1, label=watching.MACHINE, info="the same pictures, earlier", visible=False, elem_id="machine"
        )
        snapshot = gr.DownloadButton("These weights", visible=False, size="sm", elem_id="snapshot")
    use = gr.Button("Denoise with it", variant="primary", visible=False, elem_id="use")
    trust = panels.component(NO_ROWS, compact=True, elem_id="trust")
    command = gr.HTML("", elem_id="command")
    files = gr.File(label="Download", file_count="multiple", interactive=False, visible=False, elem_id="take")
    token = gr.Textbox("", visible="hidden", container=False, elem_id="run")
    return Page(seen, status, drawn, pictures, machine, snapshot, trust, files, command, train, stop, go_on, use, token)

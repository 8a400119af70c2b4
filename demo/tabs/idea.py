"""The strip above the first result: a recorded training from two noisy shots, and below it, unfolded, why it works."""

import html

import gradio as gr
from starlette.routing import Route

from ..content import recording
from ..content.emblems import CLAIM
from ..content.recording import Recording
from ..widgets import kept, scripts
from ..widgets.sheets import read_sheets
from . import idea_picture

SPARK = (100, 26)  # width and height of the curve in its own units
NET = (34, 26, 18, 11, 6, 11, 18, 26, 34)  # heights of the bars that stand for the net's levels
STRIP = """
<section class="idea" aria-labelledby="idea-title">
<div class="stage">
<figure><canvas class="shots" width="{width}" height="{height}" role="img" aria-label="A noisy shot of a cat, then
another: the noise is not the same"></canvas><figcaption>two noisy shots</figcaption></figure>
<div class="net" aria-hidden="true"><div class="bars">{bars}</div><svg class="curve" viewBox="0 0 {spark[0]}
{spark[1]}" preserveAspectRatio="none"><polyline points="{curve}"/></svg><div class="clock"><span
class="seconds"></span><span class="step"></span></div></div>
<figure><canvas class="result" width="{width}" height="{height}" role="img" aria-label="{result}"></canvas>
<figcaption>the net’s guess <b class="psnr"></b></figcaption></figure>
</div>
<div class="words">
<h2 id="idea-title">{claim}</h2>
<button type="button" class="plain fold" aria-expanded="true" aria-describedby="idea-title">Hide</button>
<p class="told">{told}</p>
<div class="acts">
<button type="button" class="teach">Teach it yourself in 20 seconds</button>
<button type="button" class="plain reason" aria-expanded="false" aria-controls="idea-why">Why it works</button>
<button type="button" class="plain pause">Pause</button>
</div>
</div>
</section>
<section class="why" id="idea-why" aria-labelledby="why-title" hidden>{why}</section>
"""
TOLD = (
    "All that this net got was two noisy shots of a cat: see one, guess the other. Nobody can guess noise, so it "
    "guessed the cat. <span>Recorded: {seconds} s on {cores}, {steps} steps,</span> <b>{noisy} → {denoised} dB</b>."
)
WHY = """
<h3 id="why-title">How it learns without clean pictures</h3>
<div class="columns">
<div class="text">
<p>Take two shots of the same thing: the thing is the same in both, the noise is not.</p>
<p>The net sees one shot and must guess the other.</p>
<p>Nobody can foresee noise, so its best guess is the <b>average</b> of all shots there could be: the <b>clean
picture</b>.</p>
<p>The cats show it: four times as many shots in the average, 6 dB better.</p>
<p>The noise of the other shot stays in the loss. This <b>noise floor</b> can be read off the pairs, so the true error
is known although no clean picture was ever seen.</p>
<p>Two things must hold: the noise of the two shots is independent, and it is zero on average.</p>
<div class="formula" role="math" aria-label="The mean of f of y 1 minus y 2, squared, equals the mean of f of y 1
minus x, squared, plus a constant, the noise floor">
<div class="term"><span>E‖<i>f</i>(<i>y</i><sub>1</sub>) − <i>y</i><sub>2</sub>‖²</span>training loss</div>
<div class="sign">=</div>
<div class="term"><span>E‖<i>f</i>(<i>y</i><sub>1</sub>) − <i>x</i>‖²</span>true error</div>
<div class="sign">+</div>
<div class="term"><span>const</span>noise floor</div>
</div>
<p class="small"><i>y</i><sub>1</sub>, <i>y</i><sub>2</sub>: the two shots; <i>f</i>: the net; <i>x</i>: the clean
picture; E: on average. Noise in the picture: Gaussian, σ = 50 of 255. dB: PSNR, more is better; measured before
clipping.</p>
</div>
<img class="picture" src="{source}" alt="{words}" width="{width}" height="{height}" loading="lazy">
</div>
"""


def build() -> gr.HTML:
    """Lays out the strip; its event `submit` says that somebody wants to teach a net. Call it inside a gr.Tab."""
    told = recording.read()
    return gr.HTML(
        html_template=_strip(told),
        css_template=read_sheets("idea.css", "why.css"),
        js_on_load=scripts.start("idea"),
        apply_default_css=False,
        elem_id="idea",
        sheet=_sheet_path(),
        moments=[list(moment) for moment in told.moments],
        shots=recording.SHOTS,
    )


def routes() -> list[Route]:
    """The routes of its pictures, which are not part of the page."""
    sheet = kept.route(_sheet_path(), recording.SHEET.read_bytes(), "image/webp")
    return [sheet, kept.route(_figure_path(), idea_picture.svg(), "image/svg+xml")]


def _sheet_path() -> str:
    return f"idea/{kept.version(recording.SHEET.read_bytes())}/{recording.SHEET.name}"


def _figure_path() -> str:
    return f"idea/{kept.version(idea_picture.svg())}/why.svg"


def _strip(told: Recording) -> str:
    width, height = recording.TILE
    last = told.last
    cores = "one processor core" if told.threads == 1 else f"{told.threads} processor cores"
    words = TOLD.format(
        seconds=f"{last.seconds:.0f}",
        cores=cores,
        steps=f"{last.step:,}",
        noisy=f"{told.noisy:.1f}",
        denoised=f"{last.psnr:.1f}",
    )
    result = f"The noisy cat as the net sees it: from {told.noisy:.1f} to {last.psnr:.1f} dB in {last.seconds:.0f} s"
    bars = "".join(f'<i style="height: {bar}px"></i>' for bar in NET)
    return STRIP.format(
        width=width,
        height=height,
        bars=bars,
        spark=SPARK,
        curve=_curve(told),
        result=result,
        claim=CLAIM,
        told=words,
        why=_why(),
    )


def _curve(told: Recording) -> str:
    """The PSNR over the seconds, as the points of a polyline in SPARK."""
    width, height = SPARK
    low, high = (bound(moment.psnr for moment in told.moments) for bound in (min, max))
    points = (
        (width * moment.seconds / told.last.seconds, height - 1 - (height - 2) * (moment.psnr - low) / (high - low))
        for moment in told.moments
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _why() -> str:
    width, height = idea_picture.WIDTH, idea_picture.HEIGHT
    words = html.escape(idea_picture.description())
    return WHY.format(source=_figure_path(), words=words, width=width, height=height)

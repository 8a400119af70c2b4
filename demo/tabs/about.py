"""The fifth tab: the net, the built-in models, how to cite, and this host."""

import html
import os
import platform
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import gradio as gr
import numpy as np
import torch

from n2n import UNet
from n2n.machine import best_device
from n2n.nets import count_parameters, weights

from .. import settings
from ..server import gpu
from ..widgets.sheets import read_sheets

COLUMN, ROW = 'th scope="col"', 'th scope="row"'
ESTIMATED = " (from noisy pictures alone, over all pixels at once)"
SIDE = 32  # pixels of the picture in Table I

PAPER = """\
@inproceedings{lehtinen2018noise2noise,
  title     = {{Noise2Noise}: Learning Image Restoration without Clean Data},
  author    = {Lehtinen, Jaakko and Munkberg, Jacob and Hasselgren, Jon and Laine, Samuli and
               Karras, Tero and Aittala, Miika and Aila, Timo},
  booktitle = {Proceedings of the 35th International Conference on Machine Learning},
  series    = {Proceedings of Machine Learning Research},
  volume    = {80},
  pages     = {2965--2974},
  publisher = {PMLR},
  year      = {2018}
}"""
SOFTWARE = f"""\
@software{{n2n,
  title   = {{n2n: {{Noise2Noise}} as a package, a command line and a demo}},
  version = {{{weights.VERSION}}},
  note    = {{After Lehtinen et al. (2018)}}
}}"""
READ = (
    '<p>The paper to read: <a href="https://arxiv.org/abs/1803.04189" target="_blank" rel="noopener">'
    "arXiv:1803.04189</a> (opens in a new window).</p>"
)


def build(speed: Callable[[], Awaitable[float | None]]) -> None:
    """Lays out the tab. Call it inside a gr.Tab, whose opening makes the host's table anew.

    speed: pictures of 32×32 pixels that this host learns from in a second, None where that could not be measured.
    """
    styles = read_sheets("about.css")
    with gr.HTML(html_template="@children", css_template=styles, apply_default_css=False, elem_id="about") as page:
        _add_net(UNet())
        _add_weights(cards())
        with gr.Accordion("How to cite", open=False):
            gr.Markdown(f"```bibtex\n{PAPER}\n\n{SOFTWARE}\n```", elem_id="about-cite")
            gr.HTML(READ, apply_default_css=False)
        machine = gr.HTML(host_table(None), apply_default_css=False, elem_id="about-host")

    async def measured() -> str:
        return host_table(await speed())

    limits = {"concurrency_id": "pace", "concurrency_limit": settings.limits().queue}
    page.parent.select(measured, None, machine, show_progress="hidden", api_visibility="private", **limits)


def _add_net(net: UNet) -> None:
    with gr.Accordion(f"The net: a U-Net with {count_parameters(net):,} parameters", open=False):
        gr.HTML(net_table(net), apply_default_css=False, elem_id="about-net")


def _add_weights(sections: dict[str, str]) -> None:
    for name in weights.shipped():
        with gr.Accordion(f"Built-in model “{name}”", open=False):
            card = sections.pop(name, "There is no card for these weights in weights/README.md.")
            gr.Markdown(card, elem_id=f"about-card-{name}")
            gr.HTML(header_table(name), apply_default_css=False)
    with gr.Accordion("All built-in models: their data and its terms", open=False):
        gr.Markdown("\n\n".join(f"**{name}**\n\n{text}" if name else text for name, text in sections.items()))


def cards() -> dict[str, str]:
    """The cards of weights/README.md by the names of their sections; "" is the text above the first."""
    text = (weights.FOLDER / "README.md").read_text(encoding="utf-8").partition("\n# Results")[0]
    above, *parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    sections = {"": re.sub(r"^# .+\n", "", above)} | dict(zip(parts[::2], parts[1::2]))
    return {name.strip(): section.strip() for name, section in sections.items()}


def net_table(net: UNet) -> str:
    """Table I of a net as HTML, with the total of its parameters."""
    return _table(
        f"Table I: what happens to a picture of {SIDE}×{SIDE} pixels",
        (row.cells for row in net.rows(SIDE, SIDE)),
        ("layer", "channels", "function", "size", "parameters"),
        ("total", "", "", "", f"{count_parameters(net):,}"),
        "net",
    )


def header_table(name_or_file: str | Path) -> str:
    """The header of a weights file, or of a built-in model, as HTML. Raises ValueError where there is none."""
    _, header = weights.load(weights.find(name_or_file))
    psnr, config = header.psnr, asdict(header.config) if header.config else {}
    rows = [
        ("learnt from", header.data),
        ("noise", header.noise or "that of the pairs"),
        ("steps", f"{header.steps or 0:,} in {header.seconds or 0:,.0f} s"),
        ("PSNR, held out", _gain(psnr.get("noisy"), psnr.get("denoised"))),
        ("PSNR, estimated", _gain(psnr.get("estimated_noisy"), psnr.get("estimated"), ESTIMATED)),
        ("net", ", ".join(f"{key} {value}" for key, value in config.items())),
        ("written by version", header.version),
    ]
    return _table("What the file says about itself", [row for row in rows if row[1]])


def _gain(before: float | None, after: float | None, how: str = "") -> str | None:
    return None if before is None or after is None else f"{before:.2f} → {after:.2f} dB{how}"


def host_table(speed: float | None) -> str:
    """Versions and this host as HTML; speed in pictures/s, None where it is not measured."""
    memory = _memory_bytes()
    rows = [
        ("this software", weights.VERSION),
        ("Python", platform.python_version()),
        ("torch", torch.__version__),
        ("gradio", gr.__version__),
        ("numpy", np.__version__),
        ("cores for this process", count_cores()),
        ("CPU instructions", torch.backends.cpu.get_cpu_capability()),
        ("computes on", _device_name()),
        ("memory", f"{memory / 2**30:.1f} GiB" if memory else None),
        ("learns from", "not measured yet" if speed is None else f"{speed:,.0f} pictures of 32×32 a second"),
    ]
    return _table("Versions and this host", [row for row in rows if row[1]])


def count_cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory_bytes() -> int | None:
    """The memory of this host, or the limit of its container, in bytes; None where the system does not say."""
    if not hasattr(os, "sysconf"):
        return None
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    allowed = limit.read_text().strip() if limit.is_file() else ""
    return min(physical, int(allowed)) if allowed.isdigit() else physical


def _device_name() -> str:
    if gpu.is_lent():
        return "a GPU lent for each picture"
    device = best_device()
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "the processor"


def _table(
    caption: str,
    rows: Iterable[Sequence[object]],
    columns: Sequence[str] = (),
    total: Sequence[str] = (),
    kind: str = "facts",
) -> str:
    """A table whose first column names the rows; everything is escaped."""
    names = "".join(_cell(name, COLUMN) for name in columns)
    head = f"<thead><tr>{names}</tr></thead>" if columns else ""
    foot = f"<tfoot>{_row(total)}</tfoot>" if total else ""
    return (
        f'<table class="table {kind}"><caption>{html.escape(caption)}</caption>{head}'
        f"<tbody>{''.join(map(_row, rows))}</tbody>{foot}</table>"
    )


def _row(cells: Sequence[object]) -> str:
    name, *values = cells
    return f"<tr>{_cell(name, ROW)}{''.join(_cell(value, 'td') for value in values)}</tr>"


def _cell(value: object, tag: str) -> str:
    return f"<{tag}>{html.escape(str(value))}</{tag.split()[0]}>"

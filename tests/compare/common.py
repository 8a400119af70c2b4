"""What both comparisons need: the project on the path, a torchvision that can be imported, machine and tables in words.

Import this before deepinv and careamics.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))  # the scripts are run as files, from anywhere

BLANK = "–"
_OPERATORS = torch.library.Library("torchvision", "FRAGMENT")  # lives as long as its definitions are needed


def define_missing_operators() -> None:
    """Lets torchvision be imported beside a torch for the CPU alone.

    Its wheel for CUDA cannot load its own operators there, and then describes two that do not exist. Nothing compared
    here calls them.
    """
    for name in ("nms", "qnms"):
        _OPERATORS.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


def torchvision_is_whole() -> bool:
    """Whether torchvision can be imported as it is."""
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        return False
    return True


def machine() -> str:
    """'2 of 2 cores of Intel(R) …, torch 2.13.0, bf16 no'"""
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    bf16 = "yes" if "amx_bf16" in " ".join(lines) or "avx512_bf16" in " ".join(lines) else "no"
    threads = torch.get_num_threads()
    return f"{cores} cores of {model}, {threads} threads, torch {torch.__version__}, bf16 {bf16}"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def figure(value: float | None, digits: int = 2) -> str:
    """A number, or a dash where nobody measured one."""
    return BLANK if value is None else f"{value:.{digits}f}"


def run(compare: Callable[[argparse.Namespace], str], parser: argparse.ArgumentParser) -> None:
    """Runs a comparison and prints its table; what a person did wrong is one line and exit status 2."""
    parsed = parser.parse_args()
    try:
        print(compare(parsed))
    except (ValueError, OSError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


if not torchvision_is_whole():
    for module in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[module]
    define_missing_operators()

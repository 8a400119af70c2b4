"""The last lines of `train`: where the weights are and how good they are, or why they are no good."""

import argparse
import json
import sys

from ..data import Pairs
from ..nets import weights
from ..training import Progress, last_path, likely_causes, no_better

RED, PLAIN = "\033[31m", "\033[0m"


def print_result(options: argparse.Namespace, progress: Progress | None, data: Pairs, stopped: bool) -> None:
    """Prints the result of a training, as lines or as one JSON object."""
    out, last = options.out, last_path(options.out)
    header = weights.load(out)[1]
    steps = progress.step if progress else header.steps or 0
    useless = no_better(header.psnr)
    result = {
        "weights": str(out),
        "last": str(last),
        "steps": steps,
        "seconds": progress.seconds if progress else header.seconds,
        "images_per_second": progress.images_per_second if progress else None,
        "stopped": stopped,
        "best": {"steps": header.steps, "psnr": header.psnr},
        "better_than_noisy": None if not header.psnr else not useless,
    }
    if options.json:
        print(json.dumps(result))
        return
    if progress is None:
        print("nothing left to do: the training had reached its end", file=sys.stderr)
    figures = ", ".join(f"{name} {value:.2f} dB" for name, value in header.psnr.items()) or "not measured"
    best = f"of step {header.steps}" if header.steps else f"those of {options.start}: no step was better"
    if useless:
        causes = "".join(f"\n- {cause}" for cause in likely_causes(data, steps))
        print(_red(f"{out}: no better than the noisy pictures, {best} ({figures}). Likely causes:{causes}"))
    else:
        print(f"{out}: best weights, {best} ({figures})")
    print(f"{last}: last weights, of step {steps}" + ("; go on with --resume" if stopped else ""))


def _red(text: str) -> str:
    """The text in red where it is read on a terminal."""
    return f"{RED}{text}{PLAIN}" if sys.stdout.isatty() else text

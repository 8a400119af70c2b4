"""The table of the commands: each has a module of its name here, with `add_options` and `run`."""

import argparse
import importlib
from typing import Protocol

COMMANDS = {  # the name and the line that `--help` prints for it
    "train": "learn from noisy pairs, write weights",
    "denoise": "denoise pictures of any size",
    "evaluate": "PSNR and SSIM of weights on a set, with or without clean pictures",
    "score": "what any programs made of a noisy shot, scored by a second shot",
    "check": "look at pairs before training: do they meet what Noise2Noise assumes?",
    "align": "lay the shots of every scene on one another: shifted, turned or scaled ones",
    "make-pairs": "make noisy pairs from clean photographs",
    "export": "take a net to other programs: ONNX, BioImage.IO, the Hugging Face Hub",
    "weights": "the weights that come along, with their figures",
    "bench": "how fast is this machine?",
}


class Command(Protocol):
    """What the module of a command holds."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds the command's description and options to its parser."""

    def run(self, options: argparse.Namespace) -> int:
        """Runs the command; returns its exit status. Raises ValueError, OSError or ArithmeticError where it fails."""


def load_command(name: str) -> Command:
    """The module of a command, which is loaded when the command is run: `denoise` does not wait for matplotlib."""
    module: Command = importlib.import_module(f".{name.replace('-', '_')}", __package__)
    return module

"""The parser of the command line, and errors as one line of it."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from .commands import COMMANDS, load_command


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help tells more)\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line, and its `command`. Raises SystemExit after `--help` and for what is wrong."""
    top = Parser(
        prog="python -m n2n",
        description="Noise2Noise: learn to denoise from pairs of noisy pictures; no clean picture is ever needed. "
        "Run it in the project's folder.",
        epilog="Exit status: 0 done; 1 `check` found something red, or `score` a result that has none; 2 refused "
        "or failed, with one line on stderr that "
        "says why; 130 stopped by Ctrl-C or 143 by SIGTERM (a training keeps its weights); 141 the reader of the "
        "output has gone.",
    )
    parsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = next((word for word in arguments if word in COMMANDS), None)
    for name, summary in COMMANDS.items():
        parser = parsers.add_parser(name, help=summary)
        if name == wanted:  # the options of the others are not needed
            load_command(name).add_options(parser)
    return top.parse_args(arguments)


def one_line(error: Exception) -> str:
    """An error in one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: '{error.filename}'" if error.filename else error.strerror
    return " ".join(str(error).split())

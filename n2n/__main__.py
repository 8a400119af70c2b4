"""The command line. `python -m n2n --help` lists the commands."""

import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from .cli import load_command, one_line, parse

CLOSED = 141  # the exit status where nobody reads the output, as of a program that SIGPIPE ends


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status, which `--help` explains. Before a 2, one line on stderr says why."""
    for stream in (sys.stdout, sys.stderr):
        _replace_what_it_cannot_show(stream)
    try:
        try:
            return _run(sys.argv[1:] if arguments is None else arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        for stream in (sys.stdout, sys.stderr):  # Python itself writes what is left when it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return CLOSED


def _run(arguments: Sequence[str]) -> int:
    name = "n2n"
    try:
        options = parse(arguments)
        name = f"n2n {options.command}"
        return load_command(options.command).run(options)
    except BrokenPipeError:
        raise
    except (ValueError, OSError, ArithmeticError) as error:
        print(f"{name}: {one_line(error)}", file=sys.stderr)
        return 2
    except MemoryError:
        print(f"{name}: out of memory; use smaller pictures or fewer at once", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{name}: stopped", file=sys.stderr)
        return 130


def _replace_what_it_cannot_show(stream: TextIO) -> None:
    """A terminal that knows ASCII only gets ? for the rest, instead of ending the program."""
    escapes = ["strict"] if stream.encoding == "utf-8" else ["strict", "surrogateescape"]
    if isinstance(stream, io.TextIOWrapper) and stream.errors in escapes:
        stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())

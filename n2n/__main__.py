"""The command line. `python -m n2n --help` lists the commands."""

import io
import os
import sys
from typing import TextIO

try:
    from .cli import commands, parser
except KeyboardInterrupt:  # loading takes seconds
    sys.exit(130)

CLOSED = 141  # the exit status where nobody reads what is printed, as of a program that the signal ends


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit status, which `--help` explains: of 2, one line on stderr says why."""
    for stream in (sys.stdout, sys.stderr):
        _replace_what_it_cannot_show(stream)
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        for stream in (sys.stdout, sys.stderr):  # Python itself writes what is left when it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return CLOSED


def _run(arguments: list[str] | None) -> int:
    parsed = parser.parser().parse_args(arguments)
    try:
        return getattr(commands, parsed.command.replace("-", "_"))(parsed) or 0
    except BrokenPipeError:
        raise
    except (ValueError, OSError, ArithmeticError) as error:
        print(f"n2n {parsed.command}: {parser.told(error)}", file=sys.stderr)
        return 2
    except MemoryError:
        print(f"n2n {parsed.command}: out of memory; use smaller pictures or fewer at once", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"n2n {parsed.command}: stopped", file=sys.stderr)
        return 130


def _replace_what_it_cannot_show(stream: TextIO) -> None:
    """A terminal that knows ASCII only gets ? for the rest, instead of ending the program."""
    escapes = ["strict"] if stream.encoding == "utf-8" else ["strict", "surrogateescape"]
    if isinstance(stream, io.TextIOWrapper) and stream.errors in escapes:
        stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())

"""The command line. `python -m n2n --help` lists the commands."""

import sys

from . import commands, options


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit status: 0, or 2 with one line on stderr that says what is wrong."""
    parsed = options.parser().parse_args(arguments)
    try:
        return getattr(commands, parsed.command.replace("-", "_"))(parsed) or 0
    except (ValueError, OSError, ArithmeticError) as error:
        print(f"n2n {parsed.command}: {options.told(error)}", file=sys.stderr)
        return 2
    except MemoryError:
        print(f"n2n {parsed.command}: out of memory; use smaller pictures or fewer at once", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"n2n {parsed.command}: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())

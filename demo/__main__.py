"""`python -m demo`: serves the demo to this machine, or with `--host 0.0.0.0` to its network."""

import argparse
import sys

from . import settings
from .app import demo, serve


def main(arguments: list[str] | None = None) -> int:
    """Serves until Ctrl-C; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--host", default=settings.HOST, help="0.0.0.0 lets others in the network in")
    parser.add_argument("--port", type=int, default=settings.PORT)
    parser.add_argument(
        "--teacher-key",
        default=settings.TEACHER_KEY,
        metavar="KEY",
        help="who opens the page with ?key=KEY goes before all who wait in the lab",
    )
    parser.add_argument("--open", action="store_true", help="open it in this machine's browser")
    parsed = parser.parse_args(arguments)
    settings.HOST, settings.TEACHER_KEY = parsed.host, parsed.teacher_key  # read when a page asks
    try:
        serve(demo, parsed.host, parsed.port, parsed.open)
    except OSError:
        print(
            f"demo: port {parsed.port} of {parsed.host} cannot be used; is the demo running already? "
            f"Try --port {parsed.port + 1}",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

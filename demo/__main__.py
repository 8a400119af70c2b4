"""`python -m demo`: serves the demo to this machine, or with `--host 0.0.0.0` to its network."""

import argparse
import sys
from dataclasses import replace

from . import settings
from .app import build
from .serve import CannotStart, check_folder, key_warning, serve
from .settings import Access

PORTS = range(1, 65_536)


def main(arguments: list[str] | None = None) -> int:
    """Serves until Ctrl-C; returns the exit status."""
    try:
        default, _ = Access(), settings.limits()
    except ValueError as problem:
        print(f"demo: {problem}", file=sys.stderr)
        return 2
    parsed = _parser(default).parse_args(arguments)
    access = replace(default, host=parsed.host, port=parsed.port, teacher_key=parsed.teacher_key, mcp=parsed.mcp)
    if warning := key_warning(parsed.teacher_key):
        print(f"demo: {warning}", file=sys.stderr)
    try:
        check_folder(settings.folder())
        serve(build(access), parsed.open)
    except CannotStart as problem:
        print(f"demo: {problem}", file=sys.stderr)
        return 2
    except OSError:
        print(
            f"demo: port {parsed.port} of {parsed.host} cannot be used; is the demo running already? "
            f"Try --port {parsed.port + 1 if parsed.port + 1 in PORTS else default.port}",
            file=sys.stderr,
        )
        return 2
    return 0


def _parser(default: Access) -> argparse.ArgumentParser:
    """The options; their defaults come from the environment."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--host", default=default.host, help="0.0.0.0 lets others in the network in")
    parser.add_argument("--port", type=_port, default=str(default.port))
    parser.add_argument(
        "--teacher-key",
        default=default.teacher_key,
        metavar="KEY",
        help="who opens the page with ?key=KEY goes before all who wait in the lab",
    )
    parser.add_argument(
        "--mcp",
        action="store_true",
        default=default.mcp,
        help="let agents call check, train, denoise and score as tools (Model Context Protocol); needs the package mcp",
    )
    parser.add_argument("--open", action="store_true", help="open it in this machine's browser")
    return parser


def _port(text: str) -> int:
    """A port from its digits. Raises argparse.ArgumentTypeError."""
    if not text.isdecimal() or int(text) not in PORTS:
        raise argparse.ArgumentTypeError(f"the port is '{text}'; allowed: 1 to {PORTS[-1]}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())

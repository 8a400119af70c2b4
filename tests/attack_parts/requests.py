"""All crafted requests: how a stranger may try to see files of the server's disk, or of another visitor."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from . import requests_calls, requests_origins, requests_routes, requests_values, traps
from .crafted import HARMLESS, REFUSED, Crafted
from .seen import leaked, secret_png

__all__ = ["HARMLESS", "REFUSED", "Crafted", "crafted_requests", "leaked"]


def crafted_requests(root: Path, victim: Path, secret: Path) -> list[Crafted]:
    """Each has a description of its own. Lays traps below `root`, the server's folder for what is uploaded.

    `victim` is a file of another visitor below `root`, `secret` a picture somewhere else on the disk.
    """
    laid = traps.lay(root, secret)
    return [
        *requests_routes.files(root, victim, secret, laid),
        *requests_routes.served(),
        *requests_routes.proxies(secret),
        *requests_routes.pages(),
        *requests_origins.origins(secret),
        *requests_origins.hosts(),
        *requests_origins.uploads(secret_png(0, "upload")),
        *requests_values.settings(secret),
        *_foreign(requests_values.weights(laid)),
        *requests_values.functions(),
        *requests_values.malformed(),
        *_foreign(requests_calls.files_named(victim, secret, laid)),
        *_foreign(requests_calls.endless(laid)),  # last: a server that follows them answers nobody after
    ]


def _foreign(requests: Iterable[Crafted]) -> Iterator[Crafted]:
    """The same, marked; but not those of the page, which tells problems as an answer."""
    for request in requests:
        yield replace(request, foreign=not request.description.startswith("page"))

"""Who calls: an agent behind the client that all agents share is known by its address in the network."""

import hashlib
import hmac
import secrets
from functools import cache

import gradio as gr

HEADER = "x-n2n-agent"
UNKNOWN = "unknown"  # address of whoever has none


@cache
def _key() -> bytes:
    """What only this server knows, so that nobody else can say for whom they call."""
    return secrets.token_bytes(32)


def _seal(address: str) -> str:
    return hmac.new(_key(), address.encode(), hashlib.sha256).hexdigest()


def signed(address: str | None) -> str:
    """The header by which this server's own client says for which agent it calls."""
    address = address or UNKNOWN
    return f"{address} {_seal(address)}"


def agent_of(request: gr.Request) -> str | None:
    """The agent for whom a request is made; None where it comes from a page or a program of their own."""
    address, _, seal = request.headers.get(HEADER, "").partition(" ")
    known = hmac.compare_digest(seal.encode(), _seal(address).encode())
    return f"agent {address}" if known else None

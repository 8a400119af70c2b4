"""For whom a request is made."""

from types import SimpleNamespace

import gradio as gr
import pytest

from demo.api import keeper, owner
from demo.server.callers import HEADER, agent_of, signed


def request(**headers):
    return gr.Request(SimpleNamespace(headers=headers), session_hash="shared")


@pytest.mark.parametrize("address", ["10.0.0.7", "fe80::1", None])
def test_an_agent_is_known_by_its_address_whatever_the_session(address):
    asked = request(**{HEADER: signed(address)})
    assert owner(asked) == agent_of(asked) != "shared"
    assert agent_of(asked) == f"agent {address or 'unknown'}"


def test_the_files_of_two_calls_of_an_agent_are_apart():
    asked = request(**{HEADER: signed("10.0.0.7")})
    assert keeper(asked) != keeper(asked)


CLAIMS = {  # every run has other seals
    "nothing": "",
    "an address": "10.0.0.7",
    "a wrong seal": "10.0.0.7 0",
    "the seal of another": signed("10.0.0.8").replace(".8", ".7"),
    "no ASCII": "é é",
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_nobody_says_for_whom_they_call_but_this_server(claim):
    asked = request(**{HEADER: claim, "x-gradio-user": "mcp"})
    assert agent_of(asked) is None and owner(asked) == keeper(asked) == "shared"

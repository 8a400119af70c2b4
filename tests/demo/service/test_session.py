"""The session of a request."""

import gradio as gr
import pytest

from demo.service.session import session_of


def test_a_request_belongs_to_the_session_that_it_names():
    assert session_of(gr.Request(session_hash="anna")) == "anna"


def test_a_request_without_a_session_is_refused():
    with pytest.raises(ValueError, match="no session"):
        session_of(gr.Request())

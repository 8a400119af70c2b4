"""What a stranger may call of the page's functions."""

import asyncio

import gradio as gr
import pytest

from demo.server.checked_blocks import CheckedBlocks


def test_a_step_that_browsers_take_alone_is_refused():
    with CheckedBlocks() as blocks:
        gr.Button().click(None, js="() => 1")
    with pytest.raises(gr.Error, match="does not fit this page"):
        asyncio.run(blocks.call_function(blocks.fns[0], []))

"""What a stranger may call of the page's functions."""

import asyncio

import gradio as gr
import pytest

from demo.server.checked_blocks import CheckedBlocks


def test_a_step_that_browsers_take_alone_is_refused():
    async def call():  # built while a loop runs: Gradio leaves one open behind it otherwise
        with CheckedBlocks() as blocks:
            gr.Button().click(None, js="() => 1")
        await blocks.call_function(blocks.fns[0], [])

    with pytest.raises(gr.Error, match="does not fit this page"):
        asyncio.run(call())

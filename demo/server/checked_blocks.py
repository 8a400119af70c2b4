"""Gradio's app with two checks: only uploads are accepted as files, and every error becomes one sentence."""

import traceback
from typing import Any

import gradio as gr

from .. import settings
from ..jobs.errors import PROBLEMS
from . import intake
from .messages import UNFORESEEN, to_sentence

UNFIT = "what was sent does not fit this page; reload it and try again, or see “Use via API” at its foot"


class CheckedBlocks(gr.Blocks):
    """gr.Blocks that trusts no visitor."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *others: Any, **more: Any) -> list[Any]:  # noqa: ANN401
        """Admits no files but uploads. Raises gr.Error."""
        try:
            admitted = [intake.admit_all(value, settings.folder()) for value in inputs]
            values: list[Any] = await super().preprocess_data(block_fn, admitted, *others, **more)
            return values
        except gr.Error as problem:  # a value that a control does not offer
            raise refusal(problem.message) from None
        except intake.Refused as problem:
            raise refusal(problem) from None
        except Exception:  # whatever a stranger's data lead to in Gradio's components
            raise refusal(UNFIT) from None

    async def call_function(self, block_fn: Any, *arguments: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        """Raises gr.Error with a sentence that says what went wrong."""
        if block_fn.fn is None:  # a step that browsers take alone
            raise refusal(UNFIT)
        try:
            called: dict[str, Any] = await super().call_function(block_fn, *arguments, **more)
            return called
        except (*PROBLEMS, MemoryError) as problem:
            raise refusal(problem) from None

    async def process_api(self, *arguments: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        """Raises gr.Error; an unforeseen error is logged as well."""
        try:
            return await super().process_api(*arguments, **more)
        except gr.Error:
            raise
        except Exception:
            traceback.print_exc()
            raise refusal(UNFORESEEN) from None


def refusal(problem: Exception | str) -> gr.Error:
    """The error that the page or the program gets."""
    return gr.Error(to_sentence(problem), print_exception=False)

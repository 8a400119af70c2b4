"""The app as Gradio serves it, with two walls: what comes in is cleared, and what goes wrong is told in a line."""

import traceback
from typing import Any

import gradio as gr

from .. import settings
from ..jobs.errors import PROBLEMS
from . import intake
from .messages import UNFORESEEN, to_sentence

UNFIT = "what was sent does not fit this page; reload it and try again, or see “Use via API” at its foot"


class CheckedBlocks(gr.Blocks):
    """gr.Blocks for which a visitor is a stranger."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *others: Any, **more: Any) -> list[Any]:  # noqa: ANN401
        """Only uploads are named in what comes in. Raises gr.Error."""
        try:
            return await super().preprocess_data(block_fn, intake.admit_all(inputs, settings.folder()), *others, **more)
        except gr.Error as problem:  # a value that is not among those of a control
            raise refusal(problem.message) from None
        except intake.Refused as problem:
            raise refusal(problem) from None
        except Exception:  # whatever a stranger's data lead to in Gradio's components
            raise refusal(UNFIT) from None

    async def call_function(self, *arguments: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        """Raises gr.Error with the sentence of what went wrong."""
        try:
            return await super().call_function(*arguments, **more)
        except (*PROBLEMS, MemoryError) as problem:
            raise refusal(problem) from None

    async def process_api(self, *arguments: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        """Raises gr.Error; what nobody foresaw is told to the log as well."""
        try:
            return await super().process_api(*arguments, **more)
        except gr.Error:
            raise
        except Exception:
            traceback.print_exc()
            raise refusal(UNFORESEEN) from None


def refusal(problem: Exception | str) -> gr.Error:
    """What the page or the program is told."""
    return gr.Error(to_sentence(problem), print_exception=False)

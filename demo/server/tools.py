"""The endpoints for programs as tools for agents (Model Context Protocol): Gradio's server, with files and results in a
form that is safe and that a program can act on.

Gradio hands what an agent sends to a client that runs on this very machine, and that reads any file it is told to. Here
a file is only ever one of this server's own, by its address, or comes with the call as a data URL.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.mcp import GradioMCPServer
from gradio.processing_utils import save_base64_to_cache

from n2n.machine import optional_packages

from . import callers
from .disk import Disk
from .intake import may_be_served

ADDRESS = "/gradio_api/file="
FILES = (
    "A file is the address of one that this server sent back, or of an upload (POST it as the form field 'files' to "
    "/gradio_api/upload; the answer is a list of paths, and the address is /gradio_api/file=PATH), or a data URL, "
    "data:image/png;base64,… Nothing is fetched from other servers."
)


def check_installed() -> None:
    """Raises ValueError with the line that installs what is missing."""
    optional_packages("--mcp", "mcp")


class Tools(GradioMCPServer):
    """Gradio's server of tools."""

    def __init__(self, blocks: gr.Blocks, disk: Disk) -> None:
        self.disk = disk
        super().__init__(blocks)

    def get_fn_description(self, block_fn: BlockFunction, tool_name: str) -> tuple[str, dict[str, str]]:
        """The tool's description, and that of each parameter, which stands in it as 'name: text.'"""
        text = " ".join(str(block_fn.api_description).split())
        parameters = self.api_info["named_endpoints"][self.tool_to_endpoint[tool_name]]["parameters"]
        return f"{text} {FILES}", described(text, [parameter["parameter_name"] for parameter in parameters])

    def convert_strings_to_filedata(
        self, value: dict[str, Any], filedata_positions: Sequence[Sequence[str | int]]
    ) -> dict[str, Any]:
        """An agent's arguments as Gradio's client takes them. Raises ValueError for files that are not this server's,
        and for anything else that could stand for a file.
        """
        files = {place[0] for place in filedata_positions}
        return {name: self._files(name, it) if name in files else plain(name, it) for name, it in value.items()}

    def _prepare_tool_call_args(
        self, name: str, arguments: dict[str, Any]
    ) -> tuple[str, list[Any], dict[str, str], BlockFunction]:
        """A call as Gradio's client makes it, and for whom: all agents share that client, and its session."""
        endpoint, values, headers, function = super()._prepare_tool_call_args(name, arguments)
        asked = self.mcp_server.request_context.request
        address = asked.client.host if asked and asked.client else None
        return endpoint, values, headers | {callers.HEADER: callers.signed(address)}, function

    def _files(self, name: str, given: object) -> object:
        if isinstance(given, list):
            return [self._file(name, one) for one in given]
        return None if given in (None, "") else self._file(name, given)

    def _file(self, name: str, given: object) -> object:
        if not isinstance(given, str):
            raise ValueError(f"{name} is no file. {FILES}")
        if given.startswith("data:"):
            if full := self.disk.refusal(len(given)):
                raise ValueError(full)
            self.disk.arrived(len(given))
            return gr.FileData(path=save_base64_to_cache(given, str(self.disk.root))).model_dump()
        path = unquote(given.partition(ADDRESS)[2]) if ADDRESS in given else given
        if not may_be_served(path, self.disk.root):
            raise ValueError(f"{name}: no such file is here (any more). {FILES}")
        return gr.FileData(path=path).model_dump()

    def postprocess_output_data(self, data: Any, root_url: str) -> list[Any]:  # noqa: ANN401
        """The result as JSON: what was measured, and the address of the file that was made as `file`."""
        [*outputs] = data[0] if len(data) == 1 and isinstance(data[0], list | tuple) else data
        result: dict[str, Any] = {}
        for output in outputs:
            if isinstance(output, dict) and "meta" in output:  # a file
                result["file"] = f"{root_url}{ADDRESS}{quote(output['path'])}"
            elif output is not None:
                result |= output
        return [self.types.TextContent(type="text", text=json.dumps(result, ensure_ascii=False))]


def plain(name: str, given: object) -> object:
    """A text, number or truth value. Raises ValueError for lists and for objects, which could stand for files."""
    if given is None or isinstance(given, str | int | float):
        return given
    raise ValueError(f"{name} is a {type(given).__name__}; allowed: a text, a number, true or false")


def described(text: str, names: Sequence[str]) -> dict[str, str]:
    """What a description says of each parameter: 'first, second: both shots. axes: letters.'"""
    known = "|".join(map(re.escape, names))
    parts = re.split(rf"\b((?:{known})(?:, (?:{known}))*): ", text)
    said = [part.partition(" Returns ")[0].strip() for part in parts[2::2]]
    return {name: each for heads, each in zip(parts[1::2], said) for name in heads.split(", ")}

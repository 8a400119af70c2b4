"""The demo as an agent uses it: by the Model Context Protocol, with the protocol's own client."""

import asyncio
import base64
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import httpx
import numpy as np
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from PIL import Image
from serving import ROOT

FOREIGN = [
    "/etc/passwd",
    str(ROOT / "demo/pictures/train.png"),
    f"file://{ROOT}/demo/pictures/train.png",
    "http://example.invalid/picture.png",
    f"/gradio_api/file={ROOT}/demo/pictures/train.png",
    {"path": str(ROOT / "demo/pictures/train.png"), "meta": {"_type": "gradio.FileData"}},
]


@pytest.fixture
def shots(photo, rng, tmp_path):
    """Three noisy shots of a photograph, the second one shifted."""
    files = []
    for place, top in enumerate((0, 4, 0)):
        picture = photo[top : top + 96, :96] * 0.6 + 50 + rng.normal(0, 15, (96, 96, 3))
        files.append(tmp_path / f"shot_{place}.png")
        Image.fromarray(picture.round().clip(0, 255).astype(np.uint8)).save(files[-1])
    return files


@asynccontextmanager
async def agent(server):
    """Calls a tool, and returns its result, or the text of its error."""
    address = f"{server.address}/gradio_api/mcp/"
    async with streamable_http_client(address) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()

        async def call(tool, **arguments):
            result = await session.call_tool(tool, arguments)
            return result.content[0].text if result.isError else json.loads(result.content[0].text)

        yield call


def finished(work):
    """What a coroutine returns, run in a thread of its own: in this one the browser's driver keeps a loop running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def uploaded(server, file):
    sent = httpx.post(f"{server.address}/gradio_api/upload", files={"files": (file.name, file.read_bytes())})
    return f"{server.address}/gradio_api/file={sent.json()[0]}"


def test_an_agent_does_a_whole_job(server, shots):
    async def work():
        first, second, third = (uploaded(server, shot) for shot in shots)
        async with agent(server) as call:
            checked = await call("check", pairs=[first, second])
            red = next(verdict for verdict in checked["verdicts"] if verdict["argument"])
            mend = {red["argument"]: True}
            trained = await call("train", pairs=[first, second], seconds=12, width=12, **mend)
            denoised = await call("denoise", picture=first, trained=trained["file"])
            scored = await call("score", first=first, second=third, results=[denoised["file"]])
        return red, trained, denoised, scored

    red, trained, denoised, scored = finished(work())
    assert (red["check"], red["argument"], red["unit"]) == ("shift", "align", "px") and 2 < red["value"] < 6
    assert trained["done"] and trained["psnr"]["estimated"] and trained["file"].endswith(".safetensors")
    assert httpx.get(denoised["file"]).content.startswith(b"\x89PNG")
    (result,) = scored["results"]
    assert result["code"] == "" and result["gain"] > 0.5
    assert result["estimate"]["low"] < result["estimate"]["psnr"] < result["estimate"]["high"]


def test_an_agent_gets_no_file_of_the_host(server):
    async def ask():
        async with agent(server) as call:
            told = [await call("denoise", picture=file) for file in FOREIGN]
            return told + [await call("check", pairs=[file, file]) for file in FOREIGN]

    for told in finished(ask()):
        assert "no such file is here" in told or "is not of type 'string'" in told


def test_an_agent_may_have_as_much_at_work_as_any_visitor(server, shots):
    async def ask():
        pairs = [uploaded(server, shot) for shot in shots[:2]]
        async with agent(server) as call:
            return await asyncio.gather(*(call("check", pairs=pairs) for _ in range(4)))

    told = finished(ask())
    refused = [text for text in told if isinstance(text, str)]
    assert 0 < len(refused) < 4 and all("wait until one has ended" in text for text in refused), told


def test_an_agent_may_bring_a_file_with_the_call(server, shots):
    async def ask():
        data = f"data:image/png;base64,{base64.b64encode(shots[0].read_bytes()).decode()}"
        async with agent(server) as call:
            return await call("denoise", picture=data)

    assert finished(ask())["file"].endswith(".png")


def test_what_an_agent_must_know_is_at_the_root(server):
    told = httpx.get(f"{server.address}/llms.txt")
    assert told.headers["content-type"].startswith("text/plain") and "/gradio_api/mcp/" in told.text

"""/llms.txt: what this server does, in the words that a program or an agent needs before its first call."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

TEXT = """\
# Noise2Noise

> Removes noise from pictures, and learns to from two noisy shots of the same thing, without any clean picture. Four
> endpoints: /check, /train, /denoise, /score. All files and results belong to whoever knows their addresses, and are
> removed within an hour of their last use.

## How to call

- HTTP: POST a file as the form field `files` to /gradio_api/upload; the answer is a list of paths. Then call
  /gradio_api/call/ENDPOINT, or use the Python package gradio_client, which does both: `Client(ADDRESS).predict(
  handle_file("shot.tif"), api_name="/denoise")`. The link *Use via API* at the foot of the page tells every parameter.
- Tools for agents (Model Context Protocol, streamable HTTP): /gradio_api/mcp/, where the server was started with
  `python -m demo --mcp`. Files are addresses of this server, /gradio_api/file=PATH, or data URLs. A result is JSON;
  what was made is the address in `file`, and may be an argument of the next call.

## A whole job

1. check(pairs: two shots). Every verdict has a level. At red, do not train: where `argument` names a parameter, such as
   align or match_exposure, set it to true, check again, and give it to train as well; otherwise `text` says what to do.
2. train(pairs, seconds: 60, align) -> file, the weights; psnr.
3. denoise(picture: the first shot, trained: the weights) -> file.
4. score(first, second, results: [that file]) -> for each an estimated PSNR in dB with its 95 % interval, its gain over
   the noisy shot, and where it lost; a `code` and a `problem` where it cannot be scored. Score on a shot that was not
   learnt from.

Without a training, denoise(picture) takes the shipped weights that suit the noise. With one shot only, train(pairs:
that shot) learns from its own pixels; fine detail is lost, and nothing tells how good the result is.
"""


def route() -> Route:
    """Answers /llms.txt."""

    async def send(_: Request) -> Response:
        return PlainTextResponse(TEXT)

    return Route("/llms.txt", send)

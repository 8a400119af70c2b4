"""The session of a visitor: what Gradio calls one page that is open, or one program that is connected."""

import gradio as gr


def session_of(request: gr.Request) -> str:
    """The session that a request belongs to. Raises ValueError where it belongs to none."""
    if request.session_hash is None:
        raise ValueError("this request belongs to no session; use the page, or a program such as gradio_client")
    return request.session_hash

"""A strip of sample pictures to choose one from: a Gradio component, and its thumbnails."""

import base64
import io
from collections.abc import Sequence

import gradio as gr
import numpy as np
import numpy.typing as npt
from PIL import Image

from . import scripts
from .sheets import read_sheets

THUMBNAIL_BYTES = 5000  # of one data URI; a page carries them all
# Side in pixels and quality, from the best on; the last always fits.
THUMBNAIL_FORMS = ((144, 75), (144, 50), (112, 50), (72, 50), (72, 20), (36, 10))


def thumbnail(pixels: npt.NDArray[np.uint8 | np.uint16]) -> str:
    """The middle square of (H, W, C) uint8, C 1 or 3, as a data URI of at most THUMBNAIL_BYTES characters."""
    image = Image.fromarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    uris = (_webp(square, length, quality) for length, quality in THUMBNAIL_FORMS)
    return next(uri for uri in uris if len(uri) <= THUMBNAIL_BYTES)


def _webp(image: Image.Image, length: int, quality: int) -> str:
    file = io.BytesIO()
    image.resize((length, length), Image.Resampling.LANCZOS).save(file, "WEBP", quality=quality, method=6)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"


def make_strip(
    choices: Sequence[tuple[str, str, str, str]],
    value: str | None = None,
    *,
    label: str = "Sample pictures",
    elem_id: str | None = None,
) -> gr.HTML:
    """Thumbnails as one group of radio buttons; its value is the key of the chosen one, or None.

    choices: (key, label, thumbnail, credit); the credit of the chosen one stands beneath. The event `input` says that a
    person has chosen; what arrives in its handler came from a browser, and may be any key. `label` names the group to a
    screen reader.
    """
    return gr.HTML(
        value,
        html_template='<div class="n2n-strip"></div>',
        css_template=read_sheets("covering_input.css", "strip.css"),
        js_on_load=scripts.start("strip"),
        apply_default_css=False,
        label=label,
        elem_id=elem_id,
        choices=[list(choice) for choice in choices],
    )

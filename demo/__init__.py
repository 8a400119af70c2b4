"""The demo: denoise side by side, and train on one's own noisy pairs, in the browser."""

from . import settings  # noqa: F401 (first of all: it tells Gradio where to write)

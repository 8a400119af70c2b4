"""The demo: denoise side by side, and train on one's own noisy pairs, in the browser."""

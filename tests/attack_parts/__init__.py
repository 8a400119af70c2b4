"""Hostile files and crafted requests, with which the demo is tested against those who mean it harm."""

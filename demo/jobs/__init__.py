"""Processes that do the work, their limits, and the line of those who wait."""

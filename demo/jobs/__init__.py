"""Processes that do the work, their limits, and the line in which visitors wait."""

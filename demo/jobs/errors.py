"""The errors whose message is meant for the visitor."""


class Failed(Exception):
    """Work in a child process failed; the message is one sentence for the visitor."""


class Full(Exception):
    """The line is full; the message says so politely."""


PROBLEMS = (Failed, Full, ValueError, OSError)

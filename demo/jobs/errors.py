"""The errors whose text is for the person at the page."""


class Failed(Exception):
    """Work in a child process came to no good end; the message is one sentence for the person who asked for it."""


class Full(Exception):
    """No more can wait; the message says so politely."""


PROBLEMS = (Failed, Full, ValueError, OSError)

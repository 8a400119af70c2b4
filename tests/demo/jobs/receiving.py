"""What tests do with a job: receive all that it sends, or its failure."""

import time

import pytest

from demo.jobs.errors import Failed


def all_of(started):
    items = []
    with started:
        while not started.done:
            items += started.received()
            time.sleep(0.005)
    return items


def failure(started):
    with pytest.raises(Failed) as raised:
        all_of(started)
    return str(raised.value)

"""What several test files share: pictures and pairs that the tests make themselves."""

import os
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import skimage
import torch

from demo import settings

NICENESS = 15


def pytest_configure():
    """Tests give way to whatever else the machine does. Jobs are nicer than the server that starts them, and beside two
    browsers and two servers hardly get a turn; nobody is nicer than 19, so here they are nearly equal.
    """
    if hasattr(os, "nice"):
        os.nice(max(0, NICENESS - os.nice(0)))


def pytest_collection_modifyitems(items):
    """The browser's tests come last, as its driver keeps an event loop running, and others start their own; of these
    the longest file first, beside which another process takes the others.
    """
    items.sort(key=lambda item: ("browser" in item.path.parts, item.path.name != "test_tour.py"))


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture
def limit(monkeypatch):
    """Changes limits of the demo."""

    def limit(**changes):
        changed = replace(settings.limits(), **changes)
        monkeypatch.setattr(settings, "limits", lambda: changed)

    return limit


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def photo():
    """A colour photograph, uint8 (256, 256, 3)."""
    return np.ascontiguousarray(skimage.data.astronaut()[:256, :256])


@pytest.fixture
def noisy_pair(photo, rng):
    """Two float shots of the photograph and itself: (3, H, W), white at 1, Gaussian noise of σ 25."""
    clean = photo.transpose(2, 0, 1).astype(np.float32) / 255
    source, target = (clean + rng.normal(0, 25 / 255, clean.shape).astype(np.float32) for _ in range(2))
    return source, target, clean


@pytest.fixture
def full_disk():
    """A context in which files hold at most 1000 bytes, which stands for a full disk."""
    resource = pytest.importorskip("resource")

    @contextmanager
    def limited():
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited()

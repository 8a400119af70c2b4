"""A cluster of two nodes for the tests of each file, and commands run as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from clusters import Cluster
from PIL import Image

from n2n import Noise2Noise, UNetConfig

ROOT = Path(__file__).parents[3]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster(2)
    yield cluster
    cluster.close()


@pytest.fixture
def start(tmp_path):
    """Starts a command in a folder that is not the project's."""
    started = []

    def start(*arguments):
        command = [sys.executable, "-m", "n2n", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def run(start):
    """Runs a command; returns its exit status and what it wrote to stderr."""

    def run(*arguments):
        process = start(*arguments)
        return process.communicate()[1], process.returncode

    return run


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "small.safetensors"
    Noise2Noise(UNetConfig(width=6)).save(path)
    return path


@pytest.fixture
def pictures(tmp_path, photo):
    """Makes a folder of so many noisy pictures."""

    def pictures(count, side):
        rng = np.random.default_rng(0)
        folder = tmp_path / "noisy"
        folder.mkdir()
        for place in range(count):
            noisy = photo[:side, :side] + rng.normal(0, 25, (side, side, 3))
            Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / f"{place:02d}.png")
        return folder

    return pictures

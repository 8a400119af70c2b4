"""`train --cluster`, beside the same training without it."""

import shutil
import time

import numpy as np
import pytest
import torch

from n2n.nets import weights
from n2n.training.checkpoint import last_path, weights_of

pytestmark = pytest.mark.slow
# Rounding, which differs with the number of processes, grows with every long step, and Muon makes the most of it.
SLOW = ("--schedule", "constant", "--learning-rate", 1e-5, "--optimizer", "adam", "--precision", "fp32")
COMMON = ("--batch-size", 9, "--width", 6, "--hold-out", 0.2, "--evaluations", 20, *SLOW)
STEPS = 120
SPREAD = ("--processes", 2)


@pytest.fixture
def begun(run, tmp_path, rng):
    """A training that one process began, and the command that goes on to its end."""
    clean = rng.integers(64, 192, (40, 3, 1, 1)) * np.ones((1, 1, 32, 32))
    shots = [(clean + rng.normal(0, 25, clean.shape)).clip(0, 255).astype(np.uint8) for _ in range(2)]
    np.savez(tmp_path / "pairs.npz", source=shots[0], target=shots[1])
    out = tmp_path / "one.safetensors"
    assert run("train", tmp_path / "pairs.npz", "-o", out, *COMMON, "--steps", 8)[1] == 0
    return out, ("train", tmp_path / "pairs.npz", *COMMON, "--steps", STEPS, "--resume")


def copied(out, name):
    for path in (out, last_path(out)):
        shutil.copy(path, path.with_name(path.name.replace(out.stem, name)))
    return out.with_name(f"{name}.safetensors")


def state_of(path):
    return weights_of(weights.load(path)[0])


def test_two_processes_learn_what_one_learns_though_a_node_goes(cluster, begun, start, run):
    one, command = begun
    two = copied(one, "two")
    assert run(*command, "-o", one)[1] == 0
    before, process = last_path(two).read_bytes(), start(*command, "-o", two, *SPREAD, "--cluster", cluster.client)
    until = time.monotonic() + 300
    while last_path(two).read_bytes() == before:
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.05)
    host = list(cluster.nodes)[-1]
    cluster.kill(host)
    cluster.add()
    told = process.communicate()[1]
    assert process.returncode == 0 and f"node {host} is gone" in told
    single, double = state_of(last_path(one)), state_of(last_path(two))
    assert all(torch.allclose(single[name], double[name], atol=5e-4) for name in single)
    assert weights.load(two)[1].machine.endswith("2 processes")

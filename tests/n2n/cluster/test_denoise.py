"""`denoise --cluster`, beside the same command without it."""

import signal
import time

import numpy as np
import pytest
import tifffile

pytestmark = pytest.mark.slow
PLAIN = ("--precision", "fp32")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def wait_for_the_first(folder):
    until = time.monotonic() + 300
    while not folder.is_dir() or not contents(folder):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_folder_is_denoised_as_on_one_machine_and_what_is_damaged_is_told_at_the_end(
    cluster, run, pictures, weights, tmp_path
):
    folder = pictures(20, 64)
    (folder / "broken.png").write_bytes((folder / "00.png").read_bytes()[:300])
    common = ("denoise", folder, "--weights", weights, *PLAIN)
    here, there = (
        run(*common, "-o", tmp_path / "here"),
        run(*common, "-o", tmp_path / "there", "--cluster", cluster.client),
    )
    assert here == there and here[1] == 2 and "broken.png" in here[0]
    assert contents(tmp_path / "here") == contents(tmp_path / "there") and len(contents(tmp_path / "there")) == 20


def test_a_node_that_goes_loses_nothing(cluster, start, pictures, tmp_path):
    folder, out = pictures(40, 192), tmp_path / "out"
    host = cluster.add()
    process = start("denoise", folder, "-o", out, "--weights", "gaussian-small", *PLAIN, "--cluster", cluster.address)
    wait_for_the_first(out)
    cluster.kill(host)
    told = process.communicate()[1]
    assert process.returncode == 0, told
    assert sorted(contents(out)) == sorted(contents(folder))


def test_what_was_interrupted_goes_on_with_what_is_missing(cluster, start, run, pictures, tmp_path):
    folder, out = pictures(40, 128), tmp_path / "out"
    common = ("denoise", folder, "-o", out, "--weights", "gaussian-small", *PLAIN, "--cluster", cluster.address)
    process = start(*common)
    wait_for_the_first(out)
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1].endswith("n2n denoise: stopped\n") and process.returncode == 130
    before = contents(out)
    assert run(*common, "--resume") == (f"{len(before)} of 40 were there already\n", 0)
    assert len(contents(out)) == 40 and before.items() <= contents(out).items() and len(before) < 40


def test_a_large_picture_is_spread_in_tiles(cluster, run, weights, tmp_path, rng):
    noisy = tmp_path / "noisy.tif"
    tifffile.imwrite(noisy, rng.random((2200, 2300), dtype=np.float32))
    common = ("denoise", noisy, "--weights", weights, *PLAIN)
    run(*common, "-o", tmp_path / "here.tif")
    told, status = run(*common, "-o", tmp_path / "there.tif", "--cluster", cluster.address)
    here, there = (tifffile.imread(tmp_path / f"{name}.tif") for name in ("here", "there"))
    assert status == 0, told
    np.testing.assert_allclose(there, here, atol=1e-5, rtol=0)

"""Votes for a denoised pixel, and the experiment that shows them."""

import math

import numpy as np
import pytest
import torch

from demo.lab.influence import EXPERIMENT, SIDE
from demo.lab.material import photograph, spot
from n2n import UNet, UNetConfig
from n2n.analysis import influence
from n2n.files import image
from n2n.nets.unet import initialize_he

ROW, COLUMN = 13, 20


@pytest.fixture
def net():
    """A small net whose pixels all vote, in double precision."""
    small = UNet(UNetConfig(width=3))
    initialize_he(small)
    return small.double()


def test_votes_are_the_finite_differences_of_the_pixel(net):
    noisy, step = torch.rand(1, 3, 32, 32, dtype=torch.float64), 1e-7
    found = influence.votes(net, noisy, ROW, COLUMN)

    def brightness(picture):
        with torch.no_grad():
            return net(picture)[0, :, ROW, COLUMN].mean()

    for row, column in [(ROW, COLUMN), (ROW - 1, COLUMN + 2), (0, 0), (31, 5)]:
        more, less = noisy.clone(), noisy.clone()
        more[..., row, column] += step
        less[..., row, column] -= step
        slope = float(brightness(more) - brightness(less)) / (2 * step)
        assert float(found[0, 0, row, column]) == pytest.approx(slope, rel=1e-4, abs=1e-9)


def test_a_linear_filter_votes_by_its_kernel():
    kernel = torch.arange(9.0).view(1, 1, 3, 3)
    found = influence.votes(
        lambda noisy: torch.nn.functional.conv2d(noisy, kernel, padding=1), torch.rand(1, 1, 8, 8), 4, 3
    )
    assert torch.equal(found[0, 0, 3:6, 2:5], kernel[0, 0]) and float(found.sum()) == 36


def test_a_fresh_residual_net_copies_so_the_pixel_has_all_votes():
    net = UNet(UNetConfig(width=3, residual=True))
    initialize_he(net)
    found = influence.votes(net, torch.rand(1, 3, 32, 32), ROW, COLUMN)
    assert float(found[0, 0, ROW, COLUMN]) == pytest.approx(1) and int(found.count_nonzero()) == 1


def test_votes_leave_no_gradient_behind(net):
    noisy = torch.rand(1, 3, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        found = influence.votes(net, noisy, 0, 0)
    assert not noisy.requires_grad and not found.requires_grad
    assert all(parameter.grad is None for parameter in net.parameters())


def test_shares_grow_with_distance_as_a_plain_loop_counts_them(rng):
    cast = torch.from_numpy(rng.normal(size=(1, 1, 9, 7)))
    found = influence.within(cast, 2, 5)
    for radius in range(len(found)):
        near = [abs(cast[0, 0, y, x]) for y in range(9) for x in range(7) if math.hypot(y - 2, x - 5) <= radius]
        assert float(found[radius]) == pytest.approx(float(sum(near) / cast.abs().sum()), abs=1e-6)
    assert len(found) == 1 + math.ceil(math.hypot(6, 5))


def test_the_share_against_is_that_of_the_negative_votes():
    assert influence.against(torch.tensor([3.0, -1.0, 0.0, -1.0]).view(1, 1, 2, 2)) == pytest.approx(0.4)


def test_a_frame_leaves_the_pixel_and_its_neighbours_as_they_are():
    picture = torch.full((1, 3, 20, 20), 0.5)
    framed = influence.marked(picture, 10, 8)
    assert torch.equal(framed[..., 8:13, 6:11], picture[..., 8:13, 6:11])
    assert float(framed[0, 0, 7, 8]) == 1 and float(framed[0, 0, 6, 8]) == 0
    assert int((framed[0, 0] == 1).sum()) == 24 and int((framed[0, 0] == 0).sum()) == 32


@pytest.mark.parametrize("row, column", [(-1, 0), (0, -1), (32, 0), (0, 32)])
def test_pixels_outside_are_refused(row, column):
    with pytest.raises(ValueError, match="allowed: rows 0 to 31"):
        influence.votes(torch.nn.Identity(), torch.rand(1, 1, 32, 32), row, column)


def test_a_denoiser_that_looks_nowhere_has_no_shares():
    with pytest.raises(ValueError, match="no pixel votes"):
        influence.within(torch.zeros(1, 1, 4, 4), 0, 0)


@pytest.mark.parametrize("across, down, expected", [(0, 100, (95, 0)), (50, 0, (0, 48)), (100, 50, (48, 95))])
def test_a_place_in_percent_is_a_pixel(across, down, expected):
    assert spot({"x": across, "y": down}, 96) == expected


@pytest.mark.parametrize("column", [0, 1, 31, 47, 95])
def test_the_middle_of_a_pixel_is_that_pixel_in_whole_percent(column):
    across = EXPERIMENT.read({"x": 100 * (column + 0.5) / 96})[0]["x"]
    assert spot({"x": across, "y": 0}, 96) == (0, column)


@pytest.mark.parametrize("key", ["cat", "page"])
def test_photographs_are_square(key):
    picture = photograph(key, 64)
    assert picture.shape[2:] == (64, 64) and 0 <= picture.min() < picture.max() <= 1


def screens(folder, **given):
    chosen, wrong = EXPERIMENT.read(given)
    assert not wrong
    return list(EXPERIMENT.work(lambda: False, folder, chosen))


def pixels(shown):
    return image.read(shown.file).pixels.astype(int)


def test_before_learning_the_map_is_one_bright_pixel(tmp_path):
    (screen,) = screens(tmp_path, net="fresh", x=25, y=75)
    assert screen.headline == "The pixel itself has 100 % of the votes."
    votes = screen.rows[0][-1]
    bright = np.argwhere(pixels(votes).sum(2) > 300)
    assert bright.tolist() == [[72, 24]] and (votes.width, votes.height) == (SIDE, SIDE)


def test_the_weights_that_come_along_look_around(tmp_path):
    (screen,) = screens(tmp_path)
    assert screen.headline.startswith("Half of the votes come from within ") and "<svg" in screen.figure
    assert [seen.role for seen in screen.rows[0]] == ["noisy", "denoised now", "votes now"]
    assert (pixels(screen.rows[0][-1]).sum(2) > 300).sum() > 5


def test_while_it_learns_the_pixel_hands_over_votes(tmp_path):
    chosen = EXPERIMENT.read({"net": "learning"})[0] | {"seconds": "0.5"}
    first, *_, last = EXPERIMENT.work(lambda: False, tmp_path, chosen)
    assert [seen.role for seen in last.rows[0][-2:]] == ["votes before learning", "votes now"]
    assert "100 % before learning" in last.headline and first.share == 0 and last.share == 1

"""Any size, tiles and the ensemble, against the plain way to do the same."""

import numpy as np
import pytest
import torch
from torch import nn

from n2n.data.padding import pad_to_multiple
from n2n.files.outliers import tamed
from n2n.nets.tiling import blend, denoise
from n2n.nets.unet import UNet, UNetConfig


@pytest.fixture
def net():
    """A small net whose every layer matters: not that of a fresh start, which is all but constant."""
    net = UNet(UNetConfig(channels=3, width=6))
    for parameter in net.parameters():
        parameter.data.mul_(2)
    return net


class Inverse(nn.Module):
    """A net that turns white to black; it needs no padding and sees one pixel."""

    multiple, reach = 1, 0

    def __init__(self):
        super().__init__()
        self.one = nn.Parameter(torch.ones(()))

    def forward(self, image):
        return self.one - image


def calls(net, noisy, **options):
    """The result, and the shapes of the pictures that went through the net."""
    shapes = []
    hook = net.register_forward_pre_hook(lambda _, inputs: shapes.append(tuple(inputs[0].shape)))
    result = denoise(net, noisy, **options)
    hook.remove()
    return result, shapes


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (31, 31), (32, 32), (33, 65), (100, 3)])
def test_a_picture_of_any_size_equals_the_net_on_it_continued_by_reflection(net, size):
    noisy = torch.rand(2, 3, *size)
    missing = [(0, -side % 32) for side in size]
    padded = torch.from_numpy(np.pad(noisy.numpy(), [(0, 0), (0, 0), *missing], mode="reflect"))
    torch.testing.assert_close(denoise(net, noisy), net(padded).detach()[..., : size[0], : size[1]])


@pytest.mark.parametrize("size, pixels, tiles", [((600, 40), 1, 4), ((40, 430), 2**20, 1), ((545, 560), 500 * 576, 2)])
def test_tiles_give_what_the_whole_picture_gives(net, size, pixels, tiles):
    noisy = torch.rand(1, 3, *size)
    tiled, shapes = calls(net, noisy, pass_pixels=pixels)
    whole, one = calls(net, noisy)
    assert (len(shapes), len(one)) == (tiles, 1)
    torch.testing.assert_close(tiled, whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [(700, 40), (1000, 900), (900, 1200)])
def test_no_tile_has_more_pixels_than_may_pass_at_once(size):
    _, shapes = calls(Inverse(), torch.rand(1, 1, *size), pass_pixels=20_000)
    assert len(shapes) > 1
    assert max(height * width for _, _, height, width in shapes) <= 20_000


def test_the_longer_side_is_cut_so_that_little_overlaps(net):
    _, shapes = calls(net, torch.rand(1, 3, 640, 960), pass_pixels=640 * 800)
    assert [size for *_, size in shapes] == [640, 640]


def test_many_pictures_go_through_the_net_in_parts():
    noisy = torch.rand(5, 1, 320, 320)
    result, shapes = calls(Inverse(), noisy)
    assert [count for count, *_ in shapes] == [2, 2, 1]
    torch.testing.assert_close(result, 1 - noisy)


def test_the_ensemble_is_the_mean_over_eight_flips_and_turns(net):
    noisy = torch.rand(2, 3, 20, 45)
    results = []
    for flip in (False, True):
        for turn in range(4):
            changed = torch.rot90(noisy.flip(-1) if flip else noisy, turn, (2, 3))
            back = torch.rot90(denoise(net, changed), -turn, (2, 3))
            results.append(back.flip(-1) if flip else back)
    assert (results[0] - results[5]).abs().max() > 1e-3
    torch.testing.assert_close(denoise(net, noisy, ensemble=True), torch.stack(results).mean(0))


@pytest.mark.parametrize("training", [True, False])
def test_the_mode_of_the_net_is_left_as_it_was(net, training):
    net.train(training)
    denoise(net, torch.rand(1, 3, 8, 8))
    assert net.training is training


def test_the_mode_is_restored_after_an_error(net):
    net.train()
    with pytest.raises(RuntimeError):
        denoise(net, torch.rand(1, 5, 8, 8))
    assert net.training


def test_the_net_runs_in_evaluation_mode():
    net = Inverse()
    net.register_forward_hook(lambda net, _, output: output * float("nan") if net.training else output)
    assert torch.equal(denoise(net, torch.ones(1, 1, 4, 4)), torch.zeros(1, 1, 4, 4))


def test_no_gradient_is_kept(net):
    assert not denoise(net, torch.rand(1, 3, 8, 8, requires_grad=True)).requires_grad


def test_the_noisy_picture_is_left_as_it_was(net):
    noisy = torch.rand(1, 3, 33, 40)
    before = noisy.clone()
    denoise(net, noisy, ensemble=True)
    assert torch.equal(noisy, before)


def test_the_result_has_the_type_of_the_picture_whatever_the_nets():
    noisy = torch.rand(1, 1, 5, 5, dtype=torch.float64)
    assert denoise(Inverse(), noisy).dtype == torch.float64


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_strength_goes_in_a_straight_line_from_noisy_to_denoised(strength):
    noisy, denoised = torch.rand(2, 1, 3, 4, 5)
    torch.testing.assert_close(blend(noisy, denoised, strength), (1 - strength) * noisy + strength * denoised)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_out_of_range_is_refused(strength):
    with pytest.raises(ValueError, match=f"strength is {strength}; allowed: 0 .* to 1"):
        blend(torch.zeros(1), torch.zeros(1), strength)


@pytest.mark.parametrize("size", [(1, 1), (1, 33), (2, 5), (16, 17), (31, 32), (64, 65)])
@pytest.mark.parametrize("multiple", [1, 4, 32])
def test_padding_is_that_of_numpy(size, multiple):
    picture = torch.rand(2, 3, *size)
    missing = [(0, -side % multiple) for side in size]
    expected = np.pad(picture.numpy(), [(0, 0), (0, 0), *missing], mode="reflect")
    assert np.array_equal(pad_to_multiple(picture, multiple).numpy(), expected)


def test_a_hot_pixel_stays_and_the_net_sees_it_within_bounds(net):
    cool = torch.rand(1, 3, 64, 64)
    hot = cool.clone()
    hot[..., 20, 30] = 16
    change = denoise(net, hot) - denoise(net, tamed(hot))
    assert change[..., 20, 30].min() > 13
    change[..., 20, 30] = 0
    assert (change == 0).all() and 1 <= tamed(hot).max() <= 2

"""Feature maps and what reaches them: against the layers by hand, and against where a gradient is not zero."""

import copy

import pytest
import torch
import torch.nn.functional as F

from n2n import UNet, UNetConfig
from n2n.analysis import feature_maps

SIDE = 64


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return UNet(UNetConfig(channels=1, width=3)).eval()


@pytest.fixture(scope="module")
def open_net():
    """A net through which every pixel counts: positive weights, and maps that fall to no side of a pooling."""
    net = UNet(UNetConfig(channels=1, width=3, residual=True))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(0.1 if parameter.ndim > 1 else 0.0)
    return net


def test_the_maps_are_those_of_the_layers_one_after_the_other(net):
    picture = torch.rand(1, 1, SIDE, SIDE, generator=torch.manual_seed(1))
    maps = feature_maps.follow(net, picture)
    first = F.leaky_relu(F.conv2d(picture, net.enc_conv0.weight, net.enc_conv0.bias, padding=1), 0.1)
    second = F.leaky_relu(F.conv2d(first, net.enc_conv1.weight, net.enc_conv1.bias, padding=1), 0.1)
    third = F.conv2d(F.max_pool2d(second, 2), net.enc_conv2.weight, net.enc_conv2.bias, padding=1)
    assert torch.equal(maps.outputs["ENC_CONV1"], second)
    assert torch.equal(maps.outputs["ENC_CONV2"], F.leaky_relu(third, 0.1))
    assert torch.equal(maps.outputs["DEC_CONV1C"], net(picture))
    assert all(not module._forward_hooks for module in net.modules())


def test_every_stage_stands_at_the_level_of_its_maps(net):
    maps = feature_maps.follow(net, torch.zeros(1, 1, SIDE, SIDE))
    found = feature_maps.stages(net)
    assert [stage.name for stage in found] == list(maps.outputs)
    for stage in found:
        assert maps.outputs[stage.name].shape[1:] == (stage.maps, SIDE >> stage.level, SIDE >> stage.level)
    assert [stage.rising for stage in found] == sorted(stage.rising for stage in found)


def test_a_skip_leads_to_every_level_but_the_deepest(net):
    assert [(skip.level, skip.source, skip.maps) for skip in feature_maps.skips(net)] == [
        *((level, f"POOL{level}", 3) for level in (4, 3, 2, 1)),
        (0, "INPUT", 1),
    ]


@pytest.fixture(scope="module")
def reached(open_net):
    """The outputs for a bright line of pixels in each place, upright and level: every pixel wins every pooling."""
    found = []
    for across in (0, 1):
        bright = torch.zeros(SIDE, 1, SIDE, SIDE)
        for place in range(SIDE):
            bright[place, 0].select(across, place).fill_(1.0)
        found.append(feature_maps.follow(open_net, bright).outputs)
    return found


@pytest.mark.parametrize("name", ["ENC_CONV0", "ENC_CONV3", "ENC_CONV6", "DEC_CONV5A", "DEC_CONV4B", "DEC_CONV1C"])
def test_the_receptive_field_is_where_pixels_can_make_a_difference(open_net, reached, name):
    level = next(stage.level for stage in feature_maps.stages(open_net) if stage.name == name)
    row, column = 24 >> level, 40 >> level
    places = [outputs[name][:, 0, row, column].nonzero().flatten() for outputs in reached]
    (top, bottom), (left, right) = ((int(each.min()), int(each.max()) + 1) for each in places)
    box = feature_maps.fields(open_net, name, row, column, SIDE)["INPUT"]
    assert (box.top, box.left, box.bottom, box.right) == (top, left, bottom, right)


def test_votes_are_the_slope_of_a_map_s_pixel(net):
    net = copy.deepcopy(net).double()
    picture = torch.rand(1, 1, 32, 32, generator=torch.manual_seed(2), dtype=torch.float64)
    votes = feature_maps.follow(net, picture).votes("DEC_CONV5B", 4, 1, 0)
    moved = picture.clone()
    moved[0, 0, 20, 7] += 1e-6
    values = [feature_maps.follow(net, each).outputs["DEC_CONV5B"][0, 4, 1, 0].item() for each in (picture, moved)]
    assert votes[0, 0, 20, 7].item() == pytest.approx((values[1] - values[0]) / 1e-6, rel=1e-3, abs=1e-8)


def test_a_frame_leaves_what_is_inside_as_it_was():
    picture = torch.zeros(1, 1, 8, 8)
    framed = feature_maps.framed(picture, feature_maps.Box(3, 3, 5, 9))
    assert framed.sum() == 6 * 7 - 2 * 5 and not framed[0, 0, 3:5, 3:].any()

"""The net against Table I: a forward pass written by hand, its 36 tensors, its reach."""

import pytest
import torch
import torch.nn.functional as F

from n2n.nets.unet import UNet, UNetConfig, check_state, config_of, count_parameters, initialize_he, start_at

CONVOLUTIONS = [f"enc_conv{level}" for level in range(7)]
CONVOLUTIONS += [f"dec_conv{level}{part}" for level in (5, 4, 3, 2) for part in "ab"]
CONVOLUTIONS += ["dec_conv1a", "dec_conv1b", "dec_conv1c"]


def by_hand(state, image):
    """Table I line by line."""

    def convolution(name, x):
        return F.leaky_relu(F.conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"], padding=1), 0.1)

    def up_and_join(x, earlier):
        return torch.cat([x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3), earlier], dim=1)

    pool1 = F.max_pool2d(convolution("enc_conv1", convolution("enc_conv0", image)), 2)
    pool2 = F.max_pool2d(convolution("enc_conv2", pool1), 2)
    pool3 = F.max_pool2d(convolution("enc_conv3", pool2), 2)
    pool4 = F.max_pool2d(convolution("enc_conv4", pool3), 2)
    pool5 = F.max_pool2d(convolution("enc_conv5", pool4), 2)
    x = convolution("enc_conv6", pool5)
    x = convolution("dec_conv5b", convolution("dec_conv5a", up_and_join(x, pool4)))
    x = convolution("dec_conv4b", convolution("dec_conv4a", up_and_join(x, pool3)))
    x = convolution("dec_conv3b", convolution("dec_conv3a", up_and_join(x, pool2)))
    x = convolution("dec_conv2b", convolution("dec_conv2a", up_and_join(x, pool1)))
    x = convolution("dec_conv1b", convolution("dec_conv1a", up_and_join(x, image)))
    return torch.sigmoid(F.conv2d(x, state["dec_conv1c.weight"], state["dec_conv1c.bias"], padding=1))


def test_width_24_in_colour_has_the_reports_number_of_parameters():
    assert count_parameters(UNet()) == 249_075


def test_the_tensors_are_named_after_table_1():
    assert list(UNet().state_dict()) == [f"{name}.{kind}" for name in CONVOLUTIONS for kind in ("weight", "bias")]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("width", [6, 24, 48])
@pytest.mark.parametrize("shape", [(1, 64, 32), (3, 32, 96)])
def test_the_output_is_that_of_the_forward_pass_written_by_hand(channels, width, shape):
    net = UNet(UNetConfig(channels, width)).double()
    for parameter in net.parameters():
        parameter.data.normal_(std=0.1)
    batch, height, columns = shape
    image = torch.rand(batch, channels, height, columns, dtype=torch.float64)
    torch.testing.assert_close(net(image), by_hand(net.state_dict(), image))


def test_a_residual_net_adds_what_the_last_convolution_says():
    plain, residual = UNet(UNetConfig(width=6)).double(), UNet(UNetConfig(width=6, residual=True)).double()
    residual.load_state_dict(plain.state_dict())
    image = torch.rand(2, 3, 32, 64, dtype=torch.float64)
    torch.testing.assert_close(residual(image) - image, torch.logit(by_hand(plain.state_dict(), image)))


def test_an_untrained_residual_net_is_the_identity():
    net = UNet(UNetConfig(width=6, residual=True))
    initialize_he(net)
    image = torch.randn(1, 3, 32, 32)
    assert torch.equal(net(image), image)


def test_a_residual_net_without_biases_gives_k_times_the_picture_for_k_times_the_noisy_one():
    net, image = UNet(UNetConfig(width=6, residual=True, bias=False)).double(), torch.randn(1, 3, 32, 32).double()
    assert not any(name.endswith("bias") for name in net.state_dict())
    torch.testing.assert_close(net(7 * image), 7 * net(image))


def test_a_picture_does_not_change_another_in_the_batch():
    net, images = UNet().double(), torch.rand(3, 3, 32, 32, dtype=torch.float64)
    alone = torch.cat([net(image[None]) for image in images])
    torch.testing.assert_close(net(images), alone)


def test_the_input_is_left_as_it_was():
    image = torch.rand(1, 3, 32, 32)
    before = image.clone()
    UNet()(image)
    assert torch.equal(image, before)


def test_sides_that_divide_by_multiple_are_enough_and_half_of_it_are_not():
    net = UNet()
    side = net.multiple
    assert net(torch.rand(1, 3, side, 3 * side)).shape == (1, 3, side, 3 * side)
    with pytest.raises(RuntimeError):
        net(torch.rand(1, 3, side // 2, side))


@pytest.mark.parametrize("corner", [0, 31])
def test_an_output_pixel_sees_as_far_as_reach_and_no_further(corner):
    """Weights positive, so that nothing cancels, and small; both corners of a cell of the coarsest grid."""
    net = UNet(UNetConfig(1, 3)).double()
    for parameter in net.parameters():
        parameter.data.uniform_(0.5, 1.5).div_(parameter[0].numel() if parameter.ndim > 1 else 100)
    image = torch.rand(1, 1, 416, 416, dtype=torch.float64, requires_grad=True)
    row = column = 192 + corner
    net(image)[0, 0, row, column].backward()
    rows, columns = image.grad[0, 0].nonzero().T
    distance = torch.maximum((rows - row).abs(), (columns - column).abs()).max()
    assert net.reach - net.multiple < distance <= net.reach


def test_the_table_totals_the_parameters():
    last = UNet().table().splitlines()[-1]
    assert last.split() == ["TOTAL", "249,075"]


def test_the_table_has_a_line_for_every_convolution_with_its_parameters():
    lines = {line.split()[0]: line.split()[-1] for line in UNet().table().splitlines()}
    assert lines["ENC_CONV0"] == f"{3 * 3 * 3 * 24 + 24:,}"
    assert lines["DEC_CONV1A"] == f"{3 * 3 * (48 + 3) * 32 + 32:,}"
    assert set(CONVOLUTIONS) <= {name.lower() for name in lines}


def test_the_rows_hold_every_parameter_once():
    net = UNet(UNetConfig(4, 9))
    assert sum(row.parameters for row in net.rows()) == sum(parameter.numel() for parameter in net.parameters())


def test_the_table_tells_the_size_at_the_bottom_of_the_net():
    bottom = next(line for line in UNet().table(64, 96).splitlines() if line.startswith("ENC_CONV6"))
    assert bottom.split()[-2] == "2×3"


@pytest.mark.parametrize("config", [UNetConfig(), UNetConfig(1, 48), UNetConfig(4, 6, True, False)])
def test_the_configuration_is_read_off_the_tensors(config):
    assert config_of(UNet(config).state_dict(), config.residual) == config


def test_a_missing_tensor_is_named():
    state = UNet().state_dict()
    del state["dec_conv3b.bias"]
    with pytest.raises(ValueError, match=r"'dec_conv3b\.bias' is missing"):
        config_of(state, False)


def test_a_tensor_too_many_is_named():
    with pytest.raises(ValueError, match=r"'extra\.weight' is \(1,\), the net has no such tensor"):
        check_state(UNet().state_dict() | {"extra.weight": torch.zeros(1)}, UNetConfig())


def test_a_tensor_of_another_shape_is_named_with_both_shapes():
    state = UNet().state_dict() | {"enc_conv2.bias": torch.zeros(7)}
    with pytest.raises(ValueError, match=r"'enc_conv2\.bias' is \(7,\), the net has \(24,\)"):
        check_state(state, UNetConfig())


def test_weights_of_some_other_net_are_refused_with_their_first_names():
    with pytest.raises(ValueError, match=r"no convolution 'enc_conv0.weight'.*'bias', 'weight'"):
        config_of(torch.nn.Linear(2, 2).state_dict(), False)


@pytest.mark.parametrize("channels", [0, 17])
def test_channels_out_of_range_are_refused(channels):
    with pytest.raises(ValueError, match=f"channels is {channels}; allowed: 1 to 16"):
        UNetConfig(channels=channels)


@pytest.mark.parametrize("width", [0, 25, 387])
def test_a_width_that_is_no_multiple_of_3_in_range_is_refused(width):
    with pytest.raises(ValueError, match=f"width is {width}; allowed: multiples of 3"):
        UNetConfig(width=width)


def test_an_untrained_net_starts_at_the_brightness_it_is_given():
    net = UNet(UNetConfig(width=6))
    net.dec_conv1c.weight.data.zero_()
    start_at(net, 0.05)
    assert torch.allclose(net(torch.rand(1, 3, 32, 32)), torch.tensor(0.05))

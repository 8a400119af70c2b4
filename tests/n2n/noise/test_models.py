"""Noise models against the mean and variance that their formulas give."""

import numpy as np
import pytest
import skimage
import torch

from n2n.noise import NOISES, generator, parse

COUNT = 4000  # noisy pictures whose mean and variance are taken
LEVELS = ("gaussian:25", "poisson:30", "bernoulli:0.3", "impulse:0.4", "speckle:0.2")


@pytest.fixture
def photos(photo):
    """Three colour photographs of 64×48, float in [0, 1]."""
    cuts = [photo[i : i + 64, i : i + 48] for i in (0, 64, 128)]
    return torch.from_numpy(np.stack(cuts)).permute(0, 3, 1, 2).contiguous() / 255


def many(spec, x):
    """COUNT noisy values of a few pixels, (COUNT, 3, 1, len(x)), colours of each pixel alike."""
    return parse(spec)(x.expand(COUNT, 3, 1, -1).contiguous(), generator(7)).double()


VARIANCES = {
    "gaussian:25": lambda x: torch.full_like(x, (25 / 255) ** 2),
    "poisson:30": lambda x: x / 30,
    "bernoulli:0.3": lambda x: 0.3 * 0.7 * x**2,
    "impulse:0.4": lambda x: 0.6 * x**2 + 0.4 / 3 - (0.6 * x + 0.2) ** 2,
    "speckle:0.2": lambda x: (0.2 * x) ** 2,
}
MEANS = {spec: lambda x: x for spec in LEVELS}
MEANS |= {"bernoulli:0.3": lambda x: 0.7 * x, "impulse:0.4": lambda x: 0.6 * x + 0.4 / 2}


@pytest.mark.parametrize("spec", LEVELS)
def test_the_mean_is_that_of_the_formula(spec):
    x = torch.tensor([0.0, 0.1, 0.5, 1.0])
    error = (VARIANCES[spec](x).max() / (3 * COUNT)) ** 0.5
    torch.testing.assert_close(many(spec, x).mean((0, 1, 2)), MEANS[spec](x).double(), atol=float(5 * error), rtol=0)


@pytest.mark.parametrize("spec", LEVELS)
def test_the_variance_is_that_of_the_formula(spec):
    x = torch.tensor([0.0, 0.1, 0.5, 1.0])
    torch.testing.assert_close(many(spec, x).var((0, 1, 2)), VARIANCES[spec](x).double(), atol=1e-6, rtol=0.08)


@pytest.mark.parametrize("spec", LEVELS)
def test_pixels_are_independent_and_so_are_pictures(spec):
    noise = many(spec, torch.full((2,), 0.5))[:, 0, 0] - MEANS[spec](torch.tensor(0.5))
    neighbours = np.corrcoef(noise.T.numpy())[0, 1]
    pictures = np.corrcoef(noise[:-1, 0].numpy(), noise[1:, 0].numpy())[0, 1]
    assert max(abs(neighbours), abs(pictures)) < 5 / COUNT**0.5


@pytest.mark.parametrize("spec, together", [("bernoulli:0.3", True), ("gaussian:25", False), ("poisson:30", False)])
def test_a_lost_pixel_is_lost_in_all_colours_and_other_noise_differs(spec, together):
    red, green, _ = many(spec, torch.tensor([0.5]))[:, :, 0, 0].T.numpy()
    correlation = np.corrcoef(red, green)[0, 1]
    assert abs(correlation - together) < 5 / COUNT**0.5


def test_impulse_replaces_all_colours_of_a_pixel_by_even_values():
    noisy = many("impulse:0.4", torch.tensor([0.5]))[:, :, 0, 0]
    replaced = noisy != 0.5
    assert torch.equal(replaced.all(1), replaced.any(1))
    counts, _ = np.histogram(noisy[replaced], bins=10, range=(0, 1))
    assert np.abs(counts - counts.mean()).max() < 5 * counts.mean() ** 0.5


@pytest.mark.parametrize("spec", [kind.example for kind in NOISES.values()])
def test_a_noise_stays_in_range_where_it_says_so_and_is_not_clipped_where_not(spec):
    noise = parse(spec)
    noisy = noise(torch.ones(4, 3, 64, 64), generator(0))
    assert bool((noisy > 1).any()) is not noise.in_range


def test_gaussian_noise_goes_below_black():
    assert (parse("gaussian:25")(torch.zeros(1, 1, 9, 9), generator(0)) < 0).any()


@pytest.mark.parametrize("spec", [kind.example for kind in NOISES.values()])
def test_zero_mean_says_whether_noisy_pictures_scatter_around_the_clean_one(spec, photos):
    noise, photo = parse(spec), photos[:1, :, :32, :32]
    mean = noise(photo.expand(200, -1, -1, -1), generator(0)).mean(0)
    assert bool((mean - noise.clean(photo)[0]).square().mean() < 1e-3) is noise.zero_mean


@pytest.mark.parametrize("side", [2, 3, 8])
def test_the_clean_picture_of_pixelate_is_the_mean_of_each_block(side, photos):
    whole = photos[:, :, : 64 // side * side, : 48 // side * side].numpy()
    expected = skimage.measure.block_reduce(whole, (1, 1, side, side), np.mean)
    torch.testing.assert_close(parse(f"pixelate:{side}").clean(photos), torch.from_numpy(expected))


@pytest.mark.parametrize("side", [2, 3, 8])
def test_a_pixelated_pixel_is_one_of_its_block_in_all_colours(side, photos):
    noisy = parse(f"pixelate:{side}")(photos, generator(0))
    for (n, row, column), pixel in zip(np.ndindex(3, 64 // side, 48 // side), noisy.permute(0, 2, 3, 1).flatten(0, 2)):
        block = photos[n, :, row * side : (row + 1) * side, column * side : (column + 1) * side].flatten(1)
        assert (block == pixel[:, None]).all(0).any()


def test_pixelate_draws_every_position_of_a_block_equally_often():
    positions = torch.arange(9.0).view(1, 1, 3, 3).repeat(1, 1, 60, 60)
    counts = parse("pixelate:3")(positions, generator(0)).flatten().long().bincount(minlength=9).double()
    assert (counts - 400).abs().max() < 5 * 400**0.5


def test_a_photograph_smaller_than_a_block_is_refused_with_both_sizes():
    with pytest.raises(ValueError, match=r"picture of 9×5 pixels is too small for 'pixelate:8': each side needs .* 8"):
        parse("pixelate:8")(torch.zeros(1, 1, 5, 9), generator(0))


@pytest.mark.parametrize("fraction", [0.0, 0.05, 0.25, 0.5])
def test_text_covers_the_fraction_asked_for(fraction):
    photo = torch.full((4, 3, 128, 128), -1.0)
    covered = (parse(f"text:{fraction}")(photo, generator(0)) != -1).any(1).float().mean((1, 2))
    assert fraction <= covered.min() <= covered.max() < fraction + 0.06


def test_text_is_written_in_one_colour_a_string():
    noisy = parse("text:0.05")(torch.full((1, 3, 64, 64), -1.0), generator(0))
    colours = noisy.flatten(2)[0].T.unique(dim=0)
    assert 2 <= len(colours) < 10


@pytest.mark.parametrize("spec", [kind.example for kind in NOISES.values()])
def test_a_seed_gives_the_same_bits_again_and_another_others(spec, photos):
    noise = parse(spec)
    first, again, other = (noise(photos, generator(0, seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("spec", [kind.example for kind in NOISES.values()])
def test_the_photograph_is_left_as_it_was(spec, photos):
    before = photos.clone()
    parse(spec)(photos, generator(0))
    assert torch.equal(photos, before)


def test_two_shots_of_one_generator_differ(photos):
    noise, rng = parse("gaussian:25"), generator(0)
    assert (
        abs(np.corrcoef((noise(photos, rng) - photos).flatten(), (noise(photos, rng) - photos).flatten())[0, 1]) < 0.02
    )


def test_from_a_range_every_picture_draws_its_own_level_evenly():
    noisy = parse("gaussian:0-50")(torch.zeros(1000, 1, 20, 20), generator(0))
    sigmas = 255 * noisy.std((1, 2, 3))
    counts, _ = np.histogram(sigmas.clamp(0, 50), bins=5, range=(0, 50))
    assert np.abs(counts - 200).max() < 5 * 200**0.5


def test_generators_of_other_paths_are_unrelated():
    draws = torch.stack([torch.randn(4000, generator=generator(seed, step)) for seed in range(3) for step in range(3)])
    assert (torch.corrcoef(draws) - torch.eye(9)).abs().max() < 5 / 4000**0.5


def test_an_unknown_noise_is_answered_with_all_that_are_known():
    with pytest.raises(ValueError, match="unknown noise 'rain:3'") as error:
        parse("rain:3")
    assert all(kind.example in str(error.value) for kind in NOISES.values())


@pytest.mark.parametrize("spec", ["gaussian", "gaussian:", "gaussian:much", "gaussian:1-2-3"])
def test_a_missing_level_is_explained(spec):
    with pytest.raises(ValueError, match=f"noise '{spec}' has no level: standard deviation in units of 255"):
        parse(spec)


@pytest.mark.parametrize(
    "spec", ["gaussian:256", "gaussian:-5", "gaussian:30-20", "bernoulli:1.5", "poisson:0", "text:1"]
)
def test_a_level_out_of_range_is_answered_with_the_range(spec):
    with pytest.raises(ValueError, match=f"noise '{spec}' is out of range: .*, from .* to .*, for example"):
        parse(spec)


@pytest.mark.parametrize("spec", ["pixelate:2.5", "pixelate:2-4"])
def test_a_block_is_a_whole_number_of_pixels(spec):
    with pytest.raises(ValueError, match=f"noise '{spec}' is not a block: .*, a whole number"):
        parse(spec)


@pytest.mark.parametrize(
    "spec", [kind.example for kind in NOISES.values()] + ["gaussian:12.3456789", "speckle:0.1-0.25"]
)
def test_a_noise_is_written_as_it_is_read(spec):
    assert str(parse(spec)) == spec


@pytest.mark.parametrize("spec", ["gaussian:1e-3", "gaussian:1e-5-2e-4", "poisson:1e6", "poisson:1e2-1e6"])
def test_levels_in_scientific_notation_are_read_and_written(spec):
    noise = parse(spec)
    numbers = [float(part) for part in spec.partition(":")[2].replace("5-2", "5 2").replace("2-1", "2 1").split()]
    assert [noise.low, noise.high] == [numbers[0], numbers[-1]]
    assert parse(str(noise)) == noise


def test_all_shots_of_a_picture_have_one_level_and_independent_noise():
    one, other = parse("gaussian:0-50").shots(torch.zeros(40, 1, 64, 64), 2, generator(0))
    levels = [shot.flatten(1).std(1) for shot in (one, other)]
    assert torch.allclose(*levels, rtol=0.1)
    assert abs(float((one * other).mean() / (one.std() * other.std()))) < 0.01


# --- One after the other

CHAIN = "poisson:30+gaussian:25+impulse:0.1"


def test_a_chain_is_written_as_it_is_read():
    assert str(parse("poisson:30-100+gaussian:0-1e+2")) == "poisson:30-100+gaussian:0-100"


def test_a_chain_is_named_by_its_kinds_each_once():
    assert parse("gaussian:0-35+gaussian:0-35").name == "gaussian"
    assert parse("poisson:30+gaussian:5+gaussian:1").name == "poisson+gaussian"


def test_a_chain_has_the_mean_and_the_variance_of_its_parts_together():
    noisy, kept, x = many(CHAIN, torch.tensor([0.6]))[..., 0], 0.9, 0.6
    second = kept * (x**2 + x / 30 + (25 / 255) ** 2) + 0.1 / 3
    mean = kept * x + 0.1 / 2
    assert noisy.mean().item() == pytest.approx(mean, abs=0.005)
    assert noisy.var().item() == pytest.approx(second - mean**2, rel=0.05)


def test_in_a_chain_every_picture_draws_a_level_of_each_noise_and_its_shots_share_them():
    flat = torch.full((64, 1, 32, 32), 0.5)
    one, other = parse("gaussian:0-50+gaussian:0-50").shots(flat, 2, generator(0))
    spread = [shot.std((1, 2, 3)) for shot in (one, other)]
    assert torch.corrcoef(torch.stack(spread))[0, 1] > 0.98 and spread[0].std() > 0.02
    assert abs(np.corrcoef(one.flatten().numpy(), other.flatten().numpy())[0, 1]) < 0.02


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("pixelate:2+gaussian:5", (2, True, False)),
        ("gaussian:5+pixelate:2+pixelate:3", (6, True, False)),
        (CHAIN, (1, False, False)),
        ("impulse:0.1+text:0.1", (1, False, True)),
    ],
)
def test_a_chain_knows_what_its_parts_do_together(spec, told):
    chain = parse(spec)
    assert (chain.shrink, chain.zero_mean, chain.in_range) == told
    assert chain(torch.rand(1, 3, 12, 12), generator(0)).shape[-1] == 12 // chain.shrink


def test_a_chain_of_blocks_cleans_one_after_the_other(photos):
    torch.testing.assert_close(parse("pixelate:2+pixelate:4").clean(photos), parse("pixelate:8").clean(photos))


@pytest.mark.parametrize("spec", ["poisson:30+", "+poisson:30", "poisson:30+much"])
def test_a_chain_with_a_link_that_is_none_is_refused(spec):
    with pytest.raises(ValueError, match=r"unknown noise|no level"):
        parse(spec)


@pytest.mark.parametrize("spec", ["gaussian:25", "poisson:30", "speckle:0.2", "poisson:30+gaussian:25"])
def test_sigma_is_the_spread_on_mid_grey(spec):
    noise = parse(spec)
    spread = 255 * many(spec, torch.tensor([0.5])).std().item()
    assert noise.sigma == pytest.approx((spread, spread), rel=0.02)


@pytest.mark.parametrize("spec", ["impulse:0.1", "text:0.1", "pixelate:8", "bernoulli:0.1"])
def test_noise_that_a_spread_says_little_of_has_none(spec):
    assert parse(spec).sigma is None

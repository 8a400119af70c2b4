"""The first tab in the page's address: what is written is read back, and what is wrong is named."""

import pytest

from demo.content import samples
from demo.tabs.denoise_controls import ADD, ALREADY, DenoiseControls
from demo.tabs.picture_link import PARAMETER, USUAL, Linked, read, written


def values(**changes):
    """A visitor's controls, the first screen's but for the changes."""
    none = dict.fromkeys(DenoiseControls._fields)
    return DenoiseControls(**(none | USUAL._asdict() | {"adding": ADD} | changes))


@pytest.mark.parametrize("sample", samples.SAMPLES)
def test_what_is_written_is_read_back(sample):
    linked = Linked(sample, "speckle", 0.35, 2**31 - 1, "everyday", 0.55)
    assert read({PARAMETER: written(values(**linked._asdict()))}) == linked


@pytest.mark.parametrize(
    "changes", [{}, {"files": ["a.png"]}, {"own": "token"}, {"strip": None}, {"adding": ALREADY}, {"weights": "mine"}]
)
def test_of_the_first_screen_and_of_one_s_own_nothing_is_written(changes):
    assert written(values(**({"strip": "coffee"} if changes else {}) | changes)) == ""
    assert read({}) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("coffee", "1 parts instead of 6"),
        ("tea_gaussian_25_0_automatic_1", "picture is 'tea'; allowed: portrait"),
        ("coffee_fog_25_0_automatic_1", "noise is 'fog'; allowed: gaussian"),
        ("coffee_gaussian_400_0_automatic_1", "level is '400'; allowed: a number from 0 to 100"),
        ("coffee_gaussian_nan_0_automatic_1", "level is 'nan'"),
        ("coffee_gaussian_25_-1_automatic_1", "seed is '-1'"),
        ("coffee_gaussian_25_1.5_automatic_1", "seed is '1.5'; allowed: a whole number"),
        ("coffee_gaussian_25_0_../../x_1", "model is '../../x'"),
        ("coffee_gaussian_25_0_automatic_2", "strength is '2'; allowed: a number from 0 to 1"),
    ],
)
def test_what_is_wrong_in_a_link_is_named(text, named):
    with pytest.raises(ValueError, match=named.replace(".", r"\.")):
        read({PARAMETER: text})

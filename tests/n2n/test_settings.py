"""Settings of dataclasses: what is told of each, and what is refused."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from n2n.nets.unet import UNetConfig
from n2n.settings import check_settings, setting, settings_of
from n2n.training.recipe import Recipe


@dataclass(frozen=True)
class Kettle:
    """A dataclass with settings, and a field that is none."""

    name: str = "kettle"
    litres: float | None = setting(None, "how much it holds", unit="litres", low=0.5, high=3.0, unset="what fits")
    cups: int = setting(4, "how many cups it fills", unit="cups", low=2, high=8, multiple=2)
    whistle: bool = setting(False, "it whistles")

    def __post_init__(self):
        check_settings(self)


def test_a_setting_tells_all_that_its_field_does():
    litres, cups, whistle = settings_of(Kettle).values()
    assert (litres.name, litres.kind, litres.default, litres.optional) == ("litres", float, None, True)
    assert (litres.help, litres.unit, litres.unset) == ("how much it holds", "litres", "what fits")
    assert (cups.low, cups.high, cups.multiple, cups.optional, cups.choices) == (2, 8, 2, False, ())
    assert whistle.kind is bool and whistle.high == math.inf


@pytest.mark.parametrize("given", [{"litres": None}, {"litres": 0.5}, {"cups": 8}, {"whistle": True}])
def test_what_is_allowed_is_taken(given):
    assert Kettle(**given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"litres": 4}, "litres is 4; allowed: 0.5 to 3"),
        ({"cups": 3}, "cups is 3; allowed: multiples of 2 from 2 to 8"),
        ({"cups": 10}, "cups is 10; allowed: multiples of 2 from 2 to 8"),
        ({"cups": 2.0}, "cups is 2.0; allowed: a whole number"),
        ({"cups": None}, "cups is None; allowed: a whole number"),
        ({"whistle": 1}, "whistle is 1; allowed: True, False"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(given, told):
    with pytest.raises(ValueError, match=f"^{told}$"):
        Kettle(**given)


def test_numbers_of_numpy_become_plain():
    assert type(Kettle(cups=np.int64(4)).cups) is int


@pytest.mark.parametrize("owner", [Recipe, UNetConfig])
def test_every_setting_has_a_default_that_it_allows_and_help_that_is_a_phrase(owner):
    for known in settings_of(owner).values():
        known.check(known.default)
        assert len(known.help.split()) > 2 and not known.help.startswith(("of ", "in ")), known.name

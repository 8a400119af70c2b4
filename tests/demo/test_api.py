"""The endpoints for programs, as far as they need no server."""

from typing import get_args

from demo.api import RecipeName
from n2n.training import RECIPES


def test_a_program_may_choose_every_recipe():
    assert get_args(RecipeName) == tuple(RECIPES)

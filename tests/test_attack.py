"""The attack on the running server, a part of all that tests/attack.py does; what it finds is printed. Milliseconds are
for the script alone, as they depend on what else the machine does.
"""

import attack
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("part", attack.PARTS)
def test_it_holds(part, tmp_path):
    (tmp_path / "files").mkdir()
    figures = list(attack.PARTS[part](tmp_path / "files", quick=True))
    assert figures and not [str(figure) for figure in figures if figure.missed and figure.unit != "ms"]

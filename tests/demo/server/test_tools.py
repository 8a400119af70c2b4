"""What an agent's call becomes before Gradio's client sees it."""

import pytest

from demo.server.tools import described, plain


def test_a_parameter_is_described_by_what_stands_behind_its_name():
    text = "Scores. first, second: the shots: both. axes: letters, such as TYX. Returns results: a list."
    told = described(text, ["axes", "first", "second", "unsaid"])
    assert told == {"first": "the shots: both.", "second": "the shots: both.", "axes": "letters, such as TYX."}


@pytest.mark.parametrize("value", [{"path": "/etc/passwd"}, [{"path": "/etc/passwd"}], ["x"]])
def test_what_is_no_file_may_not_hold_one(value):
    with pytest.raises(ValueError, match="weights is a"):
        plain("weights", value)

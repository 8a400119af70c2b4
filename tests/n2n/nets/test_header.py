"""What weights files tell: as it is written, as it is read of older files and of other programs' ones."""

import json
import math

import numpy as np
import pytest
import safetensors

from n2n.files import ValueRange
from n2n.nets import weights
from n2n.nets.header import Header, Mark
from n2n.nets.unet import UNetConfig


def metadata(path):
    """The JSON values of a weights file by their keys."""
    with safetensors.safe_open(path, "pt") as file:
        return {key: json.loads(value) for key, value in file.metadata().items() if key != "format"}


@pytest.mark.parametrize("name", weights.shipped())
def test_a_header_is_written_with_what_it_was_read_from(name):
    told = metadata(weights.find(name))
    again = json.loads(json.dumps(Header.read(told).as_json()))
    older = {"range": [0, told["scale"]]} if "scale" in told else {}
    expected = {name: value for name, value in told.items() if name != "scale"} | older
    assert again | {"config": told["config"]} == expected
    assert again["config"] == {"residual": False, "bias": True} | told["config"]


def test_the_net_of_an_older_file_that_does_not_tell_how_it_ends_is_that_of_table_1():
    assert Header.read({"config": {"channels": 3, "width": 24}}).config == UNetConfig()


@pytest.mark.parametrize(
    "told",
    [
        {"config": {"depth": 7}},
        {"config": "resnet"},
        {"config": {"channels": 3, "width": 25}},
        {"seed": "seven"},
        {"steps": True},
        {"psnr": [1, 2]},
        {"sigma": 5},
        {"facts": {"data": "words"}},
        {"mark": {}},
        {"author": None},
    ],
)
def test_what_other_programs_tell_is_kept_as_it_is_but_not_understood(told):
    header = Header.read(told)
    assert header == Header(more=told) and header.as_json() == told


@pytest.mark.parametrize("best", [-math.inf, 31.5])
def test_a_checkpoint_comes_back_from_json(best):
    header = Header(UNetConfig(), data="pairs", mark=Mark(7, 1.5, best), facts={"noise": ("none", "none")})
    assert Header.read(json.loads(json.dumps(header.as_json()))) == header
    assert header.without_checkpoint().as_json().keys() == {"config", "data", "noise", "sigma", "psnr"}


def test_an_empty_header_tells_nothing():
    assert Header().as_json() == {} and Header.read({}) == Header()


@pytest.mark.parametrize("white, dtype", [(255, "uint8"), (4095, "uint16"), (1, "float32")])
def test_older_files_tell_white_alone_which_tells_the_type_as_well(white, dtype):
    header = Header.read({"scale": white})
    assert header.learnt_range(np.dtype(dtype)) == header.range == ValueRange(0, white)
    assert header.learnt_range(np.dtype(np.int16)) is None


def test_a_range_holds_for_the_type_that_it_was_learnt_from_and_for_any_floating_point_alike():
    header = Header(range=ValueRange(-1000, 3000), dtype="float32")
    assert header.learnt_range(np.dtype(np.float64)) == header.range and not header.learnt_range(np.dtype(np.uint16))
    assert header.as_json()["range"] == [-1000, 3000] and Header.read(header.as_json()) == header

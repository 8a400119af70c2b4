"""The experiment that follows a pixel: what it draws is what the net computed, and what it says is what reaches it."""

import numpy as np
import pytest
import torch
from PIL import Image

from demo.lab import net_drawing
from demo.lab.experiment import last_screen
from demo.lab.follow import EXPERIMENT, SIDE, STAGES
from demo.lab.material import SHIPPED, photograph
from n2n import Noise2Noise
from n2n.analysis import feature_maps
from n2n.files import image


def follow(folder, **given):
    chosen, wrong = EXPERIMENT.read(given)
    assert not wrong
    return last_screen(EXPERIMENT.work, folder, chosen)


def test_the_picture_file_holds_the_maps_that_are_named(tmp_path):
    drawing = follow(tmp_path, level=0, stage="ENC_CONV2", map=5).net
    net = Noise2Noise.load(SHIPPED, "cpu").net
    with torch.no_grad():
        picture = photograph("cat", SIDE)
        hidden = torch.nn.functional.leaky_relu(net.enc_conv0(picture), 0.1)
        hidden = torch.nn.functional.leaky_relu(net.enc_conv1(hidden), 0.1)
        maps = net.enc_conv2(torch.nn.functional.max_pool2d(hidden, 2))[0]
    maps = torch.nn.functional.leaky_relu(maps, 0.1).numpy()
    sheet = np.asarray(Image.open(tmp_path / "net.jpg")).astype(float) / 255
    (stage,) = [stage for stage in drawing["stages"] if stage["name"] == "ENC_CONV2"]
    assert 4 in stage["shown"] and stage["side"] == net_drawing.TILE == maps.shape[1]
    for place, number in enumerate(stage["shown"], stage["first"]):
        top, left = (net_drawing.TILE * part for part in divmod(place, drawing["across"]))
        tile = sheet[top : top + net_drawing.TILE, left : left + net_drawing.TILE]
        assert np.corrcoef(tile.flatten(), maps[number].flatten())[0, 1] > 0.95


def test_all_that_comes_before_reaches_a_value_and_nothing_that_comes_after(tmp_path):
    drawing = follow(tmp_path, stage="DEC_CONV5A").net
    reached = [stage["name"] for stage in drawing["stages"] if stage["reaches"]]
    assert reached == [stage.name for stage in STAGES[: reached.index("DEC_CONV5A") + 1]]


@pytest.mark.parametrize(("stage", "size"), [("ENC_CONV0", "3×3"), ("ENC_CONV2", "10×10"), ("DEC_CONV1C", "128×128")])
def test_the_receptive_field_is_told_and_framed(tmp_path, stage, size):
    screen = follow(tmp_path, stage=stage, x=50, y=50)
    assert f": {size} pixels of the picture can reach" in screen.headline
    noisy = image.read(screen.rows[0][0].file).pixels
    frame = (noisy == 255).all(2)
    side = int(size.split("×")[0])
    assert frame.sum() >= 4 * side * feature_maps.THICK * (side < SIDE)


def test_a_map_that_a_stage_has_not_got_is_its_last_one(tmp_path):
    assert follow(tmp_path, stage="DEC_CONV1C", map=48).net["chosen"] == ["DEC_CONV1C", 2]


def test_a_stage_that_the_net_has_not_got_is_refused():
    with pytest.raises(ValueError, match="allowed: ENC_CONV0, "):
        net_drawing.stage_named(STAGES, "ENC_CONV9")

"""One picture alone, on the page: what is told before, and that it is learnt from."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from short_training import SHORT, never

from demo.service.runs import Run
from demo.service.takeaway import command_for
from demo.service.uploads import TrainingData
from demo.work import inputs
from demo.work.inspect import Description, Speed, Verdicts, inspect_pairs
from demo.work.train import learn
from n2n.nets import weights


@pytest.fixture
def shot(rng, tmp_path):
    Image.fromarray(rng.integers(60, 190, (80, 96, 3), dtype=np.uint8)).save(tmp_path / "shot.png")
    return tmp_path / "shot.png"


def test_what_is_lost_is_told_in_one_sentence_before(shot, tmp_path):
    found = list(inspect_pairs(never, [shot], tmp_path, 0.05))
    (description,) = [item for item in found if isinstance(item, Description)]
    (told,) = [item for item in found if isinstance(item, Verdicts)]
    assert description.alone and isinstance(found[-1], Speed)
    assert [(one.check, one.level) for one in told.verdicts] == [("two shots", "amber")]
    assert "fine detail is lost" in told.verdicts[0].text


def test_it_is_learnt_from_and_the_command_says_how(shot, tmp_path):
    run = Run(TrainingData((shot,), (shot.name,)), tmp_path, replace(SHORT, config=None))
    for item in learn(never, [shot], tmp_path, run.settings):
        run.add(item)
    header = weights.load(run.weights)[1]
    assert header.recipe["method"] == "neighbor2neighbor" and header.steps == 4 and not header.psnr
    assert "shot.png -o mine.safetensors --method neighbor2neighbor" in command_for(run)
    assert "One shot alone does not tell" in run.result.reliability.note
    ((_, case),) = inputs.from_pairs([shot], run.settings.recipe.hold_out, 0)
    assert case.noisy.shape == (1, 3, 80, 96)

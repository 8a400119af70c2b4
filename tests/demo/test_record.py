"""The command that records the training of the first screen."""

import numpy as np
import pytest
import skimage
from skimage.metrics import peak_signal_noise_ratio

from demo import record
from demo.content import emblems, recording


def test_what_is_told_was_measured_on_what_is_shown():
    told, (first, second, *denoised) = record.record(0.5)
    clean = skimage.data.chelsea() / 255
    measured = [
        peak_signal_noise_ratio(clean, picture[0].permute(1, 2, 0).double().numpy(), data_range=1)
        for picture in (first, *denoised)
    ]
    assert measured == pytest.approx([told.noisy, *(moment.psnr for moment in told.moments)], abs=0.006)
    assert told.last.seconds >= 0.5 and told.last.step >= 1 and not np.array_equal(first, second)
    card = emblems.draw_card(skimage.data.chelsea(), skimage.data.chelsea(), told)
    assert card.size == emblems.CARD_SIZE and record.tile(first).shape == (*recording.TILE[::-1], 3)

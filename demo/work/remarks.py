"""What is said about a denoising: on the model, and on what was gained."""

import math
import re
from collections.abc import Sequence

import numpy as np

from n2n import Noise2Noise
from n2n.analysis import exposures
from n2n.measure import MeasuredPicture, NoisyPicture, choice
from n2n.nets import stretch, weights
from n2n.noise import Noise


def on_model(chosen: choice.Choice, model: Noise2Noise, noise: Noise | None, case: NoisyPicture) -> list[str]:
    """Why a model was chosen where that was left open, or what speaks against it: it learnt another kind of noise than
    the one added, or noise of another strength; and what it does to contrast.
    """
    notes = _on_noise(chosen, model, noise, case)
    return [*notes, words] if (words := stretch.note(case.noisy, model.header)) else notes


def _on_noise(chosen: choice.Choice, model: Noise2Noise, noise: Noise | None, case: NoisyPicture) -> list[str]:
    name, kind, notes, headers = chosen.name, choice.kind(model.header), [], weights.headers()
    if chosen.why and noise is None:
        return [f"“{name}” was chosen. {chosen.why}"]
    if noise and kind and noise.name not in re.split("[+,]", kind):
        better = choice.suited(noise.name, headers)
        known = choice.kind(headers[better]) == noise.name
        if chosen.why:
            notes.append(f"No weights here learnt {noise.name} noise; “{name}” does most for it of those there are.")
        elif name != better:
            advice = f"“{better}” learnt that." if known else f"“{better}” does more for it."
            notes.append(f"“{name}” learnt {kind} noise, this is {noise.name} noise: {advice}")
    if strength := choice.warning(case.noisy, model.header, headers, noise, case.target):
        notes.append(strength)
    return notes


def on_gain(measured: Sequence[tuple[MeasuredPicture, MeasuredPicture]]) -> str:
    """The sentence on what denoising gained on shots of a training, and how many exposures that is worth."""
    gains = [after.psnr - before.psnr for before, after in measured if before.psnr and after.psnr]
    gains = [gain for gain in gains if math.isfinite(gain)]
    if not gains:
        return "How much better it is cannot be told from these pictures."
    gain, estimated = float(np.mean(gains)), measured[0][1].estimated
    how = "estimated from the second shot, without a clean picture" if estimated else "against the clean pictures"
    number = exposures.worth(gain, 0.0)
    worth = f"is worth the average of about {number:.1f} exposures" if number > 1 else "is no better than it was"
    return f"Your own shots: {'≈ ' * estimated}{gain:+.1f} dB, {how}. One shot, denoised, {worth}.".replace("-", "−")

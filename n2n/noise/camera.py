"""The noise of pictures as cameras write them: soft in brightness, softer still and fainter in colour.

A camera interpolates the colours of its sensor, smooths them, most where it sees no structure, and compresses the
picture, so that neighbouring pixels share their noise. This stand-in for that chain draws what is left of it: two
correlations, the strength of colour beside brightness, how much less noise there is near black and white and in flat
areas, and JPEG.
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from .compression import compressed
from .models import Levelled

REACH = 3  # pixels around one in which structure is looked for
HALF = 0.08  # standard deviation of the brightness there, white is 1, that counts as half an edge
TO_YCC = torch.tensor([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
TO_RGB = torch.tensor([[1.0, 1.0, 1.0], [0.0, -0.344136, 1.772], [1.402, -0.714136, 0.0]])  # of Y, Cb, Cr
# What every picture draws evenly beside its level, least and most; lengths are standard deviations in pixels.
DRAWN = {
    "down": (0.1, 0.8),  # blur of the noise in brightness
    "across": (0.1, 0.9),
    "tail": (0.0, 0.3),  # part of its variance that reaches far
    "tail length": (2.0, 12.0),
    "colour length": (0.6, 4.0),
    "colour tail": (0.0, 0.5),
    "colour tail length": (3.0, 12.0),
    "blue": (0.2, 0.9),  # strength of Cb and of Cr beside that of brightness
    "red": (0.2, 0.9),
    "floor": (0.2, 1.0),  # strength at black and white beside that at mid-grey
    "edges": (0.0, 3.0),  # how much stronger it is where the picture has structure, which cameras smooth less
    "quality": (60.0, 100.0),  # of JPEG
    "block down": (0.0, 8.0),  # where its blocks begin, in pixels
    "block across": (0.0, 8.0),
}


class Camera(Levelled):
    """y = JPEG(x + g(x)·n), n correlated between neighbours: Y by less than a pixel, Cb and Cr by up to a few; g is
    less near black and white, and more where x has structure.

    What it is like beside its level is drawn for every picture, from DRAWN. Pictures of other than three channels have
    the noise of brightness in each.
    """

    name, unit, example, most = "camera", "standard deviation of the brightness, in units of 255", "camera:1-12", 255.0
    in_range = False
    numbers = 1 + len(DRAWN)

    @property
    def sigma(self) -> tuple[float, float]:
        return self.low, self.high

    def on_sharp(self) -> None:
        """What correlates the noise softens the picture; one that was shrunk since has neither."""

    def levels(self, count: int, rng: Generator) -> Tensor:
        low, high = torch.tensor([(self.low, self.high), *DRAWN.values()]).T[..., None, None]
        drawn = torch.empty(count, self.numbers, 1, 1, dtype=torch.float32).uniform_(generator=rng)
        levels: Tensor = drawn * (high - low) + low
        return levels

    def draw(self, photo: Tensor, levels: Tensor, rng: Generator) -> Tensor:
        level, down, across, tail, far, colour, colour_tail, colour_far, blue, red, floor, edges, *jpeg = levels.split(
            1, dim=1
        )
        noise = torch.empty_like(photo).normal_(generator=rng)
        colour_picture = photo.shape[1] == 3
        planes = torch.einsum("nchw,kc->nkhw", photo, TO_YCC) if colour_picture else photo
        luma = noise[:, :1] if colour_picture else noise
        parts = [_correlated(luma, (down, across), tail, far)]
        if colour_picture:
            chroma = _correlated(noise[:, 1:], (colour, colour), colour_tail, colour_far)
            parts.append(chroma * torch.cat([blue, red], dim=1))
        brightness = planes[:, :1].clamp(0, 1) if colour_picture else photo.clamp(0, 1)
        gain = (floor + (1 - floor) * 4 * brightness * (1 - brightness)) * (1 + edges * _structure(brightness))
        noisy = compressed(planes + level / 255 * gain * torch.cat(parts, dim=1), *jpeg)
        return torch.einsum("nkhw,kc->nchw", noisy, TO_RGB) if colour_picture else noisy


def _structure(brightness: Tensor) -> Tensor:
    """How much structure there is around each pixel of (N, C, H, W), from 0 in flat areas to nearly 1 at edges."""
    mode = "reflect" if min(brightness.shape[-2:]) > REACH else "replicate"
    padded = F.pad(brightness, (REACH,) * 4, mode=mode)
    mean, power = (F.avg_pool2d(values, 2 * REACH + 1, 1) for values in (padded, padded**2))
    deviation = (power - mean**2).clamp_min(0).sqrt()
    return deviation / (deviation + HALF)


def _correlated(white: Tensor, lengths: tuple[Tensor, Tensor], tail: Tensor, far: Tensor) -> Tensor:
    """White noise (N, C, H, W) → noise of the same variance, blurred down and across by (N, 1, 1, 1) each; a part
    `tail` of its variance is blurred by `far`. Its left edge goes on from its right one, its top from its bottom.
    """
    height, width = white.shape[-2:]
    power = (1 - tail) * _power(lengths[0], height)[..., None] * _power(lengths[1], width)[..., None, :]
    power = power + tail * _power(far, height)[..., None] * _power(far, width)[..., None, :]
    spectrum = torch.fft.rfft2(white) * power[..., : width // 2 + 1].sqrt()
    noise: Tensor = torch.fft.irfft2(spectrum, s=(height, width))
    return noise


def _power(length: Tensor, side: int) -> Tensor:
    """The power at each frequency of white noise that a Gaussian of standard deviation `length`, (N, 1, 1, 1), blurred
    along `side` pixels, with a mean of 1: (N, 1, side).
    """
    power = torch.exp(-((2 * torch.pi * length[..., 0] * torch.fft.fftfreq(side)) ** 2))
    scaled: Tensor = power / power.mean(-1, keepdim=True)
    return scaled

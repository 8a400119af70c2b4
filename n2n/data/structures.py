"""Drawn pictures of what fluoresces in a cell: spots, filaments and nuclei, made of smooth random fields."""

import torch
from torch import Generator, Tensor

KINDS = 3
FINE, COARSE = (3.0, 12.0), (10.0, 40.0)  # pixels: sizes of what filaments, and what nuclei are made of


def structures(height: int, width: int, rng: Generator) -> Tensor:
    """A picture, (H, W) in [0, 1], of one or more of the three kinds, one over the other."""
    shown = torch.rand(KINDS, generator=rng)
    shown[int(torch.randint(KINDS, (), generator=rng))] = 1
    drawn = [kind(height, width, rng) for kind in (_spots, _filaments, _nuclei)]
    picture = sum(strength * part for strength, part in zip(shown**2, drawn))
    assert isinstance(picture, Tensor)
    return picture / picture.max().clamp_min(1e-3)


def _spots(height: int, width: int, rng: Generator) -> Tensor:
    """Single pixels of many strengths, more of them in some places than in others."""
    often = 10 ** (-1.3 - 1.7 * torch.rand((), generator=rng)) * (1 + _field(height, width, COARSE, rng)).clamp_min(0)
    strength = torch.rand(height, width, generator=rng) ** 3
    return strength * (torch.rand(height, width, generator=rng) < often)


def _filaments(height: int, width: int, rng: Generator) -> Tensor:
    """The lines on which smooth fields are zero, which fade in and out."""
    lines = [torch.exp(-((6 * _field(height, width, FINE, rng)) ** 2)) for _ in range(2)]
    return (lines[0] + lines[1]) / 2 * (4 * _field(height, width, COARSE, rng)).sigmoid()


def _nuclei(height: int, width: int, rng: Generator) -> Tensor:
    """Patches with soft edges and some texture inside."""
    patches = (6 * _field(height, width, COARSE, rng) - 3).sigmoid()
    return patches * (0.4 + 0.1 * _field(height, width, FINE, rng)).clamp(0, 1)


def _field(height: int, width: int, sizes: tuple[float, float], rng: Generator) -> Tensor:
    """A smooth random field of variance 1, whose hills are of a size drawn from `sizes` in pixels."""
    low, high = sizes
    size = low * (high / low) ** float(torch.rand((), generator=rng))
    frequency = torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width))
    white = torch.randn(height, width, generator=rng)
    field = torch.fft.irfft2(torch.fft.rfft2(white) * torch.exp(-((size * frequency) ** 2) * 4), s=(height, width))
    scaled: Tensor = field / field.std().clamp_min(1e-6)
    return scaled

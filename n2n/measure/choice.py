"""The choice of weights for a picture: by the kind of its noise if that is known, or else by what it looks like."""

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor

from ..files import tamed
from ..nets import Header, UNetConfig
from ..noise import EITHER, Noise, parse
from .estimate import noise_level
from .metrics import SSIM_SIDE
from .noise_traits import NoiseTraits, traits_of

AUTOMATIC = "auto"  # in place of a name: the weights that suit each picture
GENERAL = ("everyday", "gaussian-small", "gaussian")  # weights for noise of an unknown kind, the best first
# Noise for which there are no weights → the kind whose weights remove most of it on the demo's pictures.
KIN = {"camera": "poisson", "speckle": "poisson", "bernoulli": "pixelate"}
CENTRE = 1024  # pixels: side of the centre of a picture in which its noise is estimated
FAINT = 0.9  # σ of the colours' finest detail below which their noise is not white
SHARED = 0.5  # correlation of next pixels' noise from which on it is that of a camera
SHARP = 2.0  # σ of the colours' finest detail above which it is noise, and not picture, that they share
PHOTONS = 0.6  # growth of the noise with brightness from which on it is that of photons


class Choice(NamedTuple):
    """Weights for a picture, and why these."""

    name: str
    why: str  # one sentence


def kind(header: Header) -> str:
    """The name of the noise that weights were trained on; "" where it is unknown, as with real shots."""
    return parse(header.noise).name if header.noise else ""


def recommended(noisy: Tensor, noise: str | None, shipped: Mapping[str, Header]) -> Choice:
    """The weights for a picture, (1, C, H, W), with a kind of noise; where that is None, the picture itself decides."""
    if noise is not None:
        return Choice(suited(noise, shipped), f"The noise is known to be {noise}.")
    traits = traits_of(noisy)
    if traits is None:
        strong = _as_strong(sigma_of(noisy), shipped) if min(noisy.shape[-2:]) >= SSIM_SIDE else None
        why = "The picture is too small, or too little of it is flat, to tell its noise."
        return Choice(strong or suited(None, shipped), why)
    wanted = _by_traits(traits, shipped)
    return next((found for found in wanted if found.name in shipped), Choice(suited(None, shipped), wanted[0].why))


def _by_traits(traits: NoiseTraits, shipped: Mapping[str, Header]) -> list[Choice]:
    """The weights that suit noise like this, the best first."""
    strength = f"σ ≈ {traits.sigma:.0f}"
    faint = not traits.grey and traits.fine < FAINT
    if faint or (traits.shared >= SHARED and (traits.grey or traits.fine > SHARP)):
        why = f"Neighbouring pixels share their noise ({strength}), as in pictures out of a camera."
        # What learnt photons alone smooths most of the others, and does more for a camera's noise than they do.
        learnt = [name for name in GENERAL if name in shipped and "camera" in kind(shipped[name])]
        return [Choice(name, why) for name in (*learnt, "poisson", "everyday")]
    if traits.growth >= PHOTONS:
        why = f"The noise ({strength}) grows with brightness, as that of photons does, and pixels do not share it."
        names = ("microscopy", "poisson") if traits.grey else ("poisson",)
        return [Choice(name, why) for name in names]
    why = f"The noise ({strength}) is as strong in the dark as in the light, and pixels do not share it."
    return [Choice(name, why) for name in ("gaussian", "gaussian-small")]


def suited(noise: str | None, shipped: Mapping[str, Header]) -> str:
    """The name of the weights for a kind of noise (None: unknown): residual nets come first, then the fastest."""
    if noise is not None:
        kinds = {name: kind(header) for name, header in shipped.items()}
        alone = [name for name, learnt in kinds.items() if learnt == noise]
        among = [name for name, learnt in kinds.items() if noise in learnt.split(EITHER)]
        kin = [name for name, learnt in kinds.items() if learnt == KIN.get(noise)]
        if fitting := alone or among or kin:
            return min(sorted(fitting), key=lambda name: _rank(shipped[name]))
    return next(name for name in GENERAL if name in shipped)


def _rank(header: Header) -> tuple[bool, int]:
    config = header.config or UNetConfig()
    return not config.residual, config.width


def learnt_range(header: Header) -> tuple[float, float] | None:
    """The least and greatest σ of the noise that weights were trained on, white is 255; None if unknown."""
    return header.sigma or (parse(header.noise).sigma if header.noise else None)


def warning(
    noisy: Tensor,
    header: Header,
    shipped: Mapping[str, Header] | None = None,
    added: Noise | None = None,
    clean: Tensor | None = None,
) -> str | None:
    """A warning if the noise of a picture, (1, C, H, W), is stronger or weaker than the noise weights learnt.

    The strength of `added` noise is known, and with the `clean` picture it can be measured; otherwise it is estimated.
    The warning names weights among the `shipped` ones that learnt noise of this strength, if there are any.
    """
    learnt = learnt_range(header)
    if learnt is None or min(noisy.shape[-2:]) < SSIM_SIDE:
        return None
    if added and added.name == kind(header) and added.sigma:
        sigma = added.sigma[1]
    elif clean is not None and header.sigma:
        sigma = 255 * float((tamed(noisy) - clean).square().mean().sqrt())
    else:
        sigma = sigma_of(noisy)
    low, high = learnt
    span = f"σ {low:.0f}" if f"{low:.0f}" == f"{high:.0f}" else f"σ {low:.0f} to {high:.0f}"
    if sigma > 1.15 * high + 1:
        comparison = f"more than the {span} this model learnt: expect some noise to stay."
    elif sigma < 0.7 * low - 1:
        comparison = f"less than the {span} this model learnt: expect it to blur. Try a lower strength."
    else:
        return None
    better = suited(added.name, shipped) if added and shipped else _as_strong(sigma, shipped or {})
    if better and not _holds(learnt_range((shipped or {})[better]), sigma):
        better = None
    advice = [f"“{better}” learnt noise of this strength."] if better else []
    return " ".join([f"The noise here is about σ = {sigma:.0f}, {comparison}", *advice])


def sigma_of(noisy: Tensor) -> float:
    """The σ of a picture's noise, white is 255, estimated from the centre of the picture, (1, C, H, W)."""
    top, left = (max(0, side - CENTRE) // 2 for side in noisy.shape[-2:])
    middle = noisy[0, :, top : top + CENTRE, left : left + CENTRE]
    return 255 * noise_level(middle.permute(1, 2, 0).double().numpy())


def _as_strong(sigma: float, shipped: Mapping[str, Header]) -> str | None:
    """The name of the first general weights that learnt noise of this strength."""
    return next((name for name in GENERAL if name in shipped and _holds(learnt_range(shipped[name]), sigma)), None)


def _holds(learnt: tuple[float, float] | None, sigma: float) -> bool:
    return learnt is not None and learnt[0] <= sigma <= learnt[1]

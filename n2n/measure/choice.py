"""Which weights suit a picture: by the kind of its noise where that is known, else by its strength."""

from collections.abc import Mapping

from torch import Tensor

from ..nets import Header, UNetConfig
from ..noise import Noise, parse
from .estimate import noise_level
from .metrics import SSIM_SIDE

GENERAL = ("everyday", "gaussian-small", "gaussian")  # weights for noise of no known kind, the better first
# Noise that no weights learnt → the kind whose weights do most for it, measured on the demo's pictures.
KIN = {"speckle": "poisson", "bernoulli": "pixelate"}
LOOKED_AT = 1024  # pixels: side of the middle in which noise is estimated


def kind(header: Header) -> str:
    """Name of the noise that weights learnt; "" where they learnt from shots whose noise nobody named."""
    return parse(header.noise).name if header.noise else ""


def recommended(noisy: Tensor, noise: str | None, shipped: Mapping[str, Header]) -> str:
    """The name of the weights for a picture, (1, C, H, W): for its noise's kind, or, where that is None, the first
    general ones that learnt noise as strong as is seen in it.
    """
    if noise is not None or min(noisy.shape[-2:]) < SSIM_SIDE:
        return suited(noise, shipped)
    return _as_strong(sigma_of(noisy), shipped) or suited(None, shipped)


def suited(noise: str | None, shipped: Mapping[str, Header]) -> str:
    """The name of the weights for noise of a kind (None: unknown). Of several the residual ones, and the fastest."""
    for learnt in (noise, KIN.get(noise or "")):
        fitting = [name for name in shipped if learnt and kind(shipped[name]) == learnt]
        if fitting:
            return min(sorted(fitting), key=lambda name: _rank(shipped[name]))
    return next(name for name in GENERAL if name in shipped)


def _rank(header: Header) -> tuple[bool, int]:
    config = header.config or UNetConfig()
    return not config.residual, config.width


def learnt_range(header: Header) -> tuple[float, float] | None:
    """σ of the noise that weights learnt from, in units of 255, as their header tells it; None where it does not."""
    return header.sigma or (parse(header.noise).sigma if header.noise else None)


def warning(
    noisy: Tensor,
    header: Header,
    shipped: Mapping[str, Header] | None = None,
    added: Noise | None = None,
    clean: Tensor | None = None,
) -> str | None:
    """A sentence where the noise of a picture, (1, C, H, W), is stronger or weaker than what weights learnt; else None.

    Noise that was `added` is known, and with the `clean` picture it can be measured as that of shots was; else it is
    estimated. The sentence names weights among the `shipped` that learnt noise of this strength, if there are any.
    """
    learnt = learnt_range(header)
    if learnt is None or min(noisy.shape[-2:]) < SSIM_SIDE:
        return None
    if added and added.name == kind(header) and added.sigma:
        sigma = added.sigma[1]
    elif clean is not None and header.sigma:
        sigma = 255 * float((noisy - clean).square().mean().sqrt())
    else:
        sigma = sigma_of(noisy)
    low, high = learnt
    span = f"σ {low:.0f}" if f"{low:.0f}" == f"{high:.0f}" else f"σ {low:.0f} to {high:.0f}"
    if sigma > 1.15 * high + 1:
        told = f"more than the {span} this model learnt: expect some noise to stay."
    elif sigma < 0.7 * low - 1:
        told = f"less than the {span} this model learnt: expect it to blur. Try a lower strength."
    else:
        return None
    better = suited(added.name, shipped) if added and shipped else _as_strong(sigma, shipped or {})
    if better and not _holds(learnt_range((shipped or {})[better]), sigma):
        better = None
    advice = [f"“{better}” learnt noise of this strength."] if better else []
    return " ".join([f"The noise here is about σ = {sigma:.0f}, {told}", *advice])


def sigma_of(noisy: Tensor) -> float:
    """Estimated from the middle of a picture, (1, C, H, W), in units of 255."""
    top, left = (max(0, side - LOOKED_AT) // 2 for side in noisy.shape[-2:])
    middle = noisy[0, :, top : top + LOOKED_AT, left : left + LOOKED_AT]
    return 255 * noise_level(middle.permute(1, 2, 0).double().numpy())


def _as_strong(sigma: float, shipped: Mapping[str, Header]) -> str | None:
    """The first general weights that learnt noise of this strength."""
    return next((name for name in GENERAL if name in shipped and _holds(learnt_range(shipped[name]), sigma)), None)


def _holds(learnt: tuple[float, float] | None, sigma: float) -> bool:
    return learnt is not None and learnt[0] <= sigma <= learnt[1]

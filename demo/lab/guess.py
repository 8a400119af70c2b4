"""Experiment 6: two results, A and B, are compared by eye before their PSNR and SSIM are shown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from pathlib import Path

import numpy as np
import skimage
from torch import Tensor

from n2n import Noise2Noise, noise
from n2n.measure import MeasuredPicture, baselines, one_picture

from ..content import samples
from ..work.picture_files import PictureFile, write_picture
from .experiment import SEED, Answer, Choice, Experiment, Screen, Value, never
from .exposures import SIDE
from .material import SHIPPED, photograph

NAMES = ("A", "B")
NOT_YET = "none"
NOBODY_IS_RIGHT = ""  # no option of those that people voted for
ANSWERS = (("A looks better", "a"), ("B looks better", "b"))


@dataclass(frozen=True)
class Method:
    """A way to denoise: (1, C, H, W), white at 1 → the same, not clipped."""

    words: str  # in small letters
    denoise: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class BlindTest:
    """A noisy picture and two ways to denoise it."""

    sample: str  # key of samples.SAMPLES
    noise: str
    methods: tuple[Method, Method]


@dataclass(frozen=True)
class Measured:
    """The result behind a letter, and its PSNR and SSIM in 8 bits."""

    name: str  # A or B
    words: str
    picture: Tensor
    psnr: float  # dB
    ssim: float


def net(strength: float = 1.0) -> Method:
    """The built-in network; it keeps some of the noise where `strength` is less than 1."""

    def denoise(noisy: Tensor) -> Tensor:
        return Noise2Noise.load(SHIPPED, "cpu").predict(noisy, data_range=1.0, strength=strength)

    return Method("the network" + (f" at {100 * strength:.0f} % strength" if strength < 1 else ""), denoise)


def classical(name: str) -> Method:
    """One of n2n.measure.baselines."""
    return Method(name, partial(baselines.denoise, baselines.BASELINES[name]))


def smooth(strength: float) -> Method:
    """Total variation denoising, `strength` times as strong as fits the noise."""

    def smoothed(noisy: np.ndarray, sigma: float) -> np.ndarray:
        picture: np.ndarray = skimage.restoration.denoise_tv_chambolle(noisy, weight=strength * sigma, channel_axis=-1)
        return picture

    return Method("total variation, made too strong", partial(baselines.denoise, smoothed))


BLIND_TESTS = {
    "cat": BlindTest("cat", "gaussian:25", (classical("blur"), classical("wavelet"))),
    "portrait": BlindTest("portrait", "gaussian:25", (net(), net(0.7))),
    "tissue": BlindTest("histology", "gaussian:40", (net(0.65), smooth(2.5))),  # PSNR prefers the smooth one, SSIM not
    "page": BlindTest("page", "gaussian:50", (net(0.7), smooth(1.3))),  # SSIM prefers the smooth one, PSNR not
    "retina": BlindTest("retina", "gaussian:30", (net(), classical("non-local means"))),
}


def work(stop: Callable[[], bool], folder: Path, chosen: Mapping[str, Value]) -> Iterator[Screen]:
    """Yields one screen: both pictures without figures, or with them once there is an answer."""
    key, answer = str(chosen["case"]), str(chosen["answer"])
    noisy, clean, both = _hidden(key, int(chosen["seed"]))
    if answer == NOT_YET:
        pictures = [("noisy", noisy), *((result.name, result.picture) for result in both)]
        row = tuple(write_picture(folder / f"{role}.png", role, picture, None) for role, picture in pictures)
        yield Screen("Which looks better, A or B? Choose by eye.", rows=(row,))
        return
    row = (
        _write(folder / "noisy.png", "noisy", noisy, one_picture.measure_displayed(noisy, clean)),
        *(_revealed(folder, result) for result in both),
        write_picture(folder / "clean.png", "clean", clean, None),
    )
    yield Screen(headline(both, answer), rows=(row,), notes=tuple(map(_note, both)), answer=verdict(both, answer))


def order(key: str, seed: int) -> tuple[Method, Method]:
    """The methods behind A and B, in the order that the seed decides. Raises KeyError."""
    swap = np.random.default_rng((seed, _place(key))).integers(2)
    return BLIND_TESTS[key].methods[::-1] if swap else BLIND_TESTS[key].methods


def _place(key: str) -> int:
    """The number of a blind test, so that one seed orders each in its own way."""
    return list(BLIND_TESTS).index(key)


def _hidden(key: str, seed: int) -> tuple[Tensor, Tensor, tuple[Measured, Measured]]:
    """The noisy and the clean picture of a blind test, and both results in the order A, B."""
    clean = photograph(BLIND_TESTS[key].sample, SIDE)
    noisy = noise.parse(BLIND_TESTS[key].noise)(clean, noise.generator(seed, _place(key)))
    one, other = (_measured(name, method, noisy, clean) for name, method in zip(NAMES, order(key, seed)))
    return noisy, clean, (one, other)


def _measured(name: str, method: Method, noisy: Tensor, clean: Tensor) -> Measured:
    picture = method.denoise(noisy)
    seen = one_picture.measure_displayed(picture, clean)
    if seen.psnr is None or seen.ssim is None:
        raise ValueError("this picture is too small for SSIM")
    return Measured(name, method.words, picture, seen.psnr, seen.ssim)


def headline(both: tuple[Measured, Measured], answer: str) -> str:
    """What was chosen, and both PSNR."""
    own, other = sorted(both, key=lambda result: result.name.lower() != answer)
    return f"You chose {own.name}: {own.psnr:.1f} dB against {other.psnr:.1f} dB."


def verdict(both: tuple[Measured, Measured], answer: str) -> Answer:
    """Whether PSNR and SSIM agree with the answer and with each other; what looks better is for nobody else to say."""
    by_psnr, by_ssim = (max(both, key=attrgetter(figure)).name for figure in ("psnr", "ssim"))
    if by_psnr != by_ssim:
        return Answer(f"PSNR says {by_psnr}, SSIM says {by_ssim}: here PSNR and SSIM disagree.", NOBODY_IS_RIGHT)
    agree = "agree with you" if by_psnr.lower() == answer else f"say {by_psnr}"
    return Answer(f"PSNR and SSIM {agree}.", NOBODY_IS_RIGHT)


def _note(result: Measured) -> str:
    return f"{result.name}: {result.words}, {result.psnr:.2f} dB, SSIM {result.ssim:.3f}."


def _write(file: Path, role: str, picture: Tensor, seen: MeasuredPicture) -> PictureFile:
    return replace(write_picture(file, role, picture, None), psnr=seen.psnr, ssim=seen.ssim)


def _revealed(folder: Path, result: Measured) -> PictureFile:
    """The picture behind a letter, with its name and figures."""
    written = write_picture(folder / f"{result.name}.png", result.name, result.picture, None)
    return replace(written, psnr=result.psnr, ssim=result.ssim, title=f"{result.name}: {result.words}")


PICTURES = tuple((samples.SAMPLES[test.sample].label, key) for key, test in BLIND_TESTS.items())
EXPERIMENT = Experiment(
    key="guess",
    title="Guess first",
    question="Which one looks better to you?",
    words=(
        "Both have denoised the same noisy picture. Choose first, then see whether PSNR and SSIM agree with you, and "
        "with each other."
    ),
    why="PSNR counts how far each pixel is off, SSIM compares patterns in small windows; neither sees like a person.",
    poll=ANSWERS,
    live=True,
    controls=(
        Choice("case", "Picture", PICTURES, PICTURES[0][1]),
        Choice("answer", "Your answer", (("not yet", NOT_YET), ("A", "a"), ("B", "b")), NOT_YET),
        SEED,
    ),
    work=work,
    trains=never,
    sides=NAMES,
    answers=ANSWERS,
)

"""`python -m demo.record`: records the training that the first screen shows, from two noisy shots and nothing else."""

import argparse
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from n2n import Noise2Noise, Pairs
from n2n.data import StackedScenes, gather
from n2n.files import EIGHT_BITS, to_pixels, to_tensor
from n2n.nets import count_parameters, hardware
from n2n.noise import generator, parse
from n2n.training import adaptive_threads, named_recipe, train

from .content import emblems, recording, samples
from .content.recording import Moment, Recording

PICTURE = "cat"
NOISE = "gaussian:50"
CROP, BATCH = 64, 4  # pixels, crops in a batch: small batches make many steps in these few seconds
CORNER = (112, 66)  # left and top of the part that is shown, pixel for pixel
AFTER = (0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18)  # seconds of training; and at its end
QUALITY = 82  # of the sheet


class Seen(NamedTuple):
    """A moment of the training, and what the net makes of the first shot then."""

    moment: Moment
    denoised: Tensor


def record(seconds: float) -> tuple[Recording, tuple[Tensor, ...]]:
    """Trains for so many seconds; also returns both shots and what the net made of the first at each moment, as
    (1, C, H, W), white at 1, not clipped.
    """
    clean = to_tensor(samples.read(PICTURE).pixels, EIGHT_BITS)
    shots = parse(NOISE).shots(clean, recording.SHOTS, generator(0))
    scenes = StackedScenes([shot.numpy() for shot in shots], None)
    pairs = gather(scenes, "two noisy shots")
    recipe = named_recipe("fast", seconds=seconds, crop=CROP, batch_size=BATCH)
    _warm_up(pairs)
    model = Noise2Noise.for_pairs(pairs, recipe, device="cpu")
    stream = adaptive_threads(train(model.net, pairs, None, recipe))
    kept = [(0.0, 0, _weights(model))]
    for progress in stream:
        due = next((moment for moment in AFTER if moment > kept[-1][0]), seconds)
        if progress.done or progress.seconds >= due:
            kept.append((progress.seconds, progress.step, _weights(model)))
    seen = list(_seen(model, kept, shots[0], clean))
    told = Recording(
        picture=samples.SAMPLES[PICTURE].file.name,
        noise=NOISE,
        noisy=round(Noise2Noise.psnr(shots[0], clean), 2),
        parameters=count_parameters(model.net),
        machine=hardware(torch.device("cpu"), recipe.precision),
        threads=torch.get_num_threads(),
        moments=tuple(each.moment for each in seen),
    )
    return told, (*shots, *(each.denoised for each in seen))


def _warm_up(pairs: Pairs) -> None:
    """Two steps of another net: what torch loads, and finds out about the machine, at the first ones is no training."""
    recipe = named_recipe("fast", steps=2, crop=CROP, batch_size=BATCH)
    for _ in train(Noise2Noise.for_pairs(pairs, recipe, device="cpu").net, pairs, None, recipe):
        pass


def _weights(model: Noise2Noise) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def _seen(
    model: Noise2Noise, kept: list[tuple[float, int, dict[str, Tensor]]], shot: Tensor, clean: Tensor
) -> Iterator[Seen]:
    """The moments again, once the training is over, so that looking takes none of its time."""
    for seconds, step, weights in kept:
        model.net.load_state_dict(weights)
        denoised = model.predict(shot, data_range=1.0)
        yield Seen(Moment(round(seconds, 2), step, round(Noise2Noise.psnr(denoised, clean), 2)), denoised)


def tile(picture: Tensor) -> npt.NDArray[np.uint8]:
    """The part of (1, C, H, W) that is shown, (160, 240, 3), clipped."""
    (left, top), (width, height) = CORNER, recording.TILE
    return to_pixels(picture[..., top : top + height, left : left + width], np.dtype(np.uint8), EIGHT_BITS)


def main(arguments: list[str] | None = None) -> None:
    """Records, and writes what the first screen and the preview of a link show. Raises OSError."""
    parser = argparse.ArgumentParser(prog="python -m demo.record", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to train")
    told, pictures = record(parser.parse_args(arguments).seconds)
    tiles = [tile(picture) for picture in pictures]
    recording.write(told)
    Image.fromarray(np.concatenate(tiles)).save(recording.SHEET, quality=QUALITY, method=6)
    noisy, denoised = (to_pixels(picture, np.dtype(np.uint8), EIGHT_BITS) for picture in (pictures[0], pictures[-1]))
    emblems.draw_card(noisy, denoised, told).save(emblems.CARD, quality=emblems.CARD_QUALITY)
    emblems.draw_icon().save(emblems.ICON, optimize=True)
    print(f"{told.noisy:.2f} → {told.last.psnr:.2f} dB in {told.last.seconds:.1f} s, {told.last.step} steps")
    print(f"{told.machine}, {told.threads} threads")


if __name__ == "__main__":
    main()

"""`Noise2Noise`, the class of the course report: init, load, train, predict and PSNR; it also denoises pictures."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from .data import Pairs, StackedScenes, gather
from .files import DataRange, Depth, Picture, Planes, ValueRange, range_of, value_range
from .machine import find_device
from .measure import metrics
from .nets import FastUNet, Header, UNet, UNetConfig, initialize_he, restretched, start_at, tiling, weights
from .training import INITIALIZATIONS, BestWeights, Progress, Recipe, named_net, named_recipe, train, weights_of

AT_ONCE = 2**22  # pixels converted to floating point at a time


class Noise2Noise:
    """A U-Net with everything that is needed to use it.

    `header` is the header of its weights file, and `name` the name under which the weights were loaded.
    """

    def __init__(
        self,
        config: UNetConfig | None = None,
        device: str | torch.device | None = None,
        initialization: str = "he",
        precision: str = "auto",
    ) -> None:
        """Draws random weights with torch's seed; `device` None is a GPU if there is one; `precision` as in FastUNet.

        Raises ValueError for an unknown initialization, precision or device.
        """
        if initialization not in INITIALIZATIONS:
            raise ValueError(f"initialization is '{initialization}'; allowed: {', '.join(INITIALIZATIONS)}")
        net = UNet(config)
        if initialization == "he":
            initialize_he(net)
        self.net = net.to(find_device(str(device or "auto")))
        self.fast = FastUNet(self.net, precision)
        self.header = Header()
        self.name: str | None = None
        self.untrained = True
        self.through: Callable[..., Tensor] = tiling.denoise  # how pictures pass the net; see n2n/cluster

    def __repr__(self) -> str:
        """Name, net, training data, steps and device."""
        config, header = self.net.config, self.header
        learnt = "untrained" if self.untrained else f"learnt from {header.data or 'unknown data'}"
        parts = [str(config), learnt, *([f"{header.steps:,} steps"] if header.steps else [])]
        parts.append(f"on {next(self.net.parameters()).device}")
        return (
            f"Noise2Noise({self.name or 'weights in memory'}: {'; '.join(parts)}; .net is the network, layer by layer)"
        )

    def state_dict(self) -> dict[str, Tensor]:
        """The net's weights by the names of Table I, for torch.save; `load` needs `residual` to read them again."""
        return self.net.state_dict()

    @classmethod
    def for_pairs(
        cls,
        pairs: Pairs,
        recipe: Recipe,
        config: UNetConfig | None = None,
        device: str | torch.device | None = None,
    ) -> "Noise2Noise":
        """An untrained net for these pairs, with weights drawn by the recipe's seed.

        Apart from its channels it is `config`, or else the net of the recipe. Raises ValueError if that has none.
        """
        torch.manual_seed(recipe.seed)
        config = replace(config or named_net(recipe.name, recipe.method), channels=pairs.channels)
        model = cls(config, device, recipe.initialization)
        model.prepare(pairs, recipe.initialization)
        return model

    @classmethod
    def load(
        cls,
        name_or_file: str | Path,
        device: str | torch.device | None = None,
        precision: str = "auto",
        residual: bool | None = None,
    ) -> "Noise2Noise":
        """Loads weights: a built-in name, a `.safetensors` of this package, or a plain state dict such as a `.pth`.

        A state dict determines channels, width and biases, but not whether the net is residual: `residual` False is
        Table I, the course's net, and True the default recipe's. Raises ValueError for unknown names, damaged files,
        other architectures, and a state dict without `residual`.
        """
        tensors, header = weights.load(weights.find(name_or_file))
        state = weights_of(tensors)
        config = weights.configuration(str(name_or_file), state, header, residual)
        with torch.random.fork_rng(devices=[]):  # the weights are overwritten, so the caller's seed stays untouched
            model = cls(config, device, precision=precision)
        model.net.load_state_dict(state)
        model.header, model.name, model.untrained = header, Path(name_or_file).name, False
        return model

    def save(self, path: str | Path) -> None:
        """Writes the weights with their header. Raises OSError, ValueError unless `path` ends in .safetensors."""
        path = Path(path)
        weights.check_writable(path)
        header = replace(self.header, config=self.net.config, version=weights.VERSION)
        weights.save(path, self.net.state_dict(), header)

    def train(
        self,
        source: Tensor,
        target: Tensor,
        epochs: float = 10,
        watch: Callable[[Progress], object] = lambda progress: None,
        **settings: object,
    ) -> Progress:
        """Trains on noisy pairs, (N, C, H, W) twice, uint8, uint16 or float, on any device, and keeps the best weights.

        The best are those with the highest PSNR on a hold-out. Those of a trained net compete too, so it never ends
        worse there than it began. `settings` are those of `Recipe`; the net keeps its architecture. `recipe="report"`
        selects that recipe instead of the fast one, and `hold_out=0` holds nothing out and keeps the last weights. A
        trained net continues at a tenth of the learning rate, 0.0003, the best found for few steps; many steps on
        noise that is new to it call for 0.003 (see recipe.py). `watch` is called with every Progress; the last is
        returned. `header` then describes this training and the weights it started from. Raises ValueError, Diverged.
        """
        stacks = [value_range.planes_of(tensor) for tensor in (source, target)]
        if stacks[0].shape != stacks[1].shape or stacks[0].ndim != 4:
            shapes = f"source is {tuple(source.shape)} and target {tuple(target.shape)}"
            raise ValueError(f"{shapes}; allowed: twice (N, C, H, W)")
        pairs = self._seen(gather(StackedScenes(stacks, None), "source and target"))
        chosen = named_recipe(str(settings.pop("recipe", "fast")), epochs=epochs, **settings)
        self.prepare(pairs, chosen.initialization)
        learnt, held = pairs.hold_out(chosen.hold_out, chosen.seed) if chosen.hold_out else (pairs, None)
        start = None if self.untrained else self.name or "weights trained before"
        best = BestWeights()
        try:
            for progress in train(self.net, learnt, held, chosen, start=start, best=best):
                watch(progress)
        finally:  # also when it is interrupted
            if best.header.steps or (best.weights and start):
                self.net.load_state_dict(best.weights)
                self.header, self.name, self.untrained = best.header, None, False
        return progress

    def prepare(self, pairs: Pairs, initialization: str) -> None:
        """Makes an untrained net start at the brightness of the pairs, unless its weights are torch's default.

        Raises ValueError where the net cannot learn from these pairs.
        """
        self.check_channels(pairs)
        config = self.net.config
        if self.untrained and initialization == "he" and config.bias and not config.residual:
            start_at(self.net, pairs.brightness())

    def check_channels(self, pairs: Pairs) -> None:
        """Raises ValueError where the net cannot learn from these pairs."""
        if pairs.channels != self.net.config.channels:
            raise ValueError(
                f"the net has {self.net.config.channels} channels, the pictures {pairs.channels}; "
                f"make it with UNetConfig(channels={pairs.channels})"
            )

    def predict(
        self, noisy: Tensor, *, data_range: DataRange | None = None, ensemble: bool = False, strength: float = 1.0
    ) -> Tensor:
        """Denoises (N, C, H, W) of any size ≥ 1; the result has the same shape, type, unit and device.

        `data_range` is the value of white, or those of black and white. By default it is the range that the weights
        learnt if the values fit there, or else follows from the values as files/learnt_range.py says, once per call.
        `ensemble` averages over eight flips and turns; `strength`, 0 to 1, blends with the input. A net for colour
        takes pictures of any number of channels, each as grey, and so does one for grey. Weights whose header says
        `stretch` stretch frames again that had been stretched from end to end (nets/stretch.py). Raises ValueError.
        """
        if noisy.ndim != 4 or 0 in noisy.shape:
            raise ValueError(f"noisy has shape {tuple(noisy.shape)}; allowed: (N, C, H, W), each at least 1")
        noisy = noisy.detach()
        if not noisy.isfinite().all():
            raise ValueError("the picture has NaN or infinite pixels; replace them by measured values")
        limits = self.range_for(value_range.planes_of(noisy), data_range)
        at_once = max(1, AT_ONCE // (noisy.shape[-1] * noisy.shape[-2]))
        result = torch.empty_like(noisy)
        for first in range(0, len(noisy), at_once):
            part = value_range.to_unit(noisy[first : first + at_once], limits)
            denoised = tiling.blend(part, self.restore(part, ensemble), strength)
            result[first : first + at_once] = value_range.from_unit(denoised, noisy.dtype, limits)
        return result

    def denoise(
        self,
        picture: Picture,
        *,
        data_range: DataRange | None = None,
        ensemble: bool = False,
        strength: float = 1.0,
        depth: Depth | None = None,
    ) -> Picture:
        """Denoises a picture, which keeps its channels, alpha and metadata, and its type unless `depth` is another;
        see `predict`. Raises ValueError.
        """
        depth = depth or Depth(picture.pixels.dtype)
        if strength == 0 and depth.dtype == picture.pixels.dtype:
            return picture
        limits = self.range_for(picture.pixels.transpose(2, 0, 1), data_range)
        noisy = value_range.to_tensor(picture.pixels, limits)
        denoised = tiling.blend(noisy, self.restore(noisy, ensemble), strength)
        return depth.holding(picture, value_range.to_pixels(denoised, depth.dtype, depth.scaled(limits)))

    def stretching(self, stretch: bool) -> "Noise2Noise":
        """The same net, which does or does not stretch frames again, whatever the header says; see `predict`."""
        other = copy(self)
        other.header = replace(self.header, stretch=stretch)
        return other

    def range_for(self, planes: Planes, data_range: DataRange | None = None) -> ValueRange:
        """The range in which pictures, (…, H, W), are denoised; see `predict`. Raises ValueError."""
        return range_of(planes, learnt=self.header.learnt_range(planes.dtype), asked=data_range)

    def adapted(self, pairs: Pairs) -> Pairs:
        """The pairs with the net's channels, grey made colour, in the range that the weights learnt if they are in its
        unit; with another number of channels they keep them, since each is then denoised as grey.
        """
        own = self.net.config.channels if pairs.channels == 1 else pairs.channels
        return replace(self._seen(pairs), channels=own)

    def _seen(self, pairs: Pairs) -> Pairs:
        """The pairs in the range that the weights learnt, if they are in its unit."""
        learnt = self.header.learnt_range(pairs.dtype)
        return pairs.seen_in(learnt) if learnt and pairs.fits(learnt) else pairs

    def restore(self, noisy: Tensor, ensemble: bool = False) -> Tensor:
        """Denoises float (N, C, H, W), black at 0 and white at 1, not clipped; where C is not the net's, each channel
        by itself as a grey picture.
        """
        own, grey = self.net.config.channels, noisy.flatten(0, 1)[:, None]
        fitting = noisy if noisy.shape[1] == own else grey.expand(-1, own, -1, -1)
        result = self.through(self.fast, fitting, ensemble=ensemble)
        result = result if fitting is noisy else result.mean(1, keepdim=True).view_as(noisy)
        return restretched(result, noisy) if self.header.stretch else result

    @staticmethod
    def psnr(denoised: Tensor, clean: Tensor, data_range: float = 1.0) -> float:
        """The mean over pictures, (N, C, H, W) twice, of each one's PSNR in dB, the course's convention.

        White is `data_range`. Raises ValueError where the two cannot be compared.
        """
        return float(metrics.psnr(denoised, clean, data_range).mean())

"""The U-Net of Table I (Lehtinen et al., 2018, Table 2 of the appendix, at half width), written as that table."""

import math
from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..settings import check_settings, setting

LEVELS = 5  # poolings: the picture's sides must be multiples of 2**LEVELS
MULTIPLE = 1 << LEVELS
SLOPE = 0.1  # of every LeakyReLU


@dataclass(frozen=True)
class UNetConfig:
    """The settings that a net is built from, which are kept in the header of its weights file."""

    channels: int = setting(3, "channels of a picture: 1 grey, 3 colour", low=1, high=16)
    width: int = setting(
        24, "feature maps of the encoder: 24 in Table I, 48 in the paper's net", low=3, high=384, multiple=3
    )
    residual: bool = setting(
        False, "the net predicts what to add to a picture; without, as in Table I, the picture itself"
    )
    bias: bool = setting(True, "the convolutions add biases; without, one strength of noise teaches others too")

    def __post_init__(self) -> None:
        check_settings(self)

    def __str__(self) -> str:
        return f"{self.kind}, width {self.width}, {self.channels} channels"

    @property
    def kind(self) -> str:
        """How the net ends, and whether it has biases, in words."""
        return ("residual" if self.residual else "Table I") + ("" if self.bias else ", bias-free")


class Layer(NamedTuple):
    """One row of Table I."""

    name: str
    function: str  # "convolution", "max-pool", "upsample" or "concatenate"
    outputs: int  # channels after the row
    other: str = ""  # concatenate: the earlier row whose output is joined


class Row(NamedTuple):
    """One row of Table I for a picture of some size, as it is printed."""

    name: str
    outputs: int  # channels after the row
    function: str  # in words; "" for the input
    height: int  # pixels after the row
    width: int
    parameters: int  # 0 where there is nothing to learn

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """Name, channels, function, size and parameters as text."""
        parameters = f"{self.parameters:,}" if self.parameters else ""
        return self.name, str(self.outputs), self.function, f"{self.height}×{self.width}", parameters


def layers(config: UNetConfig) -> list[Layer]:
    """The rows of Table I, top to bottom, by which the net is built, run and printed."""
    narrow, wide = config.width, 2 * config.width
    rows = [Layer("ENC_CONV0", "convolution", narrow)]
    for level in range(1, LEVELS + 1):
        rows += [
            Layer(f"ENC_CONV{level}", "convolution", narrow),
            Layer(f"POOL{level}", "max-pool", narrow),
        ]
    rows.append(Layer("ENC_CONV6", "convolution", narrow))
    for level in range(LEVELS, 0, -1):
        below = rows[-1].outputs
        joined, extra = (f"POOL{level - 1}", narrow) if level > 1 else ("INPUT", config.channels)
        convolutions = {"A": wide, "B": wide}
        if level == 1:
            convolutions = {"A": wide * 2 // 3, "B": wide // 3, "C": config.channels}
        rows.append(Layer(f"UPSAMPLE{level}", "upsample", below))
        rows.append(Layer(f"CONCAT{level}", "concatenate", below + extra, joined))
        rows += [Layer(f"DEC_CONV{level}{part}", "convolution", n) for part, n in convolutions.items()]
    return rows


class UNet(nn.Module):
    """The denoiser f: noisy → denoised. Each convolution is 3×3, "same"-padded, an attribute named as in Table I."""

    def __init__(self, config: UNetConfig | None = None) -> None:
        super().__init__()
        self.config = config or UNetConfig()
        self.layers = layers(self.config)
        inputs, biased = self.config.channels, self.config.bias
        for layer in self.layers:
            if layer.function == "convolution":
                self.add_module(layer.name.lower(), _convolution(inputs, layer.outputs, biased))
            inputs = layer.outputs

    @property
    def multiple(self) -> int:
        """The sides of an input picture must be divisible by this."""
        return MULTIPLE

    @property
    def reach(self) -> int:
        """How many pixels away an input pixel can still change an output pixel."""
        pixels, scale = 0, 1
        for layer in self.layers:
            match layer.function:
                case "convolution":
                    pixels += scale
                case "max-pool":
                    pixels += scale
                    scale *= 2
                case "upsample":
                    scale //= 2
        return pixels

    def convolution(self, name: str) -> nn.Conv2d:
        """The convolution of a row of Table I."""
        return cast(nn.Conv2d, self.get_submodule(name.lower()))

    def forward(self, image: Tensor) -> Tensor:
        """image: float (N, C, H, W), white is 1, H and W multiples of 32. Returns the same shape; within (0, 1) by
        Table I, anywhere with `residual`.
        """
        x = image
        outputs = {"INPUT": image}
        last = self.layers[-1]
        for layer in self.layers:
            match layer.function:
                case "convolution":
                    x = self.convolution(layer.name)(x)
                    x = self.finished(image, x) if layer is last else F.leaky_relu(x, SLOPE, inplace=True)
                case "max-pool":
                    outputs[layer.name] = x = F.max_pool2d(x, 2)
                case "upsample":
                    x = F.interpolate(x, scale_factor=2, mode="nearest")
                case "concatenate":
                    x = torch.cat([x, outputs.pop(layer.other)], dim=1)
        return x

    def finished(self, image: Tensor, x: Tensor) -> Tensor:
        """The output of the last convolution for a picture → the denoised picture."""
        return image + x if self.config.residual else torch.sigmoid(x)

    def rows(self, height: int = 32, width: int = 32) -> list[Row]:
        """Table I for a picture of height × width pixels, from the input to the output."""
        rows = [Row("INPUT", self.config.channels, "", height, width, 0)]
        for layer in self.layers:
            function, parameters = layer.function, 0
            match layer.function:
                case "convolution":
                    ending = "plus INPUT" if self.config.residual else "sigmoid"
                    function = "convolution 3×3, " + (ending if layer is self.layers[-1] else f"LeakyReLU {SLOPE}")
                    parameters = count_parameters(self.convolution(layer.name))
                case "max-pool":
                    function, height, width = "max-pool 2×2", height // 2, width // 2
                case "upsample":
                    function, height, width = "nearest upsample 2×2", height * 2, width * 2
                case "concatenate":
                    function = f"concatenate {layer.other}"
            rows.append(Row(layer.name, layer.outputs, function, height, width, parameters))
        return rows

    def table(self, height: int = 32, width: int = 32) -> str:
        """The rows of Table I and the total number of parameters, as text."""
        lines = [("NAME", "N_OUT", "FUNCTION", "SIZE", "PARAMETERS")]
        lines += [row.cells for row in self.rows(height, width)]
        lines.append(("TOTAL", "", "", "", f"{count_parameters(self):,}"))
        return "\n".join(f"{a:<10} {b:>5}  {c:<31} {d:>9} {e:>10}".rstrip() for a, b, c, d, e in lines)

    def __repr__(self) -> str:
        return self.table()


def _convolution(inputs: int, outputs: int, biased: bool) -> nn.Conv2d:
    """A convolution in float32, whatever torch's default type is: pictures come in float32."""
    return nn.Conv2d(inputs, outputs, 3, padding="same", bias=biased, dtype=torch.float32)


def initialize_he(net: UNet) -> None:
    """Draws weights after He et al. (2015), as in the paper, from torch's global seed; biases are 0.

    A residual net's last convolution is 0: it starts as the identity.
    """
    for layer in net.layers:
        if layer.function == "convolution":
            convolution = net.convolution(layer.name)
            nn.init.kaiming_normal_(convolution.weight, a=SLOPE, nonlinearity="leaky_relu")
            if convolution.bias is not None:
                nn.init.zeros_(convolution.bias)
    if net.config.residual:
        nn.init.zeros_(net.convolution(net.layers[-1].name).weight)


def start_at(net: UNet, brightness: float) -> None:
    """Starts an untrained net of Table I at a mean pixel in (0, 1): the last bias becomes its logit.

    A sigmoid that starts far above dark pictures is driven into saturation at black, and never learns.
    """
    bias = net.convolution(net.layers[-1].name).bias
    if bias is not None:
        nn.init.constant_(bias, math.log(brightness / (1 - brightness)))


def count_parameters(module: nn.Module) -> int:
    """Trainable numbers in a module."""
    return sum(parameter.numel() for parameter in module.parameters())


def config_of(state: dict[str, Tensor], residual: bool) -> UNetConfig:
    """Reads channels, width and biases off the tensors of a state dict, for files that carry no header. How the net
    ends leaves no trace in them, and is given by `residual`.

    Raises ValueError where the tensors are not those of this U-Net at any width.
    """
    try:
        width, channels = state["enc_conv0.weight"].shape[:2]
    except (KeyError, ValueError):
        raise ValueError(
            "not weights of this U-Net: no convolution 'enc_conv0.weight' in the file; "
            f"its first names are {sorted(state)[:3]}"
        ) from None
    config = UNetConfig(channels, width, residual, bias="enc_conv0.bias" in state)
    check_state(state, config)
    return config


def check_state(state: dict[str, Tensor], config: UNetConfig) -> None:
    """Raises ValueError naming the first tensor that is missing, left over or of another shape."""
    with torch.device("meta"):
        wanted = {name: tuple(tensor.shape) for name, tensor in UNet(config).state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for name in wanted | found:
        if wanted.get(name) != found.get(name):
            raise ValueError(
                f"not weights of the U-Net with width {config.width} and {config.channels} channels: "
                f"'{name}' is {found.get(name, 'missing')}, the net has {wanted.get(name, 'no such tensor')}"
            )

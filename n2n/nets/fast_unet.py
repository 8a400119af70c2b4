"""The U-Net of Table I in less time, in training and after: with the weights of a `UNet`, and the same output up to
rounding.

Nearest upsampling and the 3×3 convolution after it are one transposed convolution with a 4×4 kernel and stride 2: of
the 3×3 upsampled pixels 2×2 differ, so 4/9 of the work is enough. The skip connection is convolved apart and added,
which saves the concatenation. Large pictures pass the outer levels strip by strip, so that the output of one
convolution is still in the cache when the next one reads it.
"""

from collections.abc import Callable
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..machine import best_seconds, describe_device
from .unet import LEVELS, SLOPE, UNet

PRECISIONS = ("auto", "fp32", "bf16")
OUTER = 2  # levels that are folded and passed in strips; below them there is little to save
STRIP_PIXELS = 2**17  # pixels of a level's input in one strip
LEAST_ROWS = 16  # rows of the lower level in one strip
CONTEXT = 2  # rows of the lower level that a strip sees beyond itself; three convolutions reach 3 of the level's own
TRIAL_SECONDS = 0.5  # length of the trial of both precisions


class FastUNet(nn.Module):
    """Computes the same as `net` with the same parameters: training one trains the other.

    `precision`: fp32, bf16 (the last convolution excepted), or auto for the faster one on the device at hand. Raises
    ValueError for another.
    """

    def __init__(self, net: UNet, precision: str = "auto") -> None:
        super().__init__()
        if precision not in PRECISIONS:
            raise ValueError(f"precision is '{precision}'; allowed: {', '.join(PRECISIONS)}")
        self.net = net
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's overloads lack it
        self.multiple, self.reach, self.precision = net.multiple, net.reach, precision

    def forward(self, image: Tensor) -> Tensor:
        """The same as `UNet.forward`."""
        bf16 = resolved(self.precision, image.device) == "bf16"
        with torch.autocast(image.device.type, torch.bfloat16, enabled=bf16):
            return self.net.finished(image, self._level(1, image.contiguous(memory_format=torch.channels_last)))

    def _level(self, level: int, image: Tensor) -> Tensor:
        """The output of a level and all below it; its input is the picture, or the max-pool of the level above."""
        if level > LEVELS:
            return self._active("ENC_CONV6", image)
        run = _whole if level > OUTER or torch.is_grad_enabled() else _in_strips
        lower = self._level(level + 1, run(self._encoded, level, image))
        return run(self._decoded, level, image, lower)

    def _encoded(self, level: int, image: Tensor) -> Tensor:
        if level == 1:
            image = self._active("ENC_CONV0", image)
        return F.max_pool2d(self._active(f"ENC_CONV{level}", image), 2)

    def _decoded(self, level: int, skip: Tensor, lower: Tensor) -> Tensor:
        first = self.net.convolution(f"DEC_CONV{level}A")
        if level <= OUTER:
            for_lower, for_skip = torch.split(first.weight, [lower.shape[1], skip.shape[1]], dim=1)
            x = F.conv_transpose2d(lower, folded(for_lower), first.bias, stride=2, padding=1)
            x = x + F.conv2d(skip, for_skip, padding=1)
        else:
            x = first(torch.cat([F.interpolate(lower, scale_factor=2, mode="nearest"), skip], dim=1))
        x = self._active(f"DEC_CONV{level}B", F.leaky_relu(x, SLOPE, inplace=True))
        if level > 1:
            return x
        last = self.net.convolution("DEC_CONV1C")
        with torch.autocast(x.device.type, enabled=False):  # 8 bits of a pixel need more than the 8 of bf16
            output: Tensor = last(x.to(last.weight.dtype))
            return output

    def _active(self, name: str, image: Tensor) -> Tensor:
        return F.leaky_relu(self.net.convolution(name)(image), SLOPE, inplace=True)


def folded(weight: Tensor) -> Tensor:
    """Kernel (O, I, 3, 3) of a convolution after nearest upsampling → kernel (I, O, 4, 4) of the transposed one."""
    wide = F.pad(weight, (1, 1, 1, 1)).flip(2, 3)
    return (wide[..., :4, :4] + wide[..., 1:, :4] + wide[..., :4, 1:] + wide[..., 1:, 1:]).transpose(0, 1)


def _whole(part: Callable[..., Tensor], level: int, *inputs: Tensor) -> Tensor:
    return part(level, *inputs)


def _in_strips(part: Callable[..., Tensor], level: int, image: Tensor, *lower: Tensor) -> Tensor:
    """part(level, image, *lower), computed some rows at a time; `lower`, and perhaps the result, has half the rows."""
    rows = image.shape[-2] // 2
    at_once = max(LEAST_ROWS, STRIP_PIXELS // (2 * image.shape[-1] * len(image)))
    result = torch.empty(0)  # the first strip tells its size
    for start in range(0, rows, at_once):
        end = min(rows, start + at_once)
        low, high = max(0, start - CONTEXT), min(rows, end + CONTEXT)
        strip = part(level, image[..., 2 * low : 2 * high, :], *(below[..., low:high, :] for below in lower))
        scale = strip.shape[-2] // (high - low)
        if start == 0:  # as torch.cat would make it, without a second copy of all strips
            size = (*strip.shape[:2], scale * rows, strip.shape[-1])
            result = torch.empty(size, dtype=strip.dtype, device=strip.device, memory_format=torch.channels_last)
        result[..., scale * start : scale * end, :] = strip[..., scale * (start - low) : scale * (end - low), :]
    return result


def resolved(precision: str, device: torch.device) -> str:
    """The precision, fp32 or bf16, that is used on a device."""
    if precision != "auto":
        return precision
    return "bf16" if prefers_bf16(device) else "fp32"


@cache
def prefers_bf16(device: torch.device) -> bool:
    """Whether a device computes faster in bfloat16. A CPU with matrix instructions for it always does; one with vector
    instructions only is tried for half a second.
    """
    if not supports_bf16(device):
        return False
    return device.type == "cuda" or torch.cpu._is_amx_tile_supported() or _faster_in_bf16()


def supports_bf16(device: torch.device) -> bool:
    """Whether a device has instructions for bfloat16, which is slow without."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and (torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())


def hardware(device: torch.device, precision: str) -> str:
    """A device and the precision that is used on it: 'Intel(R) Xeon(R) …, AVX512, 2 threads, bf16'."""
    return f"{describe_device(device)}, {resolved(precision, device)}"


def _faster_in_bf16() -> bool:
    """Tries both precisions on a small batch."""
    net, image = UNet().eval(), torch.rand(16, 3, 64, 64, dtype=torch.float32)
    with torch.no_grad():
        trials = (partial(FastUNet(net, precision), image) for precision in ("bf16", "fp32"))
        bf16, fp32 = best_seconds(*trials, limit=TRIAL_SECONDS)
    return bf16 < fp32

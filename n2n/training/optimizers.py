"""What takes the steps of a training: Adam, and Muon beside it for the kernels of convolutions.

Adam scales every number by itself. Muon (Jordan et al., 2024) takes steps of equal length in all directions: it takes a
kernel as the matrix that it is, (outputs, inputs · 3 · 3), and makes its gradient's singular values about 1. What few
pictures show counts as much as what all of them show, so one picture teaches what Adam needs several for.
torch.optim.Muon takes matrices only, and kernels have four dimensions.
"""

import math
from collections.abc import Iterable
from functools import partial

import torch
from torch import Tensor, nn

from ..nets import UNet

MOMENTUM = 0.9
RATE = 10.0  # times `lr` is by how much a kernel's singular values move
DECAY = 0.1  # of a kernel, times the same: without it deep kernels grow until larger pictures than were learnt fail
STEPS = 5  # of the Newton–Schulz iteration
QUINTIC = (3.4445, -4.7750, 2.0315)  # its coefficients, which take any singular value to between 0.7 and 1.2
TINY = 1e-7  # keeps a gradient of zeros from being divided by its norm


class Muon(torch.optim.Optimizer):
    """For kernels (O, I, 3, 3), with Nesterov's momentum. `lr` is that of an Adam beside it."""

    def __init__(self, kernels: Iterable[nn.Parameter], lr: float) -> None:
        super().__init__(kernels, {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:
        """Moves every kernel that has a gradient; those of one shape together, which is several times as fast."""
        for group in self.param_groups:
            alike: dict[tuple[int, ...], list[nn.Parameter]] = {}
            for kernel in group["params"]:
                if kernel.grad is not None:
                    alike.setdefault(tuple(kernel.shape), []).append(kernel)
            for shape, kernels in alike.items():
                steps = orthogonal(torch.stack([self._gradient(kernel).reshape(shape[0], -1) for kernel in kernels]))
                rate, tall = RATE * group["lr"], math.sqrt(max(1.0, shape[0] / steps.shape[-1]))
                for kernel, step in zip(kernels, steps):
                    kernel.mul_(1 - DECAY * rate).sub_(step.view(shape), alpha=rate * tall)

    def _gradient(self, kernel: nn.Parameter) -> Tensor:
        """The gradient with momentum."""
        state = self.state[kernel]
        if not state:
            state["momentum"] = torch.zeros_like(kernel)
        momentum = state["momentum"].lerp_(kernel.grad, 1 - MOMENTUM)
        return kernel.grad.lerp(momentum, MOMENTUM)


def optimizers(net: UNet, name: str, learning_rate: float) -> list[torch.optim.Optimizer]:
    """muon: Muon for the kernels of all convolutions but the last, whose outputs are colours, and Adam for the rest;
    adam: Adam for everything. Adam's constants are the course report's.
    """
    adam = partial(torch.optim.Adam, lr=learning_rate, betas=(0.9, 0.99), eps=1e-8, fused=True)
    if name == "adam":
        return [adam(net.parameters())]
    *kernels, last = (parameter for parameter in net.parameters() if parameter.ndim == 4)
    biases = [parameter for parameter in net.parameters() if parameter.ndim == 1]
    return [Muon(kernels, learning_rate), adam([*biases, last])]


def orthogonal(matrices: Tensor) -> Tensor:
    """(N, R, C) → matrices with the same singular vectors, and singular values of about 1.

    The steps of the iteration are polynomials of X·Xᵀ and commute: they are multiplied as small R×R matrices, and X,
    which is many times as long, is touched twice only.
    """
    a, b, c = QUINTIC
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + TINY)
    square = x @ x.mT
    product = torch.eye(x.shape[-2], dtype=x.dtype, device=x.device)
    for _ in range(STEPS):
        polynomial = torch.baddbmm(square, square, square, beta=b, alpha=c)
        polynomial.diagonal(dim1=-2, dim2=-1).add_(a)
        product = polynomial @ product
        square = polynomial @ square @ polynomial
    return product @ x

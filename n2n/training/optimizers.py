"""The optimizers of a training: Adam, and Muon for the kernels of convolutions.

Adam scales every number by itself. Muon (Jordan et al., 2024) takes steps of equal length in all directions: it reads a
kernel as a matrix, (outputs, inputs · 3 · 3), and makes the singular values of its gradient about 1. Features that few
pictures show then count as much as those that all of them show, so that fewer pictures are needed than with Adam.
torch.optim.Muon takes matrices only, and kernels have four dimensions.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import overload

import torch
from torch import Tensor, nn

from ..nets import UNet

MOMENTUM = 0.9
RATE = 10.0  # a kernel's singular values move by this times `lr`
DECAY = 0.1  # of a kernel, times the same; without it deep kernels grow until pictures larger than the crops fail
ITERATIONS = 5  # of Newton and Schulz
QUINTIC = (3.4445, -4.7750, 2.0315)  # their coefficients, which bring every singular value to between 0.7 and 1.2
TINY = 1e-7  # added to the norm, by which a gradient of zeros could not be divided


class Muon(torch.optim.Optimizer):
    """Muon for kernels (O, I, 3, 3), with Nesterov's momentum. `lr` is the learning rate of an Adam used beside it."""

    def __init__(self, kernels: Iterable[nn.Parameter], lr: float) -> None:
        super().__init__(kernels, {"lr": lr})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Moves every kernel that has a gradient; kernels of one shape together, which is several times as fast.

        As with any optimizer of torch, `closure`, if there is one, first computes the gradients and returns the loss.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            moves: dict[tuple[int, ...], list[tuple[nn.Parameter, Tensor]]] = {}
            for kernel in group["params"]:
                if kernel.grad is not None:
                    moves.setdefault(tuple(kernel.shape), []).append((kernel, self._with_momentum(kernel, kernel.grad)))
            for alike in moves.values():
                kernels, gradients = zip(*alike)
                _move(kernels, gradients, RATE * group["lr"])
        return loss

    def _with_momentum(self, kernel: nn.Parameter, gradient: Tensor) -> Tensor:
        state = self.state[kernel]
        if not state:
            state["momentum"] = torch.zeros_like(kernel)
        momentum: Tensor = state["momentum"].lerp_(gradient, 1 - MOMENTUM)
        return gradient.lerp(momentum, MOMENTUM)


def _move(kernels: Sequence[Tensor], gradients: Sequence[Tensor], rate: float) -> None:
    """Moves kernels of one shape against their gradients."""
    shape = kernels[0].shape
    steps = orthogonal(torch.stack([gradient.reshape(shape[0], -1) for gradient in gradients]))
    tall = math.sqrt(max(1.0, shape[0] / steps.shape[-1]))
    for kernel, step in zip(kernels, steps):
        kernel.mul_(1 - DECAY * rate).sub_(step.view(shape), alpha=rate * tall)


def optimizers(net: UNet, name: str, learning_rate: float) -> list[torch.optim.Optimizer]:
    """The optimizers of a recipe, by the name of its setting. Adam's constants are the course report's.

    muon is Muon for the kernels of all convolutions but the last, whose outputs are colours, and Adam for the rest;
    adam is Adam for everything.
    """
    adam = partial(torch.optim.Adam, lr=learning_rate, betas=(0.9, 0.99), eps=1e-8, fused=True)
    if name == "adam":
        return [adam(net.parameters())]
    *kernels, last = (parameter for parameter in net.parameters() if parameter.ndim == 4)
    biases = [parameter for parameter in net.parameters() if parameter.ndim == 1]
    return [Muon(kernels, learning_rate), adam([*biases, last])]


def orthogonal(matrices: Tensor) -> Tensor:
    """Matrices (N, R, C) → matrices with the same singular vectors and singular values of about 1.

    The steps of the Newton–Schulz iteration, X ← a·X + b·(X·Xᵀ)·X + c·(X·Xᵀ)²·X, are polynomials of X·Xᵀ and commute:
    they are multiplied as small R×R matrices, and X, which is many times as long, is used twice only.
    """
    a, b, c = QUINTIC
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + TINY)
    square = x @ x.mT
    product = torch.eye(x.shape[-2], dtype=x.dtype, device=x.device)
    for _ in range(ITERATIONS):
        polynomial = torch.baddbmm(square, square, square, beta=b, alpha=c)
        polynomial.diagonal(dim1=-2, dim2=-1).add_(a)
        product = polynomial @ product
        square = polynomial @ square @ polynomial
    return product.matmul(x)

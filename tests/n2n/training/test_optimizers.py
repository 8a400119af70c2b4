"""The optimizers: Muon against singular value decompositions."""

import pytest
import torch

from n2n.training.optimizers import DECAY, ITERATIONS, MOMENTUM, QUINTIC, RATE, Muon, orthogonal


def kernels(seed=0):
    generator = torch.Generator().manual_seed(seed)
    shapes = [(48, 24, 3, 3), (48, 24, 3, 3), (24, 1, 3, 3), (6, 6, 3, 3)]
    found = [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]
    for kernel in found:
        kernel.grad = torch.randn(kernel.shape, generator=generator)
    return found


@pytest.mark.parametrize("shape", [(3, 24, 216), (1, 24, 9), (2, 6, 54)])
def test_singular_values_become_about_one_and_vectors_stay(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonal(matrices))
    assert values.min() > 0.6 and values.max() < 1.3
    # With the matrices' own vectors on both sides, what is left is diagonal.
    u, _, v = torch.linalg.svd(matrices, full_matrices=False)
    inside = u.mT @ orthogonal(matrices) @ v.mT
    assert (inside - torch.diag_embed(inside.diagonal(dim1=-2, dim2=-1))).abs().max() < 1e-4


@pytest.mark.parametrize("rank", [2, 24])
def test_small_matrices_give_what_the_iteration_gives_as_it_is_published(rank):
    generator = torch.Generator().manual_seed(0)
    matrix = torch.randn(24, rank, generator=generator) @ torch.randn(rank, 216, generator=generator)
    (a, b, c), x = QUINTIC, matrix.double() / matrix.double().norm()
    for _ in range(ITERATIONS):
        x = a * x + b * (x @ x.T) @ x + c * (x @ x.T) @ (x @ x.T) @ x
    assert torch.allclose(orthogonal(matrix[None])[0], x.float(), atol=1e-4)


def test_kernels_together_move_as_each_by_itself():
    together, apart = kernels(), kernels()
    Muon(together, 0.1).step()
    for kernel in apart:
        Muon([kernel], 0.1).step()
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(together, apart))


def test_the_second_step_follows_nesterov():
    kernel, plain = kernels()[0], kernels()[0].detach().clone()
    gradients, momentum = [torch.randn_like(plain) for _ in range(2)], torch.zeros_like(plain)
    optimizer = Muon([kernel], 0.01)
    for gradient in gradients:
        kernel.grad = gradient.clone()
        optimizer.step()
        momentum = MOMENTUM * momentum + (1 - MOMENTUM) * gradient
        ahead = MOMENTUM * momentum + (1 - MOMENTUM) * gradient
        plain -= RATE * 0.01 * DECAY * plain + RATE * 0.01 * orthogonal(ahead.view(1, 48, -1)).view_as(plain)
    assert torch.allclose(kernel, plain, atol=1e-6)


def test_memory_layout_does_not_matter():
    a, b = kernels(), kernels()
    for kernel in b:
        kernel.data = kernel.data.to(memory_format=torch.channels_last)
        kernel.grad = kernel.grad.to(memory_format=torch.channels_last)
    Muon(a, 0.1).step()
    Muon(b, 0.1).step()
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(a, b))


def test_no_gradient_no_step():
    (kernel,) = kernels()[:1]
    before, kernel.grad = kernel.detach().clone(), None
    Muon([kernel], 0.1).step()
    assert torch.equal(kernel, before)


def test_decay_keeps_kernels_from_growing():
    kernel = kernels()[0]
    optimizer = Muon([kernel], 0.05)
    for _ in range(50):  # always the same gradient, the worst case
        optimizer.step()
    assert torch.linalg.svdvals(kernel.detach().flatten(1)).max() < 1.3 / DECAY

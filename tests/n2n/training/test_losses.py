"""Losses: against numpy, and against what each of them is known to learn."""

import math

import numpy as np
import pytest
import torch

from n2n.training import losses


@pytest.fixture
def outputs():
    """Denoised and target, (5, 3, 8, 7) twice."""
    return torch.rand(2, 5, 3, 8, 7)


@pytest.mark.parametrize(
    ("loss", "fraction", "power"),
    [("l2", 0.3, 2), ("l1", 0.3, 1), ("l0", 0.0, 2), ("l0", 0.5, 1), ("l0", 0.75, 0.5), ("l0", 1.0, 0)],
)
def test_losses_are_the_mean_power_of_the_difference_for_each_picture(outputs, loss, fraction, power):
    denoised, target = outputs
    expected = (np.abs(denoised.numpy().astype(float) - target.numpy()) ** power).mean((1, 2, 3))
    assert losses.errors(loss, denoised, target, fraction).numpy() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("loss", "measure"), [("l2", np.mean), ("l1", np.median)])
def test_what_each_loss_learns(loss, measure):
    targets = torch.tensor([0.1, 0.1, 0.2, 0.6, 1.0]).view(1, 1, 1, 5)
    candidates = torch.linspace(0, 1, 1001)
    errors = [losses.errors(loss, c.expand(1, 1, 1, 5), targets, 0.0).item() for c in candidates]
    assert candidates[int(np.argmin(errors))].item() == pytest.approx(measure(targets.numpy()), abs=1e-3)


def test_the_annealed_loss_ends_at_the_mode():
    targets = torch.tensor([0.1, 0.1, 0.2, 0.6, 1.0]).view(1, 1, 1, 5)
    candidates = [0.1, 0.2, 0.4, 0.6, 1.0]
    errors = [losses.errors("l0", torch.full_like(targets, c), targets, 0.99).item() for c in candidates]
    assert int(np.argmin(errors)) == 0


@pytest.mark.parametrize("fraction", [0.0, 0.9, 1.0])
def test_the_annealed_loss_has_a_finite_gradient_where_nothing_differs(fraction):
    denoised = torch.zeros(1, 1, 8, 8, requires_grad=True)
    losses.errors("l0", denoised, torch.zeros(1, 1, 8, 8), fraction).sum().backward()
    assert denoised.grad.isfinite().all()


@pytest.mark.parametrize("sigma", [0, 2, 20])
def test_balance_weighs_a_picture_by_one_over_its_noise(rng, sigma):
    clean = rng.random((1, 3, 64, 64))
    source, target = (torch.from_numpy(clean + rng.normal(0, sigma / 255, clean.shape)) for _ in range(2))
    weight = losses.balanced(source, target).item()
    assert weight == pytest.approx(2 / (2 + sigma * math.sqrt(2)), rel=0.02)


def test_where_the_noise_varies_loss_minus_floor_scatters_far_less_than_the_loss():
    clean, strength = torch.rand(200, 1, 16, 16), torch.rand(200, 1, 1, 1) / 5
    source, target = (clean + strength * torch.randn_like(clean) for _ in range(2))
    loss = (clean - target).square().mean((1, 2, 3))
    excess = loss - losses.floors("l2", False, source, target)
    assert excess.std() < loss.std() / 4
    assert excess.mean().abs() < loss.mean() / 50

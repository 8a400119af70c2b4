"""The facts that decide a training beside its net and its recipe: a training can only be resumed with the same ones."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

from ..data import Pairs, fingerprint
from ..nets import Header, UNet, UNetConfig
from .recipe import Recipe

Facts = Mapping[str, tuple[str, str]]  # name → description for people, digest that tells it apart
BUDGET = ("epochs", "steps", "seconds", "workers", "evaluations", "precision")  # settings that may change on resuming


def facts_of(net: UNet, pairs: Pairs, validation: Pairs | None, start: str | None) -> Facts:
    """The data, noise, hold-out and first weights of a training; `start` names trained weights that it begins with."""
    digest = hashlib.blake2b(digest_size=6)
    for tensor in net.state_dict().values() if start else ():
        digest.update(tensor.detach().cpu().contiguous().numpy())
    noise = pairs.noise_model or "none"
    return {
        "data": (pairs.described, fingerprint(pairs.scenes)),
        "noise": (noise, noise),
        "hold-out": (validation.described, fingerprint(validation.scenes)) if validation else ("none", "none"),
        "start": (start, digest.hexdigest()) if start else ("random weights", "none"),
    }


def differences(checkpoint: Header, config: UNetConfig, recipe: Recipe, facts: Facts) -> list[str]:
    """In words, such as 'batch_size 8, not 9', everything that differs between a checkpoint and a training now.

    Older checkpoints lack some settings and facts; those are not compared.
    """
    before = dict(checkpoint.recipe) | (asdict(checkpoint.config) if checkpoint.config else {})
    now = asdict(config) | asdict(recipe)
    compared = [name for name in now if name in before and name not in BUDGET]
    found = [f"{name} {before[name]}, not {now[name]}" for name in compared if before[name] != now[name]]
    for name, (description, digest) in checkpoint.facts.items():
        description_now, digest_now = facts[name]
        if digest != digest_now and description == description_now:
            found.append(f"{name} '{description}' with other numbers in it ({digest}, not {digest_now})")
        elif digest != digest_now:
            found.append(f"{name} '{description}', not '{description_now}'")
    return found

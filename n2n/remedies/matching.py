"""Clean pictures brought to the brightness of their noisy ones, for sets whose pictures were stretched one by one."""

from dataclasses import replace

import numpy as np

from ..data import DerivedScenes, Scene, Scenes, Shots
from ..files import Planes


class MatchedScenes(DerivedScenes):
    """Scenes whose clean picture has the gain and offset of its shots; values stay in the unit of the files."""

    derivation = b"matched"

    def __init__(self, scenes: Scenes) -> None:
        self.scenes = scenes

    def __len__(self) -> int:
        return len(self.scenes)

    def __getitem__(self, index: int) -> Scene:
        scene = self.scenes[index]
        return scene if scene.clean is None else replace(scene, clean=_matched(scene.clean, scene.shots))


def matched(shots: Shots) -> Shots:
    """Shots whose clean pictures have the gain and offset of their noisy ones, by least squares in every channel.

    The noise, of zero mean, is in the noisy pictures alone, so that neither gain nor offset is biased by it. Raises
    ValueError where there are no clean pictures.
    """
    if not shots.has_clean:
        raise ValueError("there are no clean pictures to match; bring a set that has them, or measure without")
    return replace(shots, scenes=MatchedScenes(shots.scenes))


def _matched(clean: Planes, shots: tuple[Planes, ...]) -> Planes:
    """a·clean + b, as close to the mean of the shots as can be: (C, H, W) and (C, H, W) each → float32 (C, H, W)."""
    noisy = np.mean([shot.astype(np.float64) for shot in shots], axis=0)
    planes = []
    for plane, target in zip(clean.astype(np.float64), noisy):
        spread = plane - plane.mean()
        gain = float((spread * target).mean() / max(float((spread**2).mean()), 1e-12))
        planes.append(gain * spread + target.mean())
    return np.stack(planes).astype(np.float32)

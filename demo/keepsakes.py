"""What a person downloads after a training: the weights with their card, the curves, the logs, and the command."""

import shutil
from pathlib import Path

from n2n import UNetConfig, curves, image, plots, repeat, weights

from . import gathering, samples
from .runs import Run

# makes the sample pairs, bit for bit
MAKE = (
    f"python -m n2n make-pairs {gathering.PHOTOGRAPHS} --noise {gathering.NOISE} --count {gathering.SCENES} "
    f"--size {gathering.SIDE} --clean"
)
NAME = "mine"  # of the files, and of the weights in the command


def command_of(run: Run) -> str:
    """The command that repeats the training on one's own machine; after the sample pairs, with how they are made."""
    chosen = run.settings
    data, before = run.name, ""
    if run.name == samples.PAIRS:
        data, before = "pairs.npz", f"{MAKE} -o pairs.npz\n"
    return before + repeat.command([data], f"{NAME}.safetensors", chosen.recipe, chosen.width, chosen.start)


def card(header: dict[str, object], command: str) -> str:
    """The weights' card, Markdown: what they are, how they were made, what they reached."""
    config, recipe = UNetConfig(**header["config"]), header["recipe"]
    rows = {
        "net": f"U-Net, {config.kind}, width {config.width}, {config.channels} channels",
        "data": header["data"],
        "trained": f"{header['steps']:,} steps of {recipe['batch_size']} pairs in {header['seconds']:.0f} s",
        "loss, seed": f"{recipe['loss']}, {header['seed']}",
    }
    if header.get("sigma"):
        rows["noise learnt"] = "σ {:.1f} to {:.1f} of 255".format(*header["sigma"])
    rows |= {f"hold-out: {kind.replace('_', ', ')}": f"{value:.2f} dB" for kind, value in header["psnr"].items()}
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"""# {NAME}.safetensors

A Noise2Noise denoiser, learnt from pairs of noisy pictures: no clean picture was learnt from.

| | |
|---|---|
{table}

Denoise with it, and train it again:

```sh
python -m n2n denoise noisy.png -o denoised.png --weights {NAME}.safetensors
{command}
```
"""


def written(folder: Path, run: Run, command: str) -> list[Path]:
    """Writes everything into `folder` under names that say what it is; the files to download. Raises OSError."""
    folder.mkdir(exist_ok=True)
    taken = folder / f"{NAME}.safetensors"
    shutil.copyfile(run.weights, taken)
    texts = {
        f"{NAME}.md": card(weights.load(taken)[1], command),
        "training.csv": run.history.csv(),
        "hold-out.csv": run.history.measurements_csv(),
        "command.txt": command + "\n",
    }
    pictures = {"loss.png": curves.loss_figure(run.history), "psnr.png": curves.psnr_figure(run.history)}
    for name, text in texts.items():
        image.write_bytes(folder / name, text.encode())
    for name, figure in pictures.items():
        image.write_bytes(folder / name, plots.png(figure))
    logs = shutil.make_archive(str(folder / "tensorboard"), "zip", run.logs)
    return [taken, *(folder / name for name in (*texts, *pictures)), Path(logs)]

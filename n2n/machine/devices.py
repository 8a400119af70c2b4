"""Devices: which there are, which one is used, and how it is described."""

import os
import platform
from pathlib import Path

import torch


def best_device(index: int = 0) -> torch.device:
    """The GPU with this index where there is a GPU, else the CPU."""
    return torch.device("cuda", index) if torch.cuda.is_available() else torch.device("cpu")


def find_device(name: str) -> torch.device:
    """'auto', 'cpu', 'cuda:1' … → device. Raises ValueError for one that cannot be used here, naming those that can."""
    if name == "auto":
        return best_device(int(os.environ.get("LOCAL_RANK", 0)))
    try:
        return _tried(torch.device(name))
    except (RuntimeError, AssertionError, ImportError) as error:
        why = str(error).splitlines()[0].partition(". ")[0].rstrip(".") if name.startswith("cuda") else "there is none"
        usable = ["auto", "cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
        usable += ["mps"] if torch.backends.mps.is_available() else []
        raise ValueError(f"device '{name}' cannot be used here ({why}); allowed here: {', '.join(usable)}") from None


def _tried(wanted: torch.device) -> torch.device:
    """The device, with its index, after a number was computed on it and fetched."""
    number = torch.zeros(1, device=wanted) + 1
    number.cpu()
    return number.device


def describe_device(device: torch.device) -> str:
    """'Intel(R) Xeon(R) Processor @ 2.50GHz, AVX512, 2 threads', or the name of a GPU."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    threads = torch.get_num_threads()
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}, {threads} thread{'s' if threads > 1 else ''}"

"""What this process runs on: its device, the other processes of a training, the signals it gets."""

import os
import platform
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.distributed as dist


def best_device(index: int = 0) -> torch.device:
    """A GPU where there is one, that of this index."""
    return torch.device("cuda", index) if torch.cuda.is_available() else torch.device("cpu")


def device(name: str) -> torch.device:
    """'auto', 'cpu', 'cuda:1' … → device. Raises ValueError for one that cannot be used here."""
    if name == "auto":
        return best_device(int(os.environ.get("LOCAL_RANK", 0)))
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device '{name}' cannot be used here ({str(error).splitlines()[0]}); try --device cpu"
        ) from None


def machine(device: torch.device) -> str:
    """'Intel(R) Xeon(R) Processor @ 2.50GHz, AVX512, 2 threads', or the name of a GPU."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    told = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in told if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads"


@contextmanager
def processes() -> Iterator[int]:
    """Joins the other processes where torchrun started this one; yields the rank."""
    if "WORLD_SIZE" not in os.environ:
        yield 0
        return
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield dist.get_rank()
    finally:
        dist.destroy_process_group()


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Collects Ctrl-C and SIGTERM instead of dying of them; a second Ctrl-C interrupts at once."""
    received: list[int] = []

    def receive(number: int, _: object) -> None:
        if received and number == signal.SIGINT:
            raise KeyboardInterrupt
        received.append(number)

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

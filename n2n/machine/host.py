"""What this process runs on: its device, the other processes of a training, the signals it gets."""

import errno
import os
import platform
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch
import torch.distributed as dist

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

    fcntl = None

TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}  # what a system says of a lock that another process holds
HELD: set[Path] = set()  # locks of this process, which the system would hand out to it again


def best_device(index: int = 0) -> torch.device:
    """A GPU where there is one, that of this index."""
    return torch.device("cuda", index) if torch.cuda.is_available() else torch.device("cpu")


def device(name: str) -> torch.device:
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
    """The device, with its index, on which a number was computed and fetched."""
    number = torch.zeros(1, device=wanted) + 1
    number.cpu()
    return number.device


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


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keeps every other training from writing the file at `path` meanwhile, by a lock beside it that ends with this
    process, however it ends. Raises ValueError where another holds it, OSError.
    """
    lock = path.resolve().with_name(f".{path.name}.lock")
    if lock in HELD:
        raise ValueError(_busy(path, os.getpid()))
    handle = _locked(lock, path)
    HELD.add(lock)
    try:
        yield
    finally:
        HELD.discard(lock)
        with suppress(OSError):  # first, so that nobody locks a file that is about to vanish
            lock.unlink()
        os.close(handle)
        with suppress(OSError):  # Windows removes no file that is open
            if fcntl is None:
                lock.unlink()


def _locked(lock: Path, path: Path) -> int:
    """An open file that this process has locked. Where the file system knows no locks, it is merely open."""
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if fcntl is None:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in TAKEN:
                holder = b"" if fcntl is None else os.read(handle, 20)  # Windows lets nobody read what is locked
                os.close(handle)
                raise ValueError(_busy(path, holder.decode("ascii", "ignore").strip())) from None
        if lock.exists() and os.path.samestat(lock.stat(), os.fstat(handle)):  # not removed meanwhile
            os.truncate(handle, 0)
            os.write(handle, b"%d\n" % os.getpid())
            return handle
        os.close(handle)


def _busy(path: Path, holder: object) -> str:
    who = f"another training (process {holder})" if holder else "another training"
    return f"{who} writes '{path}' at this moment; wait for its end, stop it, or give another name"

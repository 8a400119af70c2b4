"""The number format that a training computes in: one for all of its processes and all of its sittings."""

import torch
import torch.distributed as dist

from ..nets import resolved, supports_bf16


def common_precision(chosen: str, before: object, device: torch.device) -> str:
    """The precision, fp32 or bf16, that all processes of a training share: the one `chosen`, or where that is auto, the
    one that the training had `before`, if any and if this device computes in it, or the first process's.
    """
    kept = before == "fp32" or (before == "bf16" and supports_bf16(device))
    found = [str(before) if kept and chosen == "auto" else resolved(chosen, device)]
    if dist.is_initialized():
        dist.broadcast_object_list(found)
    return found[0]

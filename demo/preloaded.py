"""What the first optimizer and the first graph of every job would load, two seconds each: once, before jobs fork."""

import torch._dynamo
import torch.distributed.tensor  # noqa: F401

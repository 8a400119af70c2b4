"""What every job would load when it first needs it, seconds in all: once, before jobs fork."""

# By the pair doctor.
import scipy.ndimage  # noqa: F401
import skimage.registration  # noqa: F401

# By the first optimizer and the first graph.
import torch._dynamo
import torch.distributed.tensor  # noqa: F401

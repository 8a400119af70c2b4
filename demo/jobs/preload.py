"""Modules that every job would otherwise load when it first needs them, which takes seconds."""

# Needed by scores: classical filters and the card.
import matplotlib.backends.backend_agg  # noqa: F401

# Needed by the pair doctor.
import scipy.ndimage  # noqa: F401
import skimage.feature
import skimage.filters
import skimage.registration
import skimage.restoration  # noqa: F401

# Needed by the first optimizer and the first compiled graph.
import torch._dynamo
import torch.distributed.tensor  # noqa: F401

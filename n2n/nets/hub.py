"""Weights in a repository of the Hugging Face Hub, which are fetched when they are asked for, and kept."""

import re
from pathlib import Path

from ..machine import optional_packages

HUB_WEIGHTS = "model.safetensors"  # the name that the Hub's tools expect
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def is_repository(name: str) -> bool:
    """Whether a name is user/repo, and no place on this computer."""
    return bool(REPOSITORY.fullmatch(name)) and not Path(name).parent.exists()


def fetched(repository: str) -> Path:
    """The weights of a repository, from the cache of the Hub's own tools or over the network. Raises ValueError where
    they cannot be had.
    """
    hub, errors = optional_packages("a net of the Hugging Face Hub", "huggingface_hub", "huggingface_hub.errors")
    by_hand = f"where you have it as a file, give that: path/to/{HUB_WEIGHTS}"
    try:
        return Path(hub.hf_hub_download(repository, HUB_WEIGHTS))
    except errors.LocalEntryNotFoundError as error:
        raise ValueError(f"'{repository}' is not on this computer, and the Hub cannot be reached; {by_hand}") from error
    except errors.EntryNotFoundError as error:
        raise ValueError(
            f"'{repository}' holds no {HUB_WEIGHTS}, so it is no net of this package; {by_hand}"
        ) from error
    except (errors.HfHubHTTPError, errors.HFValidationError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(f"the Hub does not hand out '{repository}' ({reason}); {by_hand}") from error

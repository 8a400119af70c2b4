"""A file on its way from one machine to another: by its content, as a path means something on one machine alone."""

import hashlib


class Parcel:
    """A file's name, and its content, which is checked by its SHA-256."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self._data, self._digest = name, data, hashlib.sha256(data).digest()

    @property
    def data(self) -> bytes:
        """The content. Raises ValueError where it changed on its way."""
        if hashlib.sha256(self._data).digest() != self._digest:
            raise ValueError(f"'{self.name}' changed on its way over the network; repeat it")
        return self._data

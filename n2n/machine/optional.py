"""Optional packages, which are needed for some files only."""

import importlib
import sys
from types import ModuleType

EXTRAS = {"ray": "'ray[client,train]'"}  # how pip calls what is used of a package, where that is not its name


def optional_packages(purpose: str, *names: str) -> list[ModuleType]:
    """The packages of these names, and modules in them, for a purpose in words. Raises ValueError with the line that
    installs them where one is missing.
    """
    try:
        return [importlib.import_module(name) for name in names]
    except ModuleNotFoundError as error:
        if not error.name or not any(f"{name}.".startswith(f"{error.name}.") for name in names):
            raise  # installed, but broken
        packages = [name for name in names if not any(name.startswith(f"{other}.") for other in names)]
        line = f"{sys.executable} -m pip install {' '.join(EXTRAS.get(name, name) for name in packages)}"
        raise ValueError(f"{purpose} needs {' and '.join(packages)}, and '{error.name}' is missing: {line}") from error

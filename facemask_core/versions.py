"""The code that a figure was computed with: the lab's own, and the libraries under it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from functools import cache

from facemask_core import paths
from facemask_core.backend import keras

_WITHOUT_FIGURES = ("classroom/", "cli/", "jobs/", "shipped/")
"""Folders no figure depends on: rooms, the commands, the queue, and the pages in a wheel."""


def package_versions() -> dict[str, str]:
    """Returns the versions of Python and of every library that computes, by name."""
    packages = (
        *("keras", keras.backend.backend(), "numpy", "scipy"),
        *("pillow", "opencv-python-headless"),
    )
    return {"python": platform.python_version()} | {
        package: importlib.metadata.version(package) for package in packages
    }


@cache
def source_sha256() -> str:
    """Hashes the core's own source, so that every figure names the code it was computed with.

    A version number would do for releases; between two of them the code changes and the number
    does not.
    """
    total = hashlib.sha256()
    files = {
        path.relative_to(paths.PACKAGE).as_posix(): path for path in paths.PACKAGE.rglob("*.py")
    }
    for name, path in sorted(files.items()):
        if not name.startswith(_WITHOUT_FIGURES):
            total.update(f"{name}\t{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()

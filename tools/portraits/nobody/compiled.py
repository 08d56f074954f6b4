"""Compiles the distance functions, once for each state of their sources."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _fingerprint() -> str:
    """Tells whether any file that takes part in compiling has changed."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        text = source.read_bytes()
        if b"@jit" in text or b"NamedTuple" in text:
            digest.update(text)
    return digest.hexdigest()[:16]


# Numba's cache looks at a function's own file only, not at the files of the functions it calls.
# It reads this variable when it is imported.
os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(Path(tempfile.gettempdir()) / f"portraits-of-nobody-{_fingerprint()}")
)

import numba  # noqa: E402  (see above)


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a function of numbers, arrays and named tuples to machine code."""
    return numba.njit(fastmath=True, cache=True, error_model="numpy")(function)

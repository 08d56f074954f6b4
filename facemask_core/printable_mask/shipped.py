"""The patterns that the lab ships, and what was measured of each."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from facemask_core.paths import PRINTABLE_MASKS
from facemask_core.pictures import images
from facemask_core.printable_mask.cloth_pattern import COLUMNS, ROWS, Pattern


@cache
def list_models() -> tuple[str, ...]:
    """Lists the models that a shipped pattern was trained against."""
    return tuple(sorted(path.stem for path in PRINTABLE_MASKS.glob("*.png")))


@cache
def read_pattern(model: str) -> Pattern:
    """Reads the pattern that was trained against a model.

    Args:
        model: One of :func:`list_models`.

    Raises:
        OSError: There is none.
        ValueError: The file is no pattern.
    """
    pixels = images.decode((PRINTABLE_MASKS / f"{model}.png").read_bytes())
    if pixels.shape != (ROWS, COLUMNS, 3):
        raise ValueError(f"A pattern has {ROWS} x {COLUMNS} fields; {model}'s file has others.")
    pattern = images.to_float(pixels)
    pattern.flags.writeable = False
    return pattern


@cache
def read_figures(model: str) -> dict[str, Any]:
    """Reads what was measured of it, as :func:`effect.measure_effect` returns it by group of faces.

    Args:
        model: One of :func:`list_models`.
    """
    text = (PRINTABLE_MASKS / f"{model}.json").read_text(encoding="utf-8")
    figures: dict[str, Any] = json.loads(text)
    return figures

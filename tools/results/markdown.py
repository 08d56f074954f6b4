"""Figures and tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Writes a Markdown table.

    Args:
        heads: The columns' titles.
        rows: The cells of each row.
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def percent(value: float) -> str:
    """Writes a share in percent with two decimals."""
    return f"{100 * value:.2f} %"


def share(figures: Mapping[str, Any], key: str) -> str:
    """Writes a share and its 95 % interval, such as ``98.13 % (96.2 to 99.1)``.

    Args:
        figures: What holds the share by the key, and its ends by the key in ``intervals``.
        key: The share's key.
    """
    value, interval = figures[key], figures.get("intervals", {}).get(key)
    if value is None:
        return "–"
    if interval is None:
        return percent(value)
    return f"{percent(value)} ({100 * interval['low']:.1f} to {100 * interval['high']:.1f})"

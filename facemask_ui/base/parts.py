"""The figures of a dataset's parts as a table: of classes, sources, and real and drawn masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from facemask_core.evaluation.parts import list_parts
from facemask_core.text import on_one_line
from facemask_ui.language import percent

_HEADS = {
    "accuracy": "clean accuracy",
    "robust_accuracy": "robust accuracy",
    "success_rate": "fooled by the attack",
}
_COUNTS = {"unsure": "unsure", "unsure_attacked": "unsure, attacked"}

MEANING = (
    "Drawn masks are painted onto the photograph by a program and are easier than real ones: the "
    "figures with real masks are those that count. Each range is the 95 % confidence interval "
    "(Wilson's), and the smaller the part, the wider it is."
)


def tabulate_parts(record: Mapping[str, Any]) -> pd.DataFrame:
    """Tabulates the figures of each class and kind of mask, of all sources and of each.

    Args:
        record: A report's or a card's figures, as
            :func:`facemask_core.evaluation.parts.list_parts` reads them.
    """
    return pd.DataFrame(
        [
            {
                "source": on_one_line(part.source) or "all",
                "pictures": on_one_line(part.name),
                "images": part.figures["images"],
                **{head: part.figures[key] for key, head in _COUNTS.items() if key in part.figures},
                **{
                    head: write_share(part.figures, key)
                    for key, head in _HEADS.items()
                    if key in part.figures
                },
            }
            for part in list_parts(record)
        ]
    )


def write_share(figures: Mapping[str, Any], key: str) -> str:
    """Writes a share and its 95 % interval, such as ``98.1 % (96.2 to 99.1)``.

    Args:
        figures: The figures of one part.
        key: Which of them.
    """
    share, interval = figures.get(key), figures.get("intervals", {}).get(key)
    if share is None:
        return "–"
    if interval is None:
        return percent(share)
    return f"{percent(share)} ({100 * interval['low']:.1f} to {100 * interval['high']:.1f})"

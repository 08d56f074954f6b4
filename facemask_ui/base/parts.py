"""The figures of a dataset's parts as a table: of classes, sources, and real and drawn masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from facemask_core.evaluation.parts import DRAWN, REAL, list_parts
from facemask_core.labels import LABELS
from facemask_core.text import on_one_line
from facemask_ui.base.palette import name_class
from facemask_ui.language import number, percent, say

_SHARES = ("accuracy", "robust_accuracy", "success_rate")
_COUNTS = ("unsure", "unsure_attacked")
_KINDS = (REAL, DRAWN)
_FELLERS = ("apgd_cross_entropy", "apgd_margin", "fab", "square")
"""The attacks of an ensemble; the core writes their names without underscores."""


def explain_parts() -> str:
    """Explains what the kinds of masks and the ranges in the table mean."""
    return say("base.parts.meaning")


def tabulate_parts(record: Mapping[str, Any]) -> pd.DataFrame:
    """Tabulates the figures of each class and kind of mask, of all sources and of each.

    Args:
        record: A report's or a card's figures, as
            :func:`facemask_core.evaluation.parts.list_parts` reads them.
    """
    return pd.DataFrame(
        [
            {
                _head("source"): on_one_line(part.source) or _head("all"),
                _head("pictures"): name_part(part.name),
                _head("images"): part.figures["images"],
                **{_head(key): part.figures[key] for key in _COUNTS if key in part.figures},
                **{
                    _head(key): write_share(part.figures, key)
                    for key in _SHARES
                    if key in part.figures
                },
                **(
                    {_head("felled_by"): _write_felled(part.figures["felled_by"])}
                    if "felled_by" in part.figures
                    else {}
                ),
            }
            for part in list_parts(record)
        ]
    )


def _head(key: str) -> str:
    return say(f"base.parts.{key}")


def name_part(name: str) -> str:
    """Names a part in the page's language, such as ``with mask, real``; others keep their name."""
    words = {label.replace("_", " "): name_class(row).lower() for row, label in enumerate(LABELS)}
    words |= {kind: _head(kind) for kind in _KINDS}
    return ", ".join(words.get(word, on_one_line(word)) for word in name.split(", "))


def _write_felled(counts: Mapping[str, int]) -> str:
    """Writes how many images each of several attacks felled, such as ``FAB 3, Square 1``."""
    named = ((_name_feller(name), count) for name, count in counts.items())
    return ", ".join(f"{name} {number(count)}" for name, count in named) or "–"


def _name_feller(name: str) -> str:
    key = name.replace(" ", "_").replace("-", "_")
    return say(f"base.felled.{key}") if key in _FELLERS else on_one_line(name)


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
    return write_range(percent(share), interval["low"], interval["high"])


def write_range(share: str, low: float, high: float) -> str:
    """Writes the ends of a 95 % interval in percent behind a share.

    Args:
        share: The share as it is written.
        low: The lower end, from 0 to 1.
        high: The upper end.
    """
    return say("base.range", share=share, low=number(100 * low, 1), high=number(100 * high, 1))

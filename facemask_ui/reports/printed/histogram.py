"""The histogram of confidences for paper: where its bars stand in the drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation.report import Evaluation
from facemask_ui.reports import confidence_histogram

_STEP = 46
"""From one bin to the next."""
_FILLS = ("hollow", "full")


@dataclass(frozen=True)
class Bar:
    """One bar, in the drawing's units.

    Attributes:
        left: Its left edge.
        top: Its upper edge.
        width: Its width, with a gap on either side.
        height: Its height.
        fill: Its class in the style sheet.
        count: The images it stands for.
    """

    left: float
    top: float
    width: float
    height: float
    fill: str
    count: int


@dataclass(frozen=True)
class Histogram:
    """What ``histogram.html.jinja`` draws.

    Attributes:
        bars: The bars that are not empty.
        fills: The fill of each series, by the series' name.
        edges: Where the bins begin and end, by their confidence in percent.
        description: The drawing in words.
        left: Where the axis begins.
        right: Where it ends.
        top: The plot's upper edge; the words above it need the room.
        height: The plot's height.
        width: The drawing's width.
    """

    bars: list[Bar]
    fills: dict[str, str]
    edges: dict[int, int]
    description: str
    left: ClassVar[int] = 8
    right: ClassVar[int] = 8 + _STEP * confidence_histogram.BINS
    top: ClassVar[int] = 24
    height: ClassVar[int] = 150
    width: ClassVar[int] = 480


def lay_out_histogram(report: Evaluation) -> Histogram:
    """Lays out one bar a bin: hollow before the attack, full after it."""
    series = {
        confidence_histogram.name_predictions(name): confidence_histogram.count_images(predictions)
        for name, predictions in confidence_histogram.list_predictions(report).items()
    }
    fills = _FILLS if len(series) > 1 else _FILLS[1:]
    highest = max(int(counts.max()) for counts in series.values())
    return Histogram(
        bars=[
            bar
            for place, (counts, fill) in enumerate(zip(series.values(), fills, strict=True))
            for bar in _lay_out_bars(counts, fill, place, len(series), highest)
        ],
        fills=dict(zip(series, fills, strict=True)),
        edges={
            100 * edge // confidence_histogram.BINS: Histogram.left + _STEP * edge
            for edge in range(confidence_histogram.BINS + 1)
        },
        description=confidence_histogram.describe_histogram(report),
    )


def _lay_out_bars(
    counts: NDArray[np.int64], fill: str, place: int, abreast: int, highest: int
) -> Iterator[Bar]:
    """Lays out one series, which is the given one of several that stand abreast in each bin."""
    width = (_STEP - 6) / abreast
    for index, count in enumerate(counts.tolist()):
        if not count:
            continue
        height = max(Histogram.height * count / highest, 1.0)
        yield Bar(
            left=Histogram.left + _STEP * index + 3 + width * place,
            top=Histogram.top + Histogram.height - height,
            width=width,
            height=height,
            fill=fill,
            count=count,
        )

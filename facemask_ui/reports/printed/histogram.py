"""The histogram of confidences as SVG, in the document's own colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation.report import Evaluation
from facemask_ui.reports import confidence_histogram
from facemask_ui.reports.printed.markup import Markup, element

_WIDTH, _HEIGHT = 480, 150
_LEFT, _TOP = 8, 24
"""The plot's upper left corner; below and right of it there is room for figures and words."""
_STEP = 46
_FILLS = ("hollow", "full")


def histogram(report: Evaluation) -> Markup:
    """Draws it with the count over each bar; hollow before the attack, full after it."""
    counted = {
        title: confidence_histogram.counts(it)
        for title, it in confidence_histogram.parts(report).items()
    }
    most = max(int(counts.max()) for counts in counted.values())
    fills = _FILLS if len(counted) > 1 else _FILLS[1:]
    bars = [
        bar
        for place, (counts, fill) in enumerate(zip(counted.values(), fills, strict=True))
        for bar in _bars(counts, fill, place=place, abreast=len(counted), most=most)
    ]
    drawing = element(
        "svg", *_frame(), *bars,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT + _TOP + 44}", role="img",
        aria_label=confidence_histogram.spoken(report),
    )  # fmt: skip
    keys = [
        element("li", element("span", class_=f"key {fill}"), title)
        for title, fill in zip(counted, fills, strict=True)
    ]
    return element("figure", element("ul", *keys, class_="keys"), drawing)


def _bars(
    counts: NDArray[np.int64], fill: str, *, place: int, abreast: int, most: int
) -> list[Markup]:
    width = (_STEP - 6) / abreast
    drawn = []
    for index, count in enumerate(counts.tolist()):
        if not count:
            continue
        height = max(_HEIGHT * count / most, 1.0)
        left, top = _LEFT + _STEP * index + 3 + width * place, _TOP + _HEIGHT - height
        box = {"x": f"{left + 1:.1f}", "y": f"{top:.1f}", "width": f"{width - 2:.1f}"}
        drawn.append(element("rect", **box, height=f"{height:.1f}", class_=fill))
        middle = f"{left + width / 2:.1f}"
        drawn.append(element("text", str(count), x=middle, y=f"{top - 4:.1f}", class_="count"))
    return drawn


def _frame() -> list[Markup]:
    """The axis, its figures, and the line below which the other class wins."""
    bottom, right = _TOP + _HEIGHT, _LEFT + _STEP * confidence_histogram.BINS
    centre = (_LEFT + right) / 2
    return [
        element("line", x1=_LEFT, x2=right, y1=bottom, y2=bottom, class_="axis"),
        element("line", x1=centre, x2=centre, y1=0, y2=bottom, class_="half"),
        element("text", "← wrong", x=centre - 8, y=10, class_="end"),
        element("text", "right →", x=centre + 8, y=10),
        *(
            element("text", f"{100 * edge // confidence_histogram.BINS}", x=_LEFT + _STEP * edge,
                    y=bottom + 16, class_="middle")
            for edge in range(confidence_histogram.BINS + 1)
        ),
        element("text", "Confidence in the true class, %", x=centre, y=bottom + 36,
                class_="middle"),
    ]  # fmt: skip

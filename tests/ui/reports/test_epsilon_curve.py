"""Accuracy against epsilon as the report page shows it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from facemask_core.robustness import SmallestEpsilons
from facemask_ui.base.palette import LIGHT
from facemask_ui.reports import epsilon_curve


def search(*levels: float, largest: int = 4) -> SmallestEpsilons:
    every = np.array(levels, np.float64)
    return SmallestEpsilons(every, np.zeros(len(every), np.bool_), largest, {"attack": "fgsm"})


@pytest.fixture
def figure(monkeypatch: pytest.MonkeyPatch) -> go.Figure:
    monkeypatch.setattr(epsilon_curve, "pick_palette", lambda: LIGHT)
    return epsilon_curve._draw_figure(
        {"weak": search(0, 1, 1, 2), "firm": search(3, np.inf, np.inf, np.inf, largest=8)}
    )


def test_each_curve_begins_at_the_clean_accuracy_and_holds_the_searchs_figures(
    figure: go.Figure,
) -> None:
    curves = {line.name: line for line in figure.data if line.name}
    assert curves["weak"].y.tolist() == [0.75, 0.25, 0.0, 0.0, 0.0]
    assert curves["firm"].y.tolist() == [1.0, 1.0, 1.0, *[0.75] * 6]
    assert curves["weak"].x.tolist() == [0, 1, 2, 3, 4]
    styles = {(c.line.color, c.line.dash, c.marker.symbol) for c in curves.values()}
    assert len(styles) == 2
    assert len({c.line.dash for c in curves.values()}) == 2, "not by colour alone"


def test_every_curve_lies_in_its_band(figure: go.Figure) -> None:
    lines = list(figure.data)
    for high, low, curve in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        assert np.all(np.array(low.y) <= curve.y + 1e-12)
        assert np.all(curve.y <= np.array(high.y) + 1e-12)


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ((1, 2, 3), "2/255 (0.00784)"),
        ((0, 0, 3), "none needed"),
        ((1, np.inf, np.inf), "over 4/255 (0.0157)"),
    ],
)
def test_the_median_is_an_epsilon_or_says_why_there_is_none(
    levels: tuple[float, ...], words: str
) -> None:
    assert epsilon_curve.write_median(search(*levels)) == words


def test_the_table_counts_what_the_median_leaves_out() -> None:
    (row,) = epsilon_curve.tabulate_searches({"weak": search(0, 1, np.inf)}).to_dict("records")
    assert row == {
        "": "weak",
        "median smallest fooling epsilon": "1/255 (0.00392)",
        "images": 3,
        "wrong before": 1,
        "standing at the end": 1,
        "without a gradient": 0,
    }


def test_the_chart_is_put_into_words() -> None:
    assert epsilon_curve.describe_curves({"weak": search(0, 1, 1, 2)}) == (
        "Accuracy against epsilon. weak: 75.0 % clean, 25.0 % at 1/255, 0.0 % at 2/255, "
        "0.0 % at 4/255"
    )

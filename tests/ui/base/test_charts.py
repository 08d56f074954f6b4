"""A chart's numbers are written as the page's language and its other texts do."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from facemask_ui.base import charts
from facemask_ui.language import percent, read_texts


@pytest.mark.parametrize(
    ("language", "separators"), [("en", None), ("fr", ",\N{NARROW NO-BREAK SPACE}")]
)
def test_a_chart_has_the_separators_of_the_language(
    language: str, separators: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "read_current", lambda: read_texts(language))
    monkeypatch.setattr(charts.st, "plotly_chart", lambda *_args, **_kwargs: None)
    figure = go.Figure()
    charts.show_chart(figure, key="chart", alt="A chart")
    assert figure.layout.separators == separators


def test_a_percentage_on_an_axis_is_written_as_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts.st, "plotly_chart", lambda *_args, **_kwargs: None)
    figure = go.Figure(layout={"xaxis": {"tickformat": ".0%"}, "yaxis": {"tickformat": "d"}})
    charts.show_chart(figure, key="chart", alt="A chart")
    assert figure.layout.xaxis.labelalias["50%"] == percent(0.5).replace("50.0", "50")
    assert figure.layout.yaxis.labelalias is None

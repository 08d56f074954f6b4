"""A strange card costs its own model alone, and nothing that a card says is more than text."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screen import Open, sentences
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier
from facemask_core.errors import CheckpointError
from facemask_core.models import card_schema, checkpoints
from facemask_core.models.checkpoints import Card
from facemask_core.paper import printed
from facemask_ui.base import messages
from facemask_ui.base.palette import LIGHT
from facemask_ui.model_card import (
    calibration,
    corruptions,
    share_chart,
    shares,
    tables,
    training,
    view,
)
from facemask_ui.paper import differences, training_tables

MARKDOWN = "![x](https://elsewhere.example/x.png) <img src=//elsewhere.example> **bold** :smile:"
ROBUST = "mobilenetv3-robust"
PAPER = printed.read()
CARD = json.loads((checkpoints.locate(ROBUST) / checkpoints.CARD_FILE).read_text(encoding="utf-8"))


def read_everything(card: Card) -> None:
    """Computes whatever pages and commands compute from a card, as they show it."""
    for read in (training.list_stages, training.describe_stages, training.describe_curves):
        read(card)
    training.make_curves(card, LIGHT)
    bins = checkpoints.read_part(card, "metrics", "test", "calibration", "bins")
    calibration.make_diagram(bins, LIGHT)
    calibration.describe_diagram(bins)
    checkpoints.read_part(card, "metrics", "test", "report")
    cells = corruptions.list_cells(card)
    corruptions.make_chart(cells, LIGHT)
    corruptions.describe_chart(cells)
    corruptions.write_price(card, card)
    test = card.metrics["test"]
    for points in (
        shares.list_part_points(test, "accuracy"),
        shares.list_class_points(test),
        shares.list_source_points(test),
    ):
        share_chart.make_chart(points, LIGHT, "Accuracy").to_json()
        share_chart.describe(points, "Accuracy").encode()
    for table in (
        corruptions.tabulate_cells(cells),
        tables.tabulate_classes(card.metrics["test"]),
        tables.tabulate_sources(card.metrics["test"]),
        view._tabulate_splits(card),
    ):
        assert isinstance(table, pd.DataFrame)
        pa.Table.from_pandas(table)
    for _, ours in differences.list_differences(PAPER, card).values():
        messages.escape_markdown(ours).encode()
    training_tables.compare_table(PAPER.tables[1], card)


@st.composite
def changed_cards(draw: st.DrawFn) -> Any:
    """A shipped card with one or two values removed or replaced, at any depth."""
    content = json.loads(json.dumps(CARD))
    for _ in range(draw(st.integers(1, 2))):
        part: Any = content
        while True:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(part[key], dict | list) and draw(st.booleans()):
                part = part[key]
                continue
            if draw(st.booleans()):
                del part[key]
            else:
                part[key] = draw(
                    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
                    | st.sampled_from([[], {}, [0], {"a": 1}, "\ud800", MARKDOWN, [[]], 0.5])
                )  # fmt: skip
            break
    return content


@settings(max_examples=60, deadline=None)
@given(content=changed_cards())
def test_whatever_the_schema_accepts_can_be_shown_or_is_refused_by_name(content: Any) -> None:
    if card_schema.find_fault(content) is not None:
        return
    card = Card(**content)
    sentence = ""
    try:
        read_everything(card)
    except CheckpointError as error:
        sentence = str(error)
    assert not sentence or "does not give" in sentence


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brightness: Classifier) -> Path:
    """The shipped models' cards without their weights: the test's own model answers."""
    del brightness
    root = tmp_path / "models"
    for name in checkpoints.available():
        (root / name).mkdir(parents=True)
        shutil.copy(checkpoints.locate(name) / checkpoints.CARD_FILE, root / name)
    for function in (checkpoints.available, checkpoints.locate):
        monkeypatch.setattr(function, "__defaults__", (root,))
    return root


def spoil(folder: Path, **changes: Any) -> None:
    path = folder / checkpoints.CARD_FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | changes), encoding="utf-8")


def texts(app: AppTest) -> list[str]:
    """Every text of a page that Streamlit reads as Markdown."""
    return [
        text.value
        for kind in (app.markdown, app.caption, app.warning, app.error, app.info, app.header)
        for text in kind
    ] + [str(cell) for table in app.table for cell in table.value.to_numpy().ravel()]


def test_a_bad_card_is_named_on_models_and_paper_and_the_other_models_are_shown(
    open_page: Open, models_folder: Path
) -> None:
    spoil(models_folder / "vgg19", history=[{"epoch": 1, "loss": float("nan")}])
    app = open_page("Models", model="mobilenetv3")
    assert not app.exception
    assert not app.error
    assert len(app.metric) == 5
    (footer,) = [it.value.replace("\\", "") for it in app.warning]
    assert "vgg19" in footer
    assert "history.0.loss" in footer
    app = open_page("Paper")
    assert not app.exception
    (sentence,) = sentences(app)
    assert "history.0.loss" in sentence, "in the place of its own table"
    assert len(app.table) >= 4, "the overview, the differences, and two tables"
    app = open_page("Paper", backbone="vgg19")
    assert not app.exception
    assert all("history.0.loss" in each for each in sentences(app))


def test_a_card_without_figures_still_shows_what_it_has(
    open_page: Open, models_folder: Path
) -> None:
    spoil(models_folder / "mobilenetv3", metrics={}, history=[])
    app = open_page("Models", model="mobilenetv3")
    assert not app.exception
    assert {"metrics.test.balanced_accuracy", "history", "metrics.test.calibration.bins"} == {
        each.partition("give ")[2].rstrip(".") for each in sentences(app)
    }
    assert "Not for" in " ".join(text.value for text in app.markdown)
    app = open_page("Paper", backbone="mobilenetv3")
    assert not app.exception


def test_nothing_that_a_card_says_is_read_as_markdown(open_page: Open, models_folder: Path) -> None:
    content = json.loads(json.dumps(CARD))
    speed = content["metrics"]["test"]["speed"] | {"device": MARKDOWN}
    content["metrics"]["test"] |= {"speed": speed, "sources": {MARKDOWN: {
        "images": 1, "accuracy": 1, "balanced_accuracy": 1}}}  # fmt: skip
    content["recipe"] |= {"optimizer": MARKDOWN, "init": MARKDOWN}
    content |= {
        "name": MARKDOWN,
        "notes": f"{MARKDOWN}\udcff",
        "command": f"{MARKDOWN}\udcff",
        "initial_weights": MARKDOWN,
        "ancestors": [],
        "versions": {MARKDOWN: MARKDOWN},
    }
    for name in ("mobilenetv3", "inceptionv3"):
        spoil(models_folder / name, **content | {"backbone": name})
    pages = [open_page("Models", model="mobilenetv3"), open_page("Paper", backbone="mobilenetv3")]
    shown = ""
    for app in pages:
        assert not app.exception
        assert not app.error
        for text in texts(app):
            assert "![x]" not in text
            assert not re.search(r"(?<!\\)<img", text)
            assert ":smile:" not in text
            shown += text.replace("\\", "")
    assert shown.count("![x]") >= 5, "the words are there, as text"

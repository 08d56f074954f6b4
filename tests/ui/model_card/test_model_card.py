"""A model's card shows the figures of the card and of the result files."""

from __future__ import annotations

from typing import Any

import pytest
from screen import Open

from facemask_core.data import groupings, samples
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints, published
from facemask_core.models.checkpoints import Card
from facemask_ui.base.palette import LIGHT
from facemask_ui.choices import models
from facemask_ui.language import percent
from facemask_ui.model_card import calibration, failures, tables, training

every_model = pytest.mark.parametrize("name", checkpoints.available())


@pytest.fixture
def card(name: str) -> Card:
    return checkpoints.read_card(checkpoints.locate(name))


@every_model
def test_the_stages_hold_every_epoch_once_in_their_order(card: Card) -> None:
    parts = training.list_stages(card)
    assert [part.first for part in parts] == [
        1 + sum(len(before.epochs) for before in parts[:index]) for index in range(len(parts))
    ]
    every = [entry for past in card.ancestors for entry in past["history"]] + card.history
    assert [entry for part in parts for entry in part.epochs] == every
    for part in parts:
        assert {f"{entry['size']} px" for entry in part.epochs} == {part.name.split(" at ")[1]}


def test_a_stage_has_the_name_of_its_kind() -> None:
    def past(**recipe: Any) -> dict[str, Any]:
        return {"recipe": recipe, "history": [{"size": 96}, {"size": 224}]}

    card = Card(
        **dict.fromkeys(("name", "backbone", "weights_sha256", "initial_weights", "command"), ""),
        **{key: {} for key in ("data", "metrics", "versions")},
        seed=0,
        ancestors=[past(init="random"), past(init="a", stage="frozen"), past(init="b")],
        recipe={"init": "c", "adversary": {"attack": "fgsm"}},
        history=[{"size": 224}],
    )
    assert training.describe_stages(card) == (
        "epoch 1 trained at 96 px; epoch 2 trained at 224 px; epoch 3 head alone at 96 px; "
        "epoch 4 head alone at 224 px; epoch 5 fine-tuned at 96 px; epoch 6 fine-tuned at 224 px; "
        "epoch 7 hardened at 224 px"
    )


@every_model
def test_the_curves_are_the_histories(card: Card) -> None:
    drawn = training.make_curves(card, LIGHT)
    every = [entry for past in card.ancestors for entry in past["history"]] + card.history
    lines = {(line.name, line.yaxis): list(line.y) for line in drawn.data}
    assert lines["Validation", "y"] == [entry["val_accuracy"] for entry in every]
    assert lines["Training", "y2"] == [entry["loss"] for entry in every]
    assert ("Validation under PGD", "y") in lines or not card.recipe.get("adversary")
    assert percent(card.history[-1]["val_accuracy"]) in training.describe_curves(card)


@every_model
def test_the_reliability_diagram_leaves_empty_bins_out(card: Card) -> None:
    bins = card.metrics["test"]["calibration"]["bins"]
    drawn = calibration.make_diagram(bins, LIGHT).data[1]
    assert sum(drawn.customdata) == card.metrics["test"]["report"]["macro avg"]["support"]
    assert all(drawn.customdata)
    assert calibration.describe_diagram(bins).count("right") == len(drawn.x) + 1


@every_model
def test_the_tables_hold_the_published_figures(card: Card) -> None:
    reports = published.read_reports(card.weights_sha256)
    rows = tables.tabulate_robustness(reports).to_dict("records")
    assert [row["robust accuracy"] for row in rows] == [
        percent(report["robust_accuracy"]) for report in reports
    ]
    for row, report in zip(rows, reports, strict=True):
        assert row["photographs"] == groupings.name_photographs(report["data_sha256"])
        low, high = (float(end) for end in row["95 % interval"].removesuffix(" %").split(" to "))
        assert low <= 100 * report["robust_accuracy"] <= high
    assert len(tables.tabulate_skin_tones(published.read_skin_tones(), card.weights_sha256)) == 2
    assert tables.tabulate_skin_tones(published.read_skin_tones(), "0" * 64).empty
    test = card.metrics["test"]
    by_class = tables.tabulate_classes(test).set_index("class")
    assert by_class["images"].sum() == test["report"]["macro avg"]["support"]
    for label in LABELS:
        row, figures = by_class.loc[label.replace("_", " ")], test["report"][label]
        assert row["precision"] == percent(figures["precision"])
        assert row["recall"] == percent(figures["recall"])
    for row in tables.tabulate_sources(test).to_dict("records"):
        figures = test["sources"][row["source"]]
        assert row["accuracy"] == percent(figures["accuracy"])
        assert row["balanced accuracy"] == percent(figures["balanced_accuracy"])


def test_failures_are_the_samples_the_model_gets_wrong() -> None:
    wrong, count = failures.find_failures(models.load("mobilenetv3"))
    assert count == len(samples.gallery()) + len(samples.confusers())
    assert 0 < len(wrong) < count / 3
    confidences = [failure.verdict.confidence for failure in wrong]
    assert confidences == sorted(confidences, reverse=True)
    assert all(failure.verdict.label != failure.portrait.label for failure in wrong)


def test_the_page_shows_the_card_of_the_model_in_its_link(open_page: Open) -> None:
    app = open_page("Models", model="mobilenetv3-robust")
    assert not app.exception
    assert not app.error
    card = checkpoints.read_card(checkpoints.locate("mobilenetv3-robust"))
    test = card.metrics["test"]
    assert app.metric[0].label == "Balanced, real masks, test"
    assert app.metric[0].value == percent(test["without_drawn"]["balanced_accuracy"])
    assert app.metric[1].value == percent(test["balanced_accuracy"])
    by_class = app.dataframe[0].value
    assert by_class["images"].sum() == 2 * test["images"], "of all sources, and of each"
    assert {"with mask, real", "with mask, drawn"} <= set(by_class["pictures"])
    captions = " ".join(caption.value for caption in app.caption)
    assert "measured on facemask-v2" in captions
    assert "Certified accuracy on" in captions
    assert "Its robustness has a price" in " ".join(text.value for text in app.markdown)
    assert [code.value for code in app.code] == [
        *(past["command"] for past in card.ancestors),
        card.command,
    ]


def test_weights_without_figures_get_a_sentence_and_not_anothers_figures(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "read_reports", lambda _: [])
    monkeypatch.setattr(published, "read_skin_tones", list)
    app = open_page("Models")
    assert not app.exception
    captions = [caption.value for caption in app.caption]
    assert "No robust accuracy has been measured for these weights." in captions
    assert "Does it treat everyone alike?" not in [header.value for header in app.header]

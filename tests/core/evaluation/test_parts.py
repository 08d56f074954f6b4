"""Each class, source and kind of mask has figures of its own, with how many images and how sure."""

from __future__ import annotations

import json

import numpy as np
import pytest

from facemask_core.data.provenance import Origin
from facemask_core.evaluation import confidence_intervals
from facemask_core.evaluation.parts import (
    Outcomes,
    list_parts,
    measure_parts,
    measure_sources,
)

PATHS = ("u1", "u2", "r1", "r2", "r3", "d1", "x1")
ORIGINS = {
    "u1": Origin("web", drawn=False),
    "u2": Origin("lab", drawn=None),
    "r1": Origin("web", drawn=False),
    "r2": Origin("web", drawn=False),
    "r3": Origin("lab", drawn=False),
    "d1": Origin("web", drawn=True),
}
"""Of two unmasked images, three real masks, a drawn one, and one that no manifest knows."""

LABELS = np.array([0, 0, 1, 1, 1, 1, 1])
RIGHT = np.array([1, 1, 1, 1, 0, 1, 0], dtype=bool)
ROBUST = np.array([1, 0, 1, 0, 0, 1, 0], dtype=bool)
CLEAN = Outcomes(LABELS, RIGHT)
ATTACKED = Outcomes(LABELS, RIGHT, ROBUST, RIGHT, ~ROBUST)


def test_real_and_drawn_masks_stand_apart_and_an_unknown_kind_counts_for_neither() -> None:
    parts = measure_parts(ATTACKED, PATHS, ORIGINS)
    assert {kind: it["images"] for kind, it in parts["masks"].items()} == {"real": 3, "drawn": 1}
    assert parts["masks"]["real"]["accuracy"] == pytest.approx(2 / 3)
    assert parts["masks"]["real"]["robust_accuracy"] == pytest.approx(1 / 3)
    assert parts["masks"]["real"]["success_rate"] == pytest.approx(1 / 2)
    assert parts["masks"]["drawn"]["robust_accuracy"] == 1.0
    assert {name: it["images"] for name, it in parts["classes"].items()} == {
        "without_mask": 2,
        "with_mask": 5,
    }


def test_the_figures_that_count_leave_drawn_masks_out_and_weigh_both_classes_alike() -> None:
    figures = measure_parts(ATTACKED, PATHS, ORIGINS)["without_drawn"]
    assert figures["images"] == 5
    assert figures["accuracy"] == pytest.approx(4 / 5)
    assert figures["balanced_accuracy"] == pytest.approx((1 + 2 / 3) / 2)
    assert figures["balanced_robust_accuracy"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    groups = [ROBUST[:2], ROBUST[2:5]]
    interval = confidence_intervals.bound_mean_of_proportions(groups)
    assert interval is not None
    assert figures["intervals"]["balanced_robust_accuracy"] == interval.as_dict()


def test_every_share_has_the_interval_of_its_own_images() -> None:
    figures = measure_sources(ATTACKED, PATHS, ORIGINS)["web"]["masks"]["real"]
    for key, hits in {"accuracy": RIGHT, "robust_accuracy": ROBUST}.items():
        interval = confidence_intervals.bound_proportion(hits[2:4])
        assert interval is not None
        assert figures["intervals"][key] == interval.as_dict()


def test_each_part_counts_what_felled_its_images() -> None:
    felled_by = np.array(["", "fab", "", "square", "wrong before", "", "wrong before"])
    outcomes = Outcomes(LABELS, RIGHT, ROBUST, RIGHT, ~ROBUST, felled_by=felled_by)
    parts = measure_parts(outcomes, PATHS, ORIGINS)
    assert parts["classes"]["without_mask"]["felled_by"] == {"fab": 1}
    assert parts["masks"]["real"]["felled_by"] == {"square": 1}
    assert parts["masks"]["drawn"]["felled_by"] == {}
    assert "felled_by" not in measure_parts(ATTACKED, PATHS, ORIGINS)["masks"]["real"]


def test_sources_stand_in_alphabetical_order() -> None:
    names = [f"{letter}{number}" for letter in "zyx" for number in range(3)]
    outcomes = Outcomes(np.zeros(len(names), np.int64), np.ones(len(names), bool))
    origins = {name: Origin(name, drawn=None) for name in names}
    assert list(measure_sources(outcomes, names, origins)) == sorted(names)


def test_without_a_manifest_only_the_classes_are_told_apart() -> None:
    parts = measure_parts(CLEAN, PATHS, {})
    assert parts["masks"] == {}
    assert parts["without_drawn"] is None
    assert [part.name for part in list_parts(parts)] == ["without mask", "with mask"]
    assert all("robust_accuracy" not in part.figures for part in list_parts(parts))
    assert measure_sources(CLEAN, PATHS, {}) == {}


def test_a_set_of_drawn_masks_alone_has_no_figures_that_count() -> None:
    origins = {path: Origin("web", drawn=True) for path in PATHS[2:]}
    assert measure_parts(CLEAN, PATHS, origins)["without_drawn"] is None


def test_where_no_image_counts_there_is_no_success_rate() -> None:
    figures = ATTACKED.select(np.arange(7) == 4).figures()
    assert figures["success_rate"] is None
    assert figures["intervals"]["success_rate"] is None
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_the_parts_of_a_record_are_listed_once_each_with_all_their_images() -> None:
    record = measure_parts(ATTACKED, PATHS, ORIGINS) | {
        "sources": measure_sources(ATTACKED, PATHS, ORIGINS)
    }
    assert [(it.source, it.name, it.figures["images"]) for it in list_parts(record)] == [
        ("", "without mask", 2),
        ("", "with mask, real", 3),
        ("", "with mask, drawn", 1),
        ("", "with mask", 5),  # one of the five is of no known kind
        ("lab", "without mask", 1),
        ("lab", "with mask, real", 1),
        ("web", "without mask", 1),
        ("web", "with mask, real", 2),
        ("web", "with mask, drawn", 1),
    ]
    assert list(list_parts({"sources": {"old": {"images": 3}}})) == []

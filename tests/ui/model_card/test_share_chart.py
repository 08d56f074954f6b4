"""A card's charts of shares hold its figures, each with its interval and in words."""

from __future__ import annotations

import pytest

from facemask_core.models import checkpoints, published
from facemask_ui.base.palette import LIGHT
from facemask_ui.model_card import share_chart, shares
from facemask_ui.model_card.share_chart import Point

CARD = checkpoints.read_card(checkpoints.locate("mobilenetv3"))
TEST = CARD.metrics["test"]


def test_every_class_and_source_is_a_point_with_its_interval() -> None:
    points = shares.list_part_points(TEST, "accuracy")
    bare = TEST["classes"]["without_mask"]
    first = points[0]
    assert (first.row, first.kind, first.share) == ("all", "without mask", bare["accuracy"])
    ends = bare["intervals"]["accuracy"]
    assert first.ends == (ends["low"], ends["high"])
    assert {point.row for point in points} == {"all", *TEST["sources"]}
    drawn = share_chart.make_chart(points, LIGHT, "Accuracy")
    assert sum(len(line.x) for line in drawn.data) == len(points)
    line = drawn.data[0]
    assert line.x[0] - line.error_x.arrayminus[0] == pytest.approx(ends["low"])
    assert line.x[0] + line.error_x.array[0] == pytest.approx(ends["high"])
    low, high = drawn.layout.xaxis.range
    assert low <= min(point.ends[0] for point in points if point.ends)
    assert high >= 1


def test_skin_tones_have_the_intervals_of_their_counts() -> None:
    (row, _) = [
        it for it in published.read_skin_tones() if it["model_sha256"] == CARD.weights_sha256
    ]
    points = shares.list_tone_points(row)
    assert [point.row for point in points[:3]] == ["Tone 1 to 3", "Tone 4 to 7", "Tone 8 to 10"]
    for point in points:
        assert point.ends is not None
        assert point.ends[0] <= point.share <= point.ends[1]
    assert sum(point.images or 0 for point in points) == row["images"]


def test_a_point_is_said_with_share_interval_and_images() -> None:
    point = Point(row="all", kind="with mask", share=0.5, ends=(0.4, 0.6), images=90)
    assert share_chart.describe([point], "Accuracy").endswith(
        "all, with mask: 50.0 % (40.0 to 60.0) of 90 images"
    )


def test_long_names_are_broken_and_no_name_becomes_markup() -> None:
    names = ("chandrikadeb7/Face-Mask-Detection", "<b>bold</b>")
    points = [Point(row=name, kind="<i>k</i>", share=0.5) for name in names]
    drawn = share_chart.make_chart(points, LIGHT, "Accuracy")
    assert list(drawn.layout.yaxis.ticktext) == [
        "chandrikadeb7/Face-<br>Mask-Detection",
        "&lt;b&gt;bold&lt;/b&gt;",
    ]
    assert "<i>" not in drawn.to_json()

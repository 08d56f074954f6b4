"""Point 5: percent or percentage points, and a recall that is in no report."""

from __future__ import annotations

import streamlit as st

from facemask_core.labels import LABELS
from facemask_core.paper.printed import Figure, Paper
from facemask_ui.base.palette import keep_together, name_classes
from facemask_ui.language import number, say
from facemask_ui.paper import words
from facemask_ui.paper.points.base import Point, draw_table


def _show_falls(paper: Paper, model: str) -> None:
    st.markdown(_say("text"))
    clean = paper.figure("none")
    draw_table(
        [
            {
                say("paper.attack"): saying.attack.upper(),
                _say("said"): _write_percent(saying.percent),
                **describe_fall(clean, paper.figure(saying.attack)),
            }
            for saying in paper.falls
        ]
    )
    recall = paper.recall
    figure = paper.figure(recall.attack)
    st.markdown(
        _say(
            "recall_text",
            where=words.name_place(recall.where),
            quote=recall.quote,
            number=figure.number,
            percent=_write_percent(recall.percent),
        )
    )
    draw_table(
        [
            {
                _say("share"): name,
                _say("figure", number=figure.number): words.write_percentage(100 * it),
            }
            for name, it in list_shares(figure)
        ]
    )


def _write_percent(percentage: float) -> str:
    return keep_together(say("percentage.is", number=words.write_plain(percentage)))


def describe_fall(before: Figure, after: Figure) -> dict[str, str]:
    """Describes the fall of the accuracy in points and in percent, from exact counts."""
    first, last = int(before.matrix.trace()), int(after.matrix.trace())
    lost, images = first - last, before.images
    fall = f"({first} − {last})"
    return {
        _say("in_points"): f"{fall} ÷ {images} = **{number(100 * lost / images, 1)}**",
        _say("in_percent"): f"{fall} ÷ {first} = **{words.write_percentage(100 * lost / first)}**",
    }


def list_shares(figure: Figure) -> list[tuple[str, float]]:
    """Lists every share in a classification report, and those it leaves out."""
    named = list(zip(LABELS, name_classes(), strict=True))
    kinds = {"recall": "recall", "precision": "precision", "f1-score": "f1_score"}
    reported = [
        (_name_share(key, word), float(figure.report[name][kind]))
        for kind, key in kinds.items()
        for name, word in named
    ]
    wrong = [
        (_say("other_class", label=word.lower()), 1 - float(figure.report[name]["recall"]))
        for name, word in named
    ]
    return [*reported, *wrong, (say("paper.reports.accuracy"), figure.accuracy)]


def _name_share(key: str, word: str) -> str:
    """Names a share of one class, such as ``recall, without mask``."""
    return _say("of_class", share=say(f"paper.reports.{key}"), label=word.lower())


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.falls.{key}", **values)


POINT = Point("falls", _show_falls)

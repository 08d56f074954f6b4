"""A confusion matrix whose cells open the pictures that they count."""

from __future__ import annotations

import html
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.data.datasets import Source
from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation
from facemask_core.models.classifier import probabilities
from facemask_core.text import on_one_line
from facemask_ui.base import settings
from facemask_ui.base.figure_table import Cell, Row, draw_table
from facemask_ui.base.palette import name_class, name_classes
from facemask_ui.language import number, percent, say
from facemask_ui.reports import thumbnails
from facemask_ui.reports.confidence_histogram import name_predictions

_MOST = 24
"""The most pictures of a cell that are shown."""
_CHOSEN = f"{settings.PASSING}confusion"


def show_confusion(
    name: str, predictions: Predictions, report: Evaluation, photographs: Source | None
) -> None:
    """Shows the matrix, and below it the pictures of the cell that was chosen.

    Args:
        name: What the matrix is of, as :func:`confidence_histogram.name_predictions` reads it.
        predictions: The model's answers.
        report: The report they belong to.
        photographs: Its files; None if the visitor may not look at them.
    """
    here = (name, report.model_sha256, report.data_sha256, str(report.threat_model))
    place, cell = st.session_state.get(_CHOSEN, (None, ""))
    chosen = cell if place == here else ""
    title = name_predictions(name)
    heads = [say("report.confusion.said", name=word.lower()) for word in name_classes()]
    draw_table(
        [say("report.confusion.truth"), *heads],
        _make_rows(predictions.confusion, chosen),
        key=f"confusion:{name}",
        label=say("report.confusion.title", title=title),
        caption=say("report.confusion.caption"),
        wide=True,
        on_choice=partial(_choose, here, chosen),
    )
    if chosen:
        _show_pictures(title, chosen, predictions, report, photographs)


def _choose(here: tuple[str, ...], before: str, cell: str) -> None:
    """Opens the pictures of a cell, or closes them if they are open."""
    st.session_state[_CHOSEN] = (here, "" if cell == before else cell)


def _make_rows(counts: NDArray[np.int64], chosen: str) -> list[Row]:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return [
        Row(
            title=say("report.confusion.true", name=name_class(true).lower()),
            cells=[
                _make_cell(int(counts[true, said]), float(shares[true, said]), true, said, chosen)
                for said in range(2)
            ],
        )
        for true in range(2)
    ]


def _make_cell(count: int, share: float, true: int, said: int, chosen: str) -> Cell:
    is_right, place = true == said, f"{true}{said}"
    truth, word = name_class(true).lower(), name_class(said).lower()
    key = "report.confusion.right" if is_right else "report.confusion.wrong"
    return Cell(
        text=number(count),
        note=say(key, share=percent(share)),
        wrong=0.0 if is_right else share,
        key=place if count else "",
        name=say("report.confusion.show", count=count, truth=truth, predicted=word),
        pressed=chosen == place,
    )


def _show_pictures(
    title: str,
    chosen: str,
    predictions: Predictions,
    report: Evaluation,
    photographs: Source | None,
) -> None:
    true, said = int(chosen[0]), int(chosen[1])
    rows = list_pictures(predictions, true, said)
    confidences = probabilities(predictions.logits)[:, said]
    first = rows[:_MOST]
    paths = [report.paths[row] for row in first]
    pictures = {} if photographs is None else thumbnails.make_thumbnails(photographs, paths)
    sentences = [_write_lead(title, true, said, len(rows))]
    if report.robust is not None:
        sentences.append(say("report.confusion.before"))
    if not pictures:
        sentences.append(say("report.confusion.names"))
    st.markdown(" ".join(sentences))
    st.html(
        write_grid(
            [
                (on_one_line(path), pictures.get(path, ""), percent(float(confidences[row])))
                for row, path in zip(first, paths, strict=True)
            ]
        )
    )


def _write_lead(title: str, true: int, said: int, count: int) -> str:
    """Writes what the pictures of a cell are, and how many of them are shown."""
    return say(
        "report.confusion.pictures_first" if count > _MOST else "report.confusion.pictures",
        title=title,
        truth=name_class(true).lower(),
        predicted=name_class(said).lower(),
        shown=_MOST,
        count=number(count),
    )


def list_pictures(predictions: Predictions, true: int, said: int) -> list[int]:
    """Lists the rows that a cell counts, those with the most confident answers first.

    Args:
        predictions: The model's answers.
        true: The true class.
        said: The predicted one.
    """
    rows = np.flatnonzero((predictions.labels == true) & (predictions.classes == said))
    confidences = probabilities(predictions.logits)[rows, said]
    return rows[np.argsort(-confidences, kind="stable")].tolist()


def write_grid(entries: list[tuple[str, str, str]]) -> str:
    """Writes pictures with their names as HTML; nothing of a name becomes markup.

    Args:
        entries: Name, data address or nothing, and confidence of each.
    """
    items = []
    for name, address, confidence in entries:
        said = html.escape(name)
        picture = (
            f'<img src="{html.escape(address)}" alt="" width="96" height="96" '
            'style="border-radius:8px;display:block">'
            if address
            else ""
        )
        items.append(
            f'<li style="width:96px;font-size:0.8rem;line-height:1.3;overflow-wrap:anywhere">'
            f"{picture}<strong>{confidence}</strong><br>{said}</li>"
        )
    style = "display:flex;flex-wrap:wrap;gap:12px;list-style:none;padding:0;margin:0 0 16px"
    return f'<ul style="{style}">{"".join(items)}</ul>'

"""A report on the screen, and its downloads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from facemask_core.data.datasets import Source
from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation
from facemask_core.labels import LABELS
from facemask_core.models.classifier import probabilities
from facemask_core.text import visible
from facemask_ui.base import charts, messages, parts
from facemask_ui.base.data_table import show_data
from facemask_ui.base.palette import name_class
from facemask_ui.base.spreadsheet import escape_formula
from facemask_ui.choices import models
from facemask_ui.language import number, percent, read_current, say, speak_within
from facemask_ui.language.refusals import translate_refusal
from facemask_ui.reports import confidence_histogram as confidences
from facemask_ui.reports import (
    confusion,
    headline_figures,
    mcnemar_table,
    most_fooled,
    printed,
    thumbnails,
)
from facemask_ui.reports.mcnemar_table import ModelComparison
from facemask_ui.reports.most_fooled import Fall
from facemask_ui.reports.printed import Supplement

_SHARES = {"precision": "precision", "recall": "recall", "f1-score": "f1"}
"""The figures of scikit-learn's report, and the last parts of their keys."""
_AVERAGES = ("macro", "weighted")
_FIGURE_WIDTH = 216
"""Pixels, in which the longest label of a figure stands in every language."""


def show_report(
    report: Evaluation,
    answers: Sequence[Evaluation],
    photographs: Source | None = None,
    supplement: Supplement | None = None,
) -> None:
    """Shows a report from its figures and threat model down to its downloads.

    Args:
        report: The report.
        answers: Reports of other models, to compare it with where the question is the same.
        photographs: Its files; None if the visitor may not look at them.
        supplement: What is printed with it.
    """
    supplement = replace(
        supplement or Supplement(), comparisons=mcnemar_table.compare_models(report, answers)
    )
    if (warning := headline_figures.warn_of_missing_class(report)) is not None:
        st.warning(warning, icon=":material/rule:")
    _show_figures(report)
    st.caption(_describe_identity(report, supplement))
    for column, (name, predictions) in zip(
        st.columns(2, gap="large"), confidences.list_predictions(report).items(), strict=False
    ):
        with column:
            _show_predictions(name, predictions, report, photographs)
    if (warning := headline_figures.warn_of_dead_gradients(report)) is not None:
        st.warning(warning, icon=":material/trending_flat:")
    if (warning := headline_figures.warn_of_small_changes(report)) is not None:
        st.warning(warning, icon=":material/compress:")
    _show_confidences(report)
    _show_extremes(report, photographs)
    _show_parts(report)
    _show_comparisons(supplement.comparisons)
    _show_skipped(report)
    _show_downloads(report, supplement)


def _describe_identity(report: Evaluation, supplement: Supplement) -> str:
    return say(
        "report.view.identity_cropped" if supplement.cropped else "report.view.identity",
        model=messages.escape_markdown(models.name(report.model)),
        model_sha256=report.model_sha256[:12],
        data_sha256=report.data_sha256[:12],
        count=len(report.paths),
        seconds=number(report.seconds, 1),
    )


def _show_figures(report: Evaluation) -> None:
    with st.container(horizontal=True):
        for figure in headline_figures.list_figures(report):
            st.metric(
                figure.label,
                percent(figure.value),
                figure.interval_text or None,
                delta_color="off",
                delta_arrow="off",
                border=True,
                width=_FIGURE_WIDTH,
                help=figure.meaning,
            )
    with st.expander(say("report.notes.title"), icon=":material/help:"):
        for note in headline_figures.explain_figures(report):
            st.markdown(note)


def _show_predictions(
    name: str, predictions: Predictions, report: Evaluation, photographs: Source | None
) -> None:
    st.subheader(confidences.name_predictions(name), anchor=False)
    confusion.show_confusion(name, predictions, report, photographs)
    table, as_printed = st.tabs([say("report.view.table"), say("report.view.printed")])
    with table:
        heads = [say(f"report.view.{key}") for key in _SHARES.values()]
        show_data(_tabulate(predictions), dict.fromkeys(heads, _write_four))
    with as_printed:
        st.code(predictions.report_text(), language=None)


def _write_four(share: float) -> str:
    """Writes a share with four decimals."""
    return number(share, 4)


def _tabulate(predictions: Predictions) -> pd.DataFrame:
    rows = []
    for name, entry in predictions.report().items():
        if isinstance(entry, dict):
            shares = {say(f"report.view.{key}"): entry[own] for own, key in _SHARES.items()}
            images = {say("report.view.images"): int(entry["support"])}
            rows.append({"": _name_average(name), **shares, **images})
    return pd.DataFrame(rows)


def _name_average(name: str) -> str:
    """Names a class, or an average over both, as scikit-learn calls them."""
    if name in LABELS:
        return name_class(LABELS.index(name)).lower()
    average = next((it for it in _AVERAGES if name.startswith(it)), None)
    return name if average is None else say(f"report.view.{average}")


def _show_confidences(report: Evaluation) -> None:
    st.subheader(say("report.histogram.title"), anchor=False)
    charts.draw_histogram(
        {
            confidences.name_predictions(name): confidences.count_images(it)
            for name, it in confidences.list_predictions(report).items()
        },
        [confidences.name_bin(index) for index in range(confidences.BINS)],
        alt=confidences.describe_histogram(report),
        key="confidences",
    )


def _show_extremes(report: Evaluation, photographs: Source | None) -> None:
    extremes = most_fooled.list_extremes(report)
    paths = [fall.path for falls in extremes.values() for fall in falls]
    pictures = {} if photographs is None else thumbnails.make_thumbnails(photographs, paths)
    for column, (name, falls) in zip(st.columns(2, gap="large"), extremes.items(), strict=False):
        with column:
            st.subheader(most_fooled.title_extremes(name), anchor=False)
            if falls:
                _show_falls(falls, pictures)
            else:
                st.caption(say(f"report.extremes.nobody.{name}"))


def _show_falls(falls: Sequence[Fall], pictures: dict[str, str]) -> None:
    narrow = st.column_config.NumberColumn(width="small")
    picture, before, after = (
        say(f"report.extremes.{key}") for key in ("picture", "before", "after")
    )
    show_data(
        pd.DataFrame([_make_row(fall, pictures) for fall in falls]),
        {before: percent, after: percent},
        row_height=thumbnails.SIDE if pictures else None,
        column_config={
            picture: st.column_config.ImageColumn(width="small"),
            before: narrow,
            after: narrow,
        },
    )


def _make_row(fall: Fall, pictures: dict[str, str]) -> dict[str, object]:
    """Makes one row; the name comes last, because it may be long and a phone is narrow."""
    cells: dict[str, object] = {"picture": pictures.get(fall.path)} if pictures else {}
    cells |= {"before": fall.before, "after": fall.after}
    cells |= {"truth": fall.truth, "file": visible(fall.path)}
    return {say(f"report.extremes.{key}"): cell for key, cell in cells.items()}


def _show_comparisons(comparisons: Sequence[ModelComparison]) -> None:
    st.subheader(say("report.comparison.title"), anchor=False)
    if not comparisons:
        st.caption(say("report.comparison.none"))
        return
    table = pd.DataFrame([_make_comparison(it) for it in comparisons])
    st.dataframe(table, hide_index=True)
    st.caption(say("report.comparison.meaning"))


def _make_comparison(comparison: ModelComparison) -> dict[str, object]:
    cells = {
        "model": comparison.model,
        "figure": comparison.figure,
        "here": percent(comparison.here),
        "there": percent(comparison.there),
        "only_here": comparison.test.only_first,
        "only_there": comparison.test.only_second,
    }
    return {say(f"report.comparison.{key}"): cell for key, cell in cells.items()} | {
        "p": comparison.p
    }


def _show_parts(report: Evaluation) -> None:
    """Shows what each class, kind of mask and source contributes to the figures above."""
    sources = report.by_source()
    if report.manifest_problem is not None:
        key = "report.view.manifest" if sources else "report.view.manifest_unused"
        problem = messages.write_problem(report.manifest_problem)
        st.caption(f":material/info: {say(key, problem=problem)}")
    st.subheader(say("report.view.parts"), anchor=False)
    st.dataframe(parts.tabulate_parts(report.parts | {"sources": sources}), hide_index=True)
    if report.parts["masks"]:
        st.caption(parts.explain_parts())
    if sources:
        _show_sources(sources)


def _show_sources(figures: dict[str, dict[str, Any]]) -> None:
    title = say("report.view.sources", count=number(len(figures)))
    heads = [say(f"report.view.{key}") for key in _SOURCE_FIGURES if key != "images"]
    with st.expander(title, icon=":material/source:"):
        present = tabulate_sources(figures)
        show_data(present, {head: _write_four for head in heads if head in present})


_SOURCE_FIGURES = ("images", "accuracy", "balanced_accuracy", "robust_accuracy")


def tabulate_sources(figures: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Makes one row a source, of both its classes together."""
    return pd.DataFrame(
        [
            {say("report.view.source"): name}
            | {say(f"report.view.{key}"): row[key] for key in _SOURCE_FIGURES if key in row}
            for name, row in figures.items()
        ]
    )


def _show_skipped(report: Evaluation) -> None:
    if not report.skipped:
        return
    title = say("report.view.skipped", count=len(report.skipped))
    with st.expander(title, icon=":material/warning:"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        say("report.view.file"): visible(entry.path),
                        say("report.view.why"): visible(translate_refusal(entry.reason)),
                    }
                    for entry in report.skipped
                ]
            ),
            hide_index=True,
        )


def _show_downloads(report: Evaluation, supplement: Supplement) -> None:
    with st.container(horizontal=True):
        st.download_button(
            say("report.view.csv"),
            write_rows(report).encode(errors="backslashreplace"),  # a name may be no text
            file_name="report.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            say("report.view.json"),
            json.dumps(report.as_dict() | {"crop": supplement.cropped}, indent=1).encode(),
            file_name="report.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            say("report.view.html"),
            partial(_print, report, supplement, read_current().language),
            file_name="report.html",
            mime="text/html",
            icon=":material/print:",
            on_click="ignore",
        )


def _print(report: Evaluation, supplement: Supplement, language: str) -> bytes:
    """Prints a report for a download, which is made once it is asked for, outside of the page."""
    with speak_within(language):
        return printed.write_page(report, supplement).encode()


def write_rows(report: Evaluation) -> str:
    """Writes one line an image as CSV; the confidences are those of the predicted class."""
    columns: dict[str, list[object]] = {
        "path": [escape_formula(path) for path in report.paths],
        "true_label": [LABELS[label] for label in report.clean.labels],
        **_make_columns("clean", report.clean),
    }
    if report.adversarial is not None:
        assert report.linf is not None and report.l2 is not None  # noqa: S101, PT018
        columns |= _make_columns("adversarial", report.adversarial)
        columns["linf"] = [f"{value:.6f}" for value in report.linf]
        columns["l2"] = [f"{value:.6f}" for value in report.l2]
        if report.felled_by is not None:
            columns["felled_by"] = report.felled_by.tolist()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # a name with either in it is quoted then
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _make_columns(name: str, predictions: Predictions) -> dict[str, list[object]]:
    confidences = probabilities(predictions.logits).max(axis=1)
    unsure = predictions.unsure
    doubts: dict[str, list[object]] = {}
    if unsure is not None:
        doubts[f"{name}_unsure"] = ["yes" if doubt else "no" for doubt in unsure]
    return {
        f"{name}_prediction": [LABELS[label] for label in predictions.classes],
        f"{name}_confidence": [f"{value:.6f}" for value in confidences],
        **doubts,
    }

"""A report on the screen, and its downloads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
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
from facemask_ui.base.spreadsheet import escape_formula
from facemask_ui.choices import models
from facemask_ui.language import percent
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

_SHARES = ("precision", "recall", "f1-score")


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
    for column, (title, predictions) in zip(
        st.columns(2, gap="large"), confidences.list_predictions(report).items(), strict=False
    ):
        with column:
            _show_predictions(title, predictions, report, photographs)
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
    return (
        f"Model {messages.escape_markdown(models.name(report.model))}, "
        f"sha256 {report.model_sha256[:12]}; "
        f"data sha256 {report.data_sha256[:12]}; {len(report.paths)} images"
        f"{', cropped to the face' if supplement.cropped else ''}, in {report.seconds:.1f} s."
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
                width=188,
                help=headline_figures.MEANINGS.get(figure.label),
            )
    with st.expander("What these figures mean", icon=":material/help:"):
        for note in headline_figures.explain_figures(report):
            st.markdown(note)


def _show_predictions(
    title: str, predictions: Predictions, report: Evaluation, photographs: Source | None
) -> None:
    st.subheader(title, anchor=False)
    confusion.show_confusion(title, predictions, report, photographs)
    table, printed = st.tabs(["Table", "As scikit-learn prints it"])
    with table:
        four = st.column_config.NumberColumn(format="%.4f")
        st.dataframe(
            _tabulate(predictions), hide_index=True, column_config=dict.fromkeys(_SHARES, four)
        )
    with printed:
        st.code(predictions.report_text(), language=None)


def _tabulate(predictions: Predictions) -> pd.DataFrame:
    rows = []
    for name, entry in predictions.report().items():
        if isinstance(entry, dict):
            figures = {key: entry[key] for key in _SHARES}
            rows.append({"": name.replace("_", " "), **figures, "images": int(entry["support"])})
    return pd.DataFrame(rows)


def _show_confidences(report: Evaluation) -> None:
    st.subheader("Confidence in the true class", anchor=False)
    charts.draw_histogram(
        {
            title: confidences.count_images(it)
            for title, it in confidences.list_predictions(report).items()
        },
        [confidences.name_bin(index) for index in range(confidences.BINS)],
        alt=confidences.describe_histogram(report),
        key="confidences",
    )


def _show_extremes(report: Evaluation, photographs: Source | None) -> None:
    extremes = most_fooled.list_extremes(report)
    paths = [fall.path for falls in extremes.values() for fall in falls]
    pictures = {} if photographs is None else thumbnails.make_thumbnails(photographs, paths)
    share = st.column_config.NumberColumn(format="%.1f %%", width="small")
    for column, (title, falls) in zip(st.columns(2, gap="large"), extremes.items(), strict=False):
        with column:
            st.subheader(title, anchor=False)
            if not falls:
                st.caption(most_fooled.NOBODY[title])
                continue
            st.dataframe(
                pd.DataFrame([_make_row(fall, pictures) for fall in falls]),
                hide_index=True,
                row_height=thumbnails.SIDE if pictures else None,
                column_config={
                    "picture": st.column_config.ImageColumn(width="small"),
                    "before": share,
                    "after": share,
                },
            )


def _make_row(fall: Fall, pictures: dict[str, str]) -> dict[str, object]:
    """Makes one row; the name comes last, because it may be long and a phone is narrow."""
    picture = {"picture": pictures.get(fall.path)} if pictures else {}
    return picture | {
        "before": 100 * fall.before,
        "after": 100 * fall.after,
        "truth": fall.truth,
        "file": visible(fall.path),
    }


def _show_comparisons(comparisons: Sequence[ModelComparison]) -> None:
    st.subheader("Against other models", anchor=False)
    if not comparisons:
        st.caption("Run the same report with another model, and the two are compared here.")
        return
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "other model": it.model,
                    "figure": it.figure,
                    "here": percent(it.here),
                    "there": percent(it.there),
                    "right only here": it.test.only_first,
                    "right only there": it.test.only_second,
                    "p": it.p,
                }
                for it in comparisons
            ]
        ),
        hide_index=True,
    )
    st.caption(mcnemar_table.MEANING)


def _show_parts(report: Evaluation) -> None:
    """Shows what each class, kind of mask and source contributes to the figures above."""
    sources = report.by_source()
    if report.manifest_problem is not None:
        consequence = "About the manifest" if sources else "No figures for each source"
        st.caption(
            f":material/info: {consequence}: {messages.write_problem(report.manifest_problem)}"
        )
    st.subheader("Class by class, and real masks apart from drawn ones", anchor=False)
    st.dataframe(parts.tabulate_parts(report.parts | {"sources": sources}), hide_index=True)
    if report.parts["masks"]:
        st.caption(parts.explain_parts())
    if sources:
        _show_sources(sources)


def _show_sources(figures: dict[str, dict[str, Any]]) -> None:
    with st.expander(f"Figures for each source ({len(figures)})", icon=":material/source:"):
        st.dataframe(
            tabulate_sources(figures),
            hide_index=True,
            column_config=dict.fromkeys(
                ("accuracy", "balanced accuracy", "robust accuracy"),
                st.column_config.NumberColumn(format="%.4f"),
            ),
        )


_SOURCE_FIGURES = ("images", "accuracy", "balanced_accuracy", "robust_accuracy")


def tabulate_sources(figures: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Makes one row a source, of both its classes together."""
    return pd.DataFrame(
        [
            {"source": name}
            | {key.replace("_", " "): row[key] for key in _SOURCE_FIGURES if key in row}
            for name, row in figures.items()
        ]
    )


def _show_skipped(report: Evaluation) -> None:
    if not report.skipped:
        return
    with st.expander(f"{len(report.skipped)} files were skipped", icon=":material/warning:"):
        st.dataframe(
            pd.DataFrame(
                [
                    {"file": visible(entry.path), "why": visible(entry.reason)}
                    for entry in report.skipped
                ]
            ),
            hide_index=True,
        )


def _show_downloads(report: Evaluation, supplement: Supplement) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Every image (CSV)",
            write_rows(report).encode(errors="backslashreplace"),  # a name may be no text
            file_name="report.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "The report (JSON)",
            json.dumps(report.as_dict() | {"crop": supplement.cropped}, indent=1).encode(),
            file_name="report.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Printable page (HTML)",
            lambda: printed.write_page(report, supplement).encode(),
            file_name="report.html",
            mime="text/html",
            icon=":material/print:",
            on_click="ignore",
        )


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

"""Figures 9, 12 and 14: the paper's classification reports beside the lab's."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.evaluation.confidence_intervals import bound_proportion
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.paper import experiments, results
from facemask_core.paper.experiments import Experiment
from facemask_core.paper.printed import Figure, Paper
from facemask_ui.base import charts, settings
from facemask_ui.base.palette import keep_together, name_classes
from facemask_ui.choices import models
from facemask_ui.language import percent
from facemask_ui.paper import provenance

_TITLES = {"none": "No attack", "fgsm": "FGSM", "pgd": "PGD"}
_NONE = "\N{EN DASH}"


def show_overview(paper: Paper) -> None:
    """Shows every model's accuracy without an attack, under FGSM and under PGD.

    Args:
        paper: The paper's printed figures.
    """
    rows = [
        compare_accuracy(paper, model, attack) for model in experiments.MODELS for attack in _TITLES
    ]
    st.table(rows, hide_index=True, border="horizontal", width="content")
    measured = [
        results.read(pick_experiment(model, attack))
        for model in experiments.MODELS
        for attack in _TITLES
    ]
    st.caption(
        f"Accuracy on {provenance.name_photographs(measured)}, attacked at epsilon "
        f"{paper.epsilon:g}, as reports count it: an image that an attack happens to put right is "
        "right. In brackets, the 95 % interval. The paper attacks its best model alone."
    )


def compare_accuracy(paper: Paper, model: str, attack: str) -> dict[str, str]:
    """Compares the paper's accuracy of a model under an attack with the one measured here.

    Args:
        paper: The paper's printed figures.
        model: The model's name.
        attack: ``none``, ``fgsm`` or ``pgd``.
    """
    theirs = None
    if attack == "none":
        theirs = next(it.test_accuracy for it in paper.tables if it.model == model)
    elif model == experiments.MODELS[0]:
        theirs = paper.figure(attack).accuracy
    result = results.read(pick_experiment(model, attack))
    return {
        "Model": models.title(model),
        "Attack": _TITLES[attack],
        "Paper": _NONE if theirs is None else keep_together(percent(theirs)),
        "Here": _explain_gap(model) if result is None else _write_accuracy(result),
    }


def _explain_gap(model: str) -> str:
    usable = model in checkpoints.usable()
    return "not measured yet" if usable else "no figure without a usable card"


def pick_experiment(model: str, attack: str) -> Experiment:
    """Picks the lab's experiment for one of the paper's reports.

    Args:
        model: The model's name.
        attack: ``none``, ``fgsm`` or ``pgd``.
    """
    make = {
        "none": experiments.clean,
        "fgsm": experiments.fgsm,
        "pgd": experiments.pgd,
    }[attack]
    return make(model)


def read_accuracy(result: dict[str, Any]) -> float:
    """Reads the accuracy that a report would print: after the attack, if there is one."""
    return float((result["adversarial"] or result["clean"])["accuracy"])


def _write_accuracy(result: dict[str, Any]) -> str:
    """Writes the accuracy that a report would print, and its 95 % interval."""
    share, images = read_accuracy(result), result["images"]
    interval = bound_proportion(np.arange(images) < round(share * images))
    written = keep_together(percent(share))
    if interval is None:
        return written
    return f"{written} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def show_reports(paper: Paper, model: str) -> None:
    """Shows one figure of the visitor's choice, the paper's beside the lab's.

    Args:
        paper: The paper's printed figures.
        model: The name of the model measured here.
    """
    st.header("Figures 9, 12 and 14: the reports", anchor=False)
    numbers = [figure.number for figure in paper.figures]
    number = st.segmented_control(
        "Figure",
        numbers,
        format_func=lambda number: _label_figure(paper, number),
        required=True,
        wrap=True,
        **settings.bind("figure", numbers[0], settings.one_of_numbers(numbers)),
    )
    figure = next(figure for figure in paper.figures if figure.number == number)
    theirs, ours = st.columns(2, gap="large")
    with theirs:
        st.subheader("Paper: InceptionV3", anchor=False)
        _draw_report(figure.report, figure.matrix, f"The paper's figure {number}", "theirs")
        st.caption(
            f"Figure {number}, {figure.images:,} images; the report follows from the matrix. "
            f"{_describe_example(paper, figure)}"
        )
    with ours:
        st.subheader(f"Here: {models.title(model)}", anchor=False)
        result = provenance.read_result(pick_experiment(model, figure.attack))
        if result is not None:
            answers = result["adversarial"] or result["clean"]
            matrix = np.array(answers["confusion_matrix"], np.int64)
            _draw_report(answers["report"], matrix, f"Here, {_TITLES[figure.attack]}", "ours")
            st.caption(f"{_describe_confidence(result)} {provenance.describe_result(result)}")


def _label_figure(paper: Paper, number: int) -> str:
    figure = next(figure for figure in paper.figures if figure.number == number)
    return f"{number}: {_TITLES[figure.attack]}"


def _describe_example(paper: Paper, figure: Figure) -> str:
    """Describes the confidence that the paper prints with an image under this attack."""
    for example in paper.examples:
        if example.attack == figure.attack:
            return (
                f"The image of {example.where} gets {example.before:.3f} before the attack and "
                f"{example.after:.3f} after it."
            )
    return ""


def _describe_confidence(result: dict[str, Any]) -> str:
    """Describes the mean confidence of right answers before the attack and after it."""
    before, after = (
        None if spread is None else spread["once"]["mean_of_right"]
        for spread in (result["confidences"]["clean"], result["confidences"]["adversarial"])
    )
    sentence = f"Mean confidence of right answers: {before:.3f}"
    if result["adversarial"] is None:
        return f"{sentence}."
    if after is None:
        return f"{sentence} before the attack; there is none after it."
    return f"{sentence} before the attack, {after:.3f} after it."


def _draw_report(report: dict[str, Any], matrix: NDArray[np.int64], title: str, key: str) -> None:
    st.table(list_report(report), hide_index=True, border="horizontal")
    charts.draw_confusion_matrix(matrix, title=title, key=f"confusion {key}")


def list_report(report: dict[str, Any]) -> list[dict[str, str]]:
    """Lists a classification report in scikit-learn's layout, which the paper prints.

    Args:
        report: A report of :meth:`facemask_core.evaluation.report.Predictions.report`.
    """
    kinds = ("precision", "recall", "f1-score")
    images = int(report["macro avg"]["support"])
    named = dict(zip(LABELS, name_classes(), strict=True))
    rows = [
        {
            "": named.get(name, name),
            **{kind: f"{report[name][kind]:.2f}" for kind in kinds},
            "support": f"{int(report[name]['support'])}",
        }
        for name in (*LABELS, "macro avg", "weighted avg")
    ]
    accuracy = f"{report['accuracy']:.2f}"
    middle = {"": "accuracy", "precision": "", "recall": "", "f1-score": accuracy}
    return [*rows[:2], {**middle, "support": f"{images}"}, *rows[2:]]

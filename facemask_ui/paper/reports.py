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
from facemask_ui import language
from facemask_ui.base import charts, parts, settings
from facemask_ui.base.palette import keep_together, name_classes
from facemask_ui.choices import models
from facemask_ui.language import percent, say
from facemask_ui.paper import provenance, words

_ATTACKS = ("none", "fgsm", "pgd")
_AVERAGES = {"macro": "macro_avg", "weighted": "weighted_avg"}
"""Keys of the means that scikit-learn's report has below the classes."""
_NONE = "\N{EN DASH}"


def show_overview(paper: Paper) -> None:
    """Shows every model's accuracy without an attack, under FGSM and under PGD.

    Args:
        paper: The paper's printed figures.
    """
    rows = [
        compare_accuracy(paper, model, attack)
        for model in experiments.MODELS
        for attack in _ATTACKS
    ]
    st.table(rows, hide_index=True, border="horizontal", width="content")
    measured = [
        results.read(pick_experiment(model, attack))
        for model in experiments.MODELS
        for attack in _ATTACKS
    ]
    said = _say(
        "overview",
        photographs=provenance.name_photographs(measured),
        epsilon=words.write_plain(paper.epsilon),
    )
    st.caption(" ".join([said, *provenance.list_earlier()]))


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
        say("paper.model"): models.title(model),
        say("paper.attack"): _say(attack),
        say("paper.printed"): _NONE if theirs is None else keep_together(percent(theirs)),
        say("paper.here"): _explain_gap(model) if result is None else _write_accuracy(result),
    }


def _explain_gap(model: str) -> str:
    usable = model in checkpoints.usable()
    return say("paper.unmeasured") if usable else _say("no_card")


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
    """Reads the robust accuracy, or the accuracy where there was no attack."""
    robust = result["robust_accuracy"]
    return float(result["clean"]["accuracy"] if robust is None else robust)


def _write_accuracy(result: dict[str, Any]) -> str:
    """Writes the accuracy and its 95 % interval."""
    share, images = read_accuracy(result), result["images"]
    interval = bound_proportion(np.arange(images) < round(share * images))
    written = keep_together(percent(share))
    if interval is None:
        return written
    return parts.write_range(written, interval.low, interval.high)


def show_reports(paper: Paper, model: str) -> None:
    """Shows one figure of the visitor's choice, the paper's beside the lab's.

    Args:
        paper: The paper's printed figures.
        model: The name of the model measured here.
    """
    st.header(_say("heading"), anchor=False)
    numbers = [figure.number for figure in paper.figures]
    number = st.segmented_control(
        _say("figure"),
        numbers,
        format_func=lambda figure: _label_figure(paper, figure),
        required=True,
        wrap=True,
        **settings.bind("figure", numbers[0], settings.one_of_numbers(numbers)),
    )
    figure = next(figure for figure in paper.figures if figure.number == number)
    theirs, ours = st.columns(2, gap="large")
    with theirs:
        st.subheader(_say("theirs"), anchor=False)
        _draw_report(figure.report, figure.matrix, _say("theirs_alt", number=number), "theirs")
        st.caption(
            _say(
                "caption",
                number=number,
                images=language.number(figure.images),
                example=_describe_example(paper, figure),
            )
        )
    with ours:
        st.subheader(_say("ours", model=models.title(model)), anchor=False)
        result = provenance.read_result(pick_experiment(model, figure.attack))
        if result is not None:
            answers = result["adversarial"] or result["clean"]
            matrix = np.array(answers["confusion_matrix"], np.int64)
            _draw_report(
                answers["report"], matrix, _say("ours_alt", attack=_say(figure.attack)), "ours"
            )
            st.caption(f"{_describe_confidence(result)} {provenance.describe_result(result)}")


def _label_figure(paper: Paper, number: int) -> str:
    figure = next(figure for figure in paper.figures if figure.number == number)
    return _say("option", number=number, attack=_say(figure.attack))


def _describe_example(paper: Paper, figure: Figure) -> str:
    """Describes the confidence that the paper prints with an image under this attack."""
    for example in paper.examples:
        if example.attack == figure.attack:
            return _say(
                "example",
                where=words.name_place(example.where),
                before=language.number(example.before, 3),
                after=language.number(example.after, 3),
            )
    return ""


def _describe_confidence(result: dict[str, Any]) -> str:
    """Describes the mean confidence of right answers before the attack and after it."""
    before = result["confidences"]["clean"]["once"]["mean_of_right"]
    attacked = result["confidences"]["adversarial"]
    after = None if attacked is None else attacked["once"]["mean_of_right"]
    figures = {"before": language.number(before, 3)}
    if result["adversarial"] is None:
        return _say("confidence", **figures)
    if after is None:
        return _say("confidence_before", **figures)
    return _say("confidence_both", **figures, after=language.number(after, 3))


def _draw_report(report: dict[str, Any], matrix: NDArray[np.int64], title: str, key: str) -> None:
    st.table(list_report(report), hide_index=True, border="horizontal")
    charts.draw_confusion_matrix(matrix, title=title, key=f"confusion {key}")


def list_report(report: dict[str, Any]) -> list[dict[str, str]]:
    """Lists a classification report in scikit-learn's layout, which the paper prints.

    Args:
        report: A report of :meth:`facemask_core.evaluation.report.Predictions.report`.
    """
    kinds = {"precision": "precision", "recall": "recall", "f1-score": "f1_score"}
    heads = {kind: _say(key) for kind, key in kinds.items()}
    support = _say("support")
    images = sum(int(report[name]["support"]) for name in LABELS)
    named = dict(zip(LABELS, name_classes(), strict=True))
    named |= {f"{mean} avg": _say(key) for mean, key in _AVERAGES.items()}
    rows = [
        {
            "": name,
            **{head: language.number(report[row][kind], 2) for kind, head in heads.items()},
            support: f"{int(report[row]['support'])}",
        }
        for row, name in named.items()
    ]
    middle = {"": _say("accuracy"), **dict.fromkeys(heads.values(), ""), support: f"{images}"}
    middle[heads["f1-score"]] = language.number(report["accuracy"], 2)
    return [*rows[:2], middle, *rows[2:]]


def _say(key: str, **values: object) -> str:
    return say(f"paper.reports.{key}", **values)

"""A report's figures and what they mean, for the screen and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facemask_core.evaluation.confidence_intervals import Interval
from facemask_core.evaluation.report import Evaluation
from facemask_core.labels import LABELS
from facemask_ui.base.palette import name_class
from facemask_ui.language import number, percent, say, say_known

CLEAN, BALANCED, ROBUST = "accuracy", "balanced_accuracy", "robust_accuracy"
FOOLED = "success_rate"
_DROP = "mean_confidence_drop"


@dataclass(frozen=True)
class Figure:
    """One of a report's headline figures.

    Attributes:
        name: Its name, as reports store it.
        value: The figure, of which 1 is 100 %.
        interval: Its 95 % confidence interval; None where there is none.
    """

    name: str
    value: float
    interval: Interval | None

    @property
    def label(self) -> str:
        """Its name in words."""
        return name_figure(self.name)

    @property
    def meaning(self) -> str | None:
        """What it means, in a sentence; None where its name says it."""
        return say_known(f"report.figure_meanings.{self.name}", "") or None

    @property
    def interval_text(self) -> str:
        """The interval in words, such as ``83.1 to 96.4 %``; empty without one."""
        if self.interval is None:
            return ""
        low, high = (number(100 * end, 1) for end in (self.interval.low, self.interval.high))
        return say("report.figures.interval", low=low, high=high)


def name_figure(name: str) -> str:
    """Names a figure in words.

    Args:
        name: Its name, as reports store it.
    """
    return say(f"report.figures.{name}")


def list_figures(report: Evaluation) -> list[Figure]:
    """Lists the figures that exist for this report, those before the attack first."""
    values = {
        CLEAN: report.clean.accuracy,
        BALANCED: report.clean.balanced_accuracy,
        ROBUST: report.robust_accuracy,
        FOOLED: report.success_rate,
        _DROP: report.mean_confidence_drop,
        **{name: float(hits.mean()) for name, hits in report.unsure_shares.items()},
    }
    figures = [
        Figure(name, value, report.intervals.get(name))
        for name, value in values.items()
        if value is not None
    ]
    return [*_list_without_drawn(report), *figures]


def _list_without_drawn(report: Evaluation) -> list[Figure]:
    """Lists the balanced figures without drawn masks, where the manifest tells them apart."""
    counting = report.parts["without_drawn"]
    if counting is None:
        return []
    names = {"balanced_accuracy": "balanced_real", "balanced_robust_accuracy": "robust_real"}
    return [
        Figure(name, counting[key], _read_interval(counting["intervals"][key]))
        for key, name in names.items()
        if key in counting
    ]


def _read_interval(record: dict[str, Any] | None) -> Interval | None:
    return None if record is None else Interval(record["low"], record["high"], record["method"])


def explain_figures(report: Evaluation) -> list[str]:
    """Explains the figures in a sentence or two each."""
    has_attack = report.adversarial is not None
    error = report.clean.calibration.expected_calibration_error
    key = "range_attacked" if has_attack else "range"
    sentences = [
        say(f"report.notes.{key}", count=len(report.paths)),
        say("report.notes.calibration", error=percent(error)),
    ]
    if (counting := report.parts["without_drawn"]) is not None:
        sentences.append(say("report.notes.real", count=counting["images"]))
    if report.unsure_shares:
        share = percent(float(report.clean.unsure_below or 0))
        sentences.append(say("report.notes.unsure", share=share))
    if has_attack:
        robust, fooled, drop = (name_figure(name) for name in (ROBUST, FOOLED, _DROP))
        sentences.append(say("report.notes.attacked", robust=robust, fooled=fooled, drop=drop))
        if report.is_cut_short:
            sentences.append(say("report.notes.cut_short", drop=drop))
    return sentences


def warn_of_dead_gradients(report: Evaluation) -> str | None:
    """Warns of images on which the attack had no gradient to follow; None if there are none."""
    if not report.dead_gradients:
        return None
    return say("report.notes.dead", count=report.dead_gradients)


def warn_of_small_changes(report: Evaluation) -> str | None:
    """Warns of images that the attack changes too little, or not at all; None if there are none."""
    total = number(len(report.paths))
    sentences = []
    if report.rounded_away:
        changed = number(report.rounded_away)
        sentences.append(say("report.notes.rounded_away", changed=changed, total=total))
    if report.unmoved:
        unmoved = number(report.unmoved)
        sentences.append(say("report.notes.unmoved", unmoved=unmoved, total=total))
    return " ".join(sentences) or None


def warn_of_missing_class(report: Evaluation) -> str | None:
    """Warns of a class of which there is no image; None if there are images of both."""
    missing = report.clean.missing_classes
    if not missing:
        return None
    name = name_class(LABELS.index(missing[0])).lower()
    if report.skipped:
        return say("report.notes.missing_unread", name=name, count=len(report.skipped))
    return say("report.notes.missing", name=name)

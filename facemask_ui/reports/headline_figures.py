"""A report's figures and what they mean, for the screen and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facemask_core.evaluation.confidence_intervals import Interval
from facemask_core.evaluation.report import Evaluation
from facemask_ui.language import percent

CLEAN, BALANCED, ROBUST = "Clean accuracy", "Balanced accuracy", "Robust accuracy"
FOOLED = "Fooled by the attack"
_DROP = "Confidence drop"
MEANINGS = {
    CLEAN: "Of all images, those that the model gets right as they are.",
    BALANCED: "The mean of both classes' shares of right answers, so that the larger class counts "
    "no more than the other.",
    ROBUST: "Of all images, those that the model gets right before the attack and after it.",
    FOOLED: "Of the images that the model gets right before the attack, those that it gets wrong "
    "after it; also called success rate.",
    _DROP: "By how much the probability of the true class falls through the attack, on average.",
}
"""What the figures mean, by their labels."""
_DOUBTS = {"unsure": "Unsure", "unsure_attacked": "Unsure, attacked"}


@dataclass(frozen=True)
class Figure:
    """One of a report's headline figures.

    Attributes:
        label: Its name in words.
        value: The figure, of which 1 is 100 %.
        interval: Its 95 % confidence interval; None where there is none.
    """

    label: str
    value: float
    interval: Interval | None

    @property
    def interval_text(self) -> str:
        """The interval in words, such as ``83.1 to 96.4 %``; empty without one."""
        if self.interval is None:
            return ""
        return f"{100 * self.interval.low:.1f} to {100 * self.interval.high:.1f} %"


def list_figures(report: Evaluation) -> list[Figure]:
    """Lists the figures that exist for this report, those before the attack first."""
    named = {
        "accuracy": (CLEAN, report.clean.accuracy),
        "balanced_accuracy": (BALANCED, report.clean.balanced_accuracy),
        "robust_accuracy": (ROBUST, report.robust_accuracy),
        "success_rate": (FOOLED, report.success_rate),
        "mean_confidence_drop": (_DROP, report.mean_confidence_drop),
        **{
            name: (_DOUBTS[name], float(hits.mean())) for name, hits in report.unsure_shares.items()
        },
    }
    figures = [
        Figure(label, value, report.intervals.get(name))
        for name, (label, value) in named.items()
        if value is not None
    ]
    return [*_list_without_drawn(report), *figures]


def _list_without_drawn(report: Evaluation) -> list[Figure]:
    """Lists the balanced figures without drawn masks, where the manifest tells them apart."""
    counting = report.parts["without_drawn"]
    if counting is None:
        return []
    named = {
        "balanced_accuracy": "Balanced, real masks",
        "balanced_robust_accuracy": "Robust, real masks",
    }
    return [
        Figure(label, counting[key], _read_interval(counting["intervals"][key]))
        for key, label in named.items()
        if key in counting
    ]


def _read_interval(record: dict[str, Any] | None) -> Interval | None:
    return None if record is None else Interval(record["low"], record["high"], record["method"])


def explain_figures(report: Evaluation) -> list[str]:
    """Explains the figures in a sentence or two each."""
    has_attack = report.adversarial is not None
    bootstrap = "; a bootstrap for the confidence drop" if has_attack else ""
    error = report.clean.calibration.expected_calibration_error
    sentences = [
        "The range with each figure is its 95 % confidence interval: how far the choice of these "
        f"{len(report.paths)} images may have moved it (Wilson's for shares{bootstrap}). It says "
        "nothing about images of another kind.",
        f"Expected calibration error {percent(error)}: by so much the confidence on the images as "
        "they are misses the accuracy, on average.",
    ]
    if (counting := report.parts["without_drawn"]) is not None:
        sentences.append(
            f"Real masks: the mean of both classes' shares over the {counting['images']} images "
            "without a mask or with a real one. Drawn masks, painted onto the photograph by a "
            "program, are left out; these are the figures that count."
        )
    if report.unsure_shares:
        sentences.append(
            f"Unsure: the share of answers with a confidence below "
            f"{percent(float(report.clean.unsure_below or 0))}, as the model's card has it. They "
            "count like all others in every other figure."
        )
    if has_attack:
        sentences.append(
            f"{ROBUST}: of all images, those right before the attack and after it. {FOOLED}: of "
            "the images right before it, those that are wrong after it (the attack's success "
            f"rate). {_DROP}: the mean fall of the true class's probability."
        )
    return sentences


def warn_of_dead_gradients(report: Evaluation) -> str | None:
    """Warns of images on which the attack had no gradient to follow; None if there are none."""
    if not report.dead_gradients:
        return None
    return (
        f"On {report.dead_gradients} images the gradient was zero or not finite, so the attack had "
        "no direction to go."
    )


def warn_of_small_changes(report: Evaluation) -> str | None:
    """Warns of images that the attack changes too little, or not at all; None if there are none."""
    total = len(report.paths)
    sentences = []
    if report.rounded_away:
        sentences.append(
            f"The attack changes {report.rounded_away} of {total} images by so little that, saved "
            "as 8-bit pictures, they would be the originals again; the figures are of the exact "
            "images."
        )
    if report.unmoved:
        sentences.append(
            f"It leaves {report.unmoved} of {total} images exactly as they are, and these count as "
            "robust: it found no change that fools within epsilon, or it could not move."
        )
    return " ".join(sentences) or None


def warn_of_missing_class(report: Evaluation) -> str | None:
    """Warns of a class of which there is no image; None if there are images of both."""
    missing = report.clean.missing_classes
    if not missing:
        return None
    count = len(report.skipped)
    reason = f" ({count} file{'s' * (count != 1)} could not be read)" if count else ""
    return (
        f"There is no image {missing[0].replace('_', ' ')} here{reason}, so every figure is about "
        "the other class alone; balanced accuracy, too, is the share of its images classed rightly."
    )

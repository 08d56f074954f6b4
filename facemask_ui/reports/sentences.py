"""A report or a search in a sentence, for the screen and for paper."""

from __future__ import annotations

import numpy as np

from facemask_core.epsilons import LINF
from facemask_core.evaluation.report import Evaluation
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.choices import attack_setup
from facemask_ui.language import number, percent, say
from facemask_ui.reports import epsilon_curve, headline_figures


def write_sentence(report: Evaluation) -> str:
    """Writes a report as one sentence: how many images are right, before and after the attack."""
    images, right = number(len(report.paths)), number(int(report.clean.right.sum()))
    if report.robust is None or report.threat_model is None:
        return say("report.result.clean", right=right, images=images)
    return say(
        "report.result.attacked",
        right=right,
        images=images,
        attack=attack_setup.name_stored_attack(report.threat_model),
        after=number(int(report.robust.sum())),
    )


def write_interval(report: Evaluation, mark: str = "") -> str:
    """Writes the share of right answers that a report ends with, and its 95 % interval.

    Args:
        report: The report.
        mark: What stands on both sides of the share, to make it bold in Markdown.
    """
    figures = {figure.name: figure for figure in headline_figures.list_figures(report)}
    attacked = report.robust is not None
    figure = figures[headline_figures.ROBUST if attacked else headline_figures.CLEAN]
    key = "interval_attacked" if attacked else "interval"
    if figure.interval is None:
        key = "interval_attacked_none" if attacked else "interval_none"
    share = f"{mark}{percent(figure.value)}{mark}"
    return say(f"report.result.{key}", share=share, interval=figure.interval_text)


def write_search(search: SmallestEpsilons) -> str:
    """Writes a search as one sentence: the epsilon up to which half of the images are fooled."""
    images = number(len(search.levels))
    attack = attack_setup.title_stored_attack(search.threat_model)
    if np.isinf(search.median):
        standing = number(int(np.isinf(search.levels).sum()))
        largest = LINF.write(search.largest)
        return say(
            "report.result.standing",
            standing=standing,
            images=images,
            attack=attack,
            largest=largest,
        )
    if search.median == 0:
        return say("report.result.wrong_before", images=images)
    epsilon = epsilon_curve.write_median(search)
    return say("report.result.half", images=images, attack=attack, epsilon=epsilon)

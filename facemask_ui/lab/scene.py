"""What the component shows of a question, on the home page, in the lab and step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facemask_core.pictures.lab_note import LabNote
from facemask_ui.choices import attack_setup, models
from facemask_ui.face.question import Question
from facemask_ui.lab.axis import Axis, epsilon_axis, step_axis
from facemask_ui.lab.words import Figures
from facemask_ui.language import say


@dataclass(frozen=True)
class Scene:
    """One face under one attack, along a slider.

    Attributes:
        axis: What the slider moves along.
        label: The class that counts as the right answer.
        unsure_below: The confidence below which the model is unsure, if it ever is.
        alt: What the picture shows.
        attack: The attack's name in words.
        credit: Attack and model in words, for the card that visitors share.
        file: First part of the names of downloaded files.
        note: What every downloaded picture says about itself.
        note_key: The field of that note that moves with the slider.
        note_values: The field's value at each notch.
        threat_models: What the attacker knows and may do at each notch, for the downloaded record.
        figures: Which numbers are shown at each notch.
    """

    axis: Axis
    label: int
    unsure_below: float | None
    alt: str
    attack: str
    credit: str
    file: str
    note: dict[str, Any]
    note_key: str
    note_values: list[float]
    threat_models: list[dict[str, Any]]
    figures: Figures


def sweep_scene(question: Question, note: LabNote, alt: str) -> Scene:
    """Describes a question at every epsilon.

    Args:
        question: The question.
        note: What a saved picture says about itself, but for epsilon.
        alt: What the picture shows.
    """
    grid, attack = question.grid, question.attack
    epsilons = [grid.epsilon(notch) for notch in grid.notches]
    return Scene(
        axis=epsilon_axis(grid, question.stops),
        file=f"attacked-{attack.name}-{grid.norm}",
        note=note.fields(),
        note_key="epsilon",
        note_values=epsilons,
        threat_models=[attack.sweep_threat_model(one, question.seed) for one in epsilons],
        figures="sweep",
        **_describe_question(question, alt),
    )


def step_scene(question: Question, note: LabNote, alt: str, epsilon: float) -> Scene:
    """Describes a question step by step.

    Args:
        question: The question; its attack has steps to follow.
        note: What a saved picture says about itself, but for the step.
        alt: What the picture shows.
        epsilon: The attack's radius.
    """
    attack = question.attack
    steps = range(int(attack.steps) + 1)  # type: ignore[attr-defined]
    return Scene(
        axis=step_axis(steps[-1]),
        file=f"step-{attack.name}",
        note=note.fields(),
        note_key="step",
        note_values=list(steps),
        threat_models=[attack.threat_model(epsilon, question.seed)] * len(steps),
        figures="steps",
        **_describe_question(question, alt),
    )


def _describe_question(question: Question, alt: str) -> dict[str, Any]:
    classifier, attack = question.classifier, attack_setup.name_attack(question.attack.name)
    model = models.title(classifier.name)
    return {
        "label": question.label,
        "unsure_below": classifier.card.unsure_below,
        "alt": alt,
        "attack": attack,
        "credit": say("lab.page.credit", attack=attack, model=model),
    }

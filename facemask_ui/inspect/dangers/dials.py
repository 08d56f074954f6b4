"""The dials of danger, and the models' answers along each of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from facemask_core import corruptions, robustness
from facemask_core.attacks.fgsm import FGSM
from facemask_core.corruptions import SEVEREST, Corruption
from facemask_core.epsilons import LEVELS
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures.lab_note import describe_attack
from facemask_ui.choices import models
from facemask_ui.choices.corruption_names import name_corruption, translate_value
from facemask_ui.face import answers
from facemask_ui.face.answers import Face
from facemask_ui.face.question import Question
from facemask_ui.inspect.dangers.place import Place
from facemask_ui.language import say

_NOTCHES = 20


@dataclass(frozen=True)
class Dial(ABC):
    """A dial that changes the face more from notch to notch; at 0 the face is as it was.

    Attributes:
        name: Its name in keys.
        last: The number of its last notch.
    """

    name: str
    last: int

    @property
    @abstractmethod
    def title(self) -> str:
        """Its name on the screen."""

    @abstractmethod
    def describe(self, notch: int) -> str:
        """Writes what a notch above 0 does to the face, such as ``quality 15``."""

    @abstractmethod
    def draw(self, face: Face, notch: int, model: str) -> Face:
        """Changes the face as far as a notch says.

        Args:
            face: uint8 (224, 224, 3); not changed.
            notch: From 0.
            model: Name of the model, on which an attack's change depends.
        """

    @abstractmethod
    def describe_change(self, notch: int, model: str) -> dict[str, Any]:
        """Describes what a notch above 0 makes of the face, as fields of a note in its picture.

        Args:
            notch: From 1.
            model: Name of the model, on which an attack's change depends.
        """

    @abstractmethod
    def judge(self, face: Face, model: str) -> Sequence[Verdict]:
        """Asks a model at every notch; what it has answered before is remembered.

        Args:
            face: uint8 (224, 224, 3); not changed.
            model: Name of the model.
        """

    def find_first_change(self, face: Face, model: str) -> int | None:
        """Finds the first notch at which a model's verdict is not that at notch 0.

        Args:
            face: uint8 (224, 224, 3); not changed.
            model: Name of the model.
        """
        first, *others = self.judge(face, model)
        changed = (notch for notch, it in enumerate(others, 1) if it.label != first.label)
        return next(changed, None)


@dataclass(frozen=True)
class CorruptionDial(Dial):
    """The dial of a corruption, in equal steps of its strength.

    Attributes:
        corruption: The corruption.
    """

    corruption: Corruption

    @property
    def title(self) -> str:
        return name_corruption(self.name)

    def describe(self, notch: int) -> str:
        return translate_value(self.name, self.corruption.describe(self._strength(notch)))

    def draw(self, face: Face, notch: int, model: str) -> Face:
        return self.corruption.apply(face, self._strength(notch))

    def describe_change(self, notch: int, model: str) -> dict[str, Any]:
        return {
            "made": "corruption",
            "corruption": self.corruption.name,
            "strength": self._strength(notch),
        }

    def judge(self, face: Face, model: str) -> Sequence[Verdict]:
        classifier = models.load(model)

        def compute() -> Sequence[Verdict]:
            pictures = [self.draw(face, notch, model) for notch in range(self.last + 1)]
            return verdicts.judge(classifier, np.stack(pictures))

        return answers.recall_dial(classifier, face, repr(self.corruption), compute)

    def _strength(self, notch: int) -> float:
        return SEVEREST * notch / self.last


@dataclass(frozen=True)
class EpsilonDial(Dial):
    """The dial of FGSM's epsilon, in steps of 1/255; every model is attacked on its own."""

    @property
    def title(self) -> str:
        return say("inspect.dangers.epsilon")

    def describe(self, notch: int) -> str:
        return say("inspect.dangers.epsilon_value", level=notch, levels=LEVELS)

    def draw(self, face: Face, notch: int, model: str) -> Face:
        question = self._ask(face, model)
        return answers.attack_face(question, question.grid.epsilon(notch)).adversarial

    def describe_change(self, notch: int, model: str) -> dict[str, Any]:
        threat_model = FGSM().threat_model(notch / LEVELS)
        note = describe_attack(models.read_card(model).name, models.sha256(model), threat_model)
        return note.model_dump(exclude={"frame", "box"})

    def judge(self, face: Face, model: str) -> Sequence[Verdict]:
        question = self._ask(face, model)

        def compute() -> Sequence[Verdict]:
            notches = range(self.last + 1)
            sweep = robustness.sweep_epsilons(
                question.classifier, face, question.label, question.attack, notches=notches
            )
            return [sweep.verdict(row) for row in notches]

        return answers.recall_dial(question.classifier, face, repr(self), compute)

    @staticmethod
    def _ask(face: Face, model: str) -> Question:
        classifier = models.load(model, to_attack=True)
        label = answers.judge_face(classifier, face).label
        return Question(face, classifier, label, FGSM(), seed=0)


def list_dials(place: Place) -> list[Dial]:
    """Lists the dials: those of the corruptions, and at last that of epsilon.

    Args:
        place: Where in the square the face lies.
    """
    kinds = [
        corruptions.make(name, **({"face": place} if name == "mouth_box" else {}))
        for name in corruptions.names()
    ]
    epsilon = EpsilonDial("epsilon", robustness.LARGEST)
    return [*(CorruptionDial(kind.name, _NOTCHES, kind) for kind in kinds), epsilon]

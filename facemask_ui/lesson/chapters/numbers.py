"""Chapter 1: the face as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.paper import printed
from facemask_core.paper.second_softmax import LARGEST
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import drawings, subjects
from facemask_ui.lesson.chapters.base import Chapter

TOP, LEFT, SIDE = 75, 74, 8
"""The part of the face that is enlarged."""


@dataclass(frozen=True)
class ModelAnswer:
    """The model's answer to the face.

    Attributes:
        verdict: The class and its confidence.
        weights: How many numbers the model has learned.
    """

    verdict: Verdict
    weights: int


class Numbers(Chapter[ModelAnswer]):
    """The face, a part of it enlarged with its values, and the verdict."""

    name = "numbers"
    sample = subjects.BARE
    page = "Inspect"
    formula = (
        r"z = f(x) \in \mathbb{R}^2, \qquad "
        r"p_k = \frac{e^{z_k}}{e^{z_0} + e^{z_1}}, \qquad c = \max_k p_k"
    )

    @property
    def query(self) -> dict[str, str]:
        return {"sample": subjects.BARE}

    def write_constants(self, texts: Texts) -> dict[str, str]:
        shares = (LARGEST, *(example.before for example in printed.read().examples))
        names = ("most", "first", "second")
        return {name: texts.number(it, 3) for name, it in zip(names, shares, strict=True)}

    def measure(self) -> ModelAnswer:
        classifier = subjects.load_classifier()
        verdict = subjects.judge_face(classifier, subjects.BARE)
        return ModelAnswer(verdict, int(classifier.model.count_params()))

    def pick_answers(self, result: ModelAnswer) -> tuple[int, ...]:
        return (1,)

    def write_figures(self, texts: Texts, result: ModelAnswer) -> dict[str, str]:
        return {
            "values": texts.number(subjects.read_face(subjects.BARE).size),
            "weights": texts.number(result.weights),
            "answer": texts.classes[result.verdict.label].lower(),
            "confidence": texts.percent(result.verdict.confidence),
        }

    def draw(self, texts: Texts, result: ModelAnswer) -> None:
        face = subjects.read_face(subjects.BARE)
        part = face[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
        reds = part[..., 0]
        whole, enlarged = st.columns([5, 6])
        with whole:
            st.image(
                drawings.draw_frame(face, TOP, LEFT, SIDE),
                self.say(texts, "framed"),
                width="stretch",
                output_format="PNG",
                alt=subjects.describe_face(texts, subjects.BARE),
            )
        with enlarged:
            row = ", ".join(str(value) for value in reds[0])
            least, most = str(reds.min()), str(reds.max())
            alt = self.say(texts, "patch_alt", least=least, most=most, row=row)
            drawings.draw_patch(part, alt=alt, key="patch")
            st.caption(self.say(texts, "patch"))

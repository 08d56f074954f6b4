"""Chapter 1: the face as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.paper import printed
from facemask_core.paper.second_softmax import LARGEST
from facemask_ui.lesson import drawings, subjects
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.lesson.texts import Texts

_TOP, _LEFT, _SIDE = 75, 74, 8


@dataclass(frozen=True)
class Seen:
    """What the model makes of the face.

    Attributes:
        verdict: Its answer.
        weights: How many numbers it learned.
    """

    verdict: Verdict
    weights: int


class Numbers(Chapter[Seen]):
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

    def given(self, texts: Texts) -> dict[str, str]:
        shares = (LARGEST, *(example.before for example in printed.read().examples))
        names = ("most", "first", "second")
        return {name: texts.number(it, 3) for name, it in zip(names, shares, strict=True)}

    def measured(self) -> Seen:
        asked = subjects.classifier()
        return Seen(subjects.judged(asked, subjects.BARE), int(asked.model.count_params()))

    def answers(self, found: Seen) -> tuple[int, ...]:
        return (1,)

    def told(self, texts: Texts, found: Seen) -> dict[str, str]:
        return {
            "values": texts.number(subjects.pixels(subjects.BARE).size),
            "weights": texts.number(found.weights),
            "answer": texts.classes[found.verdict.label].lower(),
            "confidence": texts.percent(found.verdict.confidence),
        }

    def draw(self, texts: Texts, found: Seen) -> None:
        face = subjects.pixels(subjects.BARE)
        part = face[_TOP : _TOP + _SIDE, _LEFT : _LEFT + _SIDE]
        reds = part[..., 0]
        whole, enlarged = st.columns([5, 6])
        with whole:
            st.image(
                drawings.framed(face, _TOP, _LEFT, _SIDE),
                self.say(texts, "framed"),
                width="stretch",
                output_format="PNG",
                alt=texts.say(f"faces.{subjects.BARE}.alt"),
            )
        with enlarged:
            row = ", ".join(str(value) for value in reds[0])
            least, most = str(reds.min()), str(reds.max())
            alt = self.say(texts, "patch_alt", least=least, most=most, row=row)
            drawings.patch(part, alt=alt, key="patch")
            st.caption(self.say(texts, "patch"))

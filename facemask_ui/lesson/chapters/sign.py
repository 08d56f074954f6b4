"""Chapter 3: why the sign of a gradient; all pushes together against pushes by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_ui.lesson import drawings, subjects
from facemask_ui.lesson.chapters.base import Chapter, third
from facemask_ui.lesson.texts import Texts

DRAWS = 30


@dataclass(frozen=True, eq=False)
class Pushes:
    """How the lead of the right class changes when every value is pushed equally far.

    Attributes:
        signs: int8 (224, 224, 3), the signs of the gradient.
        lead: The lead before.
        gradient: Its change along the signs of the gradient.
        random: float64 (n,), its changes along signs drawn by chance.
    """

    signs: NDArray[np.int8]
    lead: float
    gradient: float
    random: NDArray[np.float64]


class Sign(Chapter[Pushes]):
    """The map of signs, and the lead's change against that of random signs."""

    name = "sign"
    minutes = 4
    sample = subjects.BARE
    formula = (
        r"m(x + \delta) \approx m(x) + \sum_i \delta_i \frac{\partial m}{\partial x_i}, \qquad "
        r"x' = x + \varepsilon \, \mathrm{sign}\big(\nabla_x J(\theta, x, y)\big)"
    )

    @property
    def query(self) -> dict[str, str]:
        return {"sample": subjects.BARE, "attack": "fgsm", "epsilon": str(subjects.SMALL)}

    def given(self, texts: Texts) -> dict[str, str]:
        return {
            "values": texts.number(subjects.pixels(subjects.BARE).size),
            "level": str(subjects.SMALL),
            "draws": str(DRAWS),
            "root": texts.number(np.sqrt(subjects.pixels(subjects.BARE).size)),
        }

    def measured(self) -> Pushes:
        asked = subjects.classifier()
        return _pushed(asked.card.weights_sha256, asked)

    def answers(self, found: Pushes) -> tuple[int, ...]:
        return (third(float(np.abs(found.random).max()), abs(found.gradient)),)

    def told(self, texts: Texts, found: Pushes) -> dict[str, str]:
        return {
            "random": texts.number(np.abs(found.random).max(), 2),
            "change": texts.number(found.gradient, 2),
            "before": texts.number(found.lead, 2),
            "after": texts.number(found.lead + found.gradient, 2),
        }

    def draw(self, texts: Texts, found: Pushes) -> None:
        drawn, map_ = st.columns([7, 4])
        with map_:
            st.image(
                (128 + 127 * found.signs.astype(np.int16)).astype(np.uint8),
                self.say(texts, "map"),
                width="stretch",
                output_format="PNG",
                alt=self.say(texts, "map_alt"),
            )
        with drawn:
            given = self.given(texts)
            groups = {
                self.say(texts, "random", **given): found.random.tolist(),
                self.say(texts, "gradient"): [found.gradient],
            }
            drawings.along(
                groups,
                axis=self.say(texts, "axis"),
                border=-found.lead,
                told=self.say(texts, "border"),
                alt=self.say(
                    texts,
                    "chart_alt",
                    least=texts.number(found.random.min(), 2),
                    most=texts.number(found.random.max(), 2),
                    change=texts.number(found.gradient, 2),
                    border=texts.number(-found.lead, 2),
                ),
                key="pushes",
            )


@st.cache_data(max_entries=2, show_spinner=False)
def _pushed(weights: str, _asked: Classifier) -> Pushes:
    face, label = subjects.pixels(subjects.BARE), subjects.label(subjects.BARE)
    towards, _ = subjects.ONE_STEP.steepest(_asked, images.to_float(face)[None], np.array([label]))
    signs = np.sign(towards[0]).astype(np.int8)
    chance = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (DRAWS, *face.shape))
    pushed = [np.zeros_like(signs), signs, *chance]
    tried = np.stack([np.clip(face + subjects.SMALL * push.astype(int), 0, 255) for push in pushed])
    logits = _asked.predict(images.to_float(tried.astype(np.uint8))).astype(np.float64)
    leads = logits[:, label] - logits[:, 1 - label]
    return Pushes(signs, float(leads[0]), float(leads[1] - leads[0]), leads[2:] - leads[0])

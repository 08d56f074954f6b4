"""Chapter 3: why attacks use the sign of the gradient, compared with random signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images, model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import drawings, subjects
from facemask_ui.lesson.chapters.base import Chapter, sort_share
from facemask_ui.visitors.shared_cache import compute_once

DRAWS = 30


@dataclass(frozen=True, eq=False)
class Pushes:
    """The change of the right class's lead when every value is pushed equally far.

    Attributes:
        signs: int8 (224, 224, 3), the signs of the gradient.
        lead: The lead before.
        gradient: Its change along the signs of the gradient.
        random: float64 (n,), its changes along random signs.
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

    def write_constants(self, texts: Texts) -> dict[str, str]:
        return {
            "values": texts.number(subjects.read_face(subjects.BARE).size),
            "level": str(subjects.SMALL),
            "draws": str(DRAWS),
            "root": texts.number(np.sqrt(subjects.read_face(subjects.BARE).size)),
        }

    def measure(self) -> Pushes:
        classifier = subjects.load_classifier()
        return _measure(classifier.card.weights_sha256, classifier)

    def pick_answers(self, result: Pushes) -> tuple[int, ...]:
        return (sort_share(float(np.abs(result.random).max()), abs(result.gradient)),)

    def write_figures(self, texts: Texts, result: Pushes) -> dict[str, str]:
        return {
            "random": texts.number(np.abs(result.random).max(), 2),
            "change": texts.number(result.gradient, 2),
            "before": texts.number(result.lead, 2),
            "after": texts.number(result.lead + result.gradient, 2),
        }

    def draw(self, texts: Texts, result: Pushes) -> None:
        chart, map_ = st.columns([7, 4])
        with map_:
            st.image(
                model_input.encode(
                    (128 + 127 * result.signs.astype(np.int16)).astype(np.uint8),
                    LabNote(made="noise"),
                ),
                self.say(texts, "map"),
                width="stretch",
                output_format="PNG",
                alt=self.say(texts, "map_alt"),
            )
        with chart:
            constants = self.write_constants(texts)
            groups = {
                self.say(texts, "random", **constants): result.random.tolist(),
                self.say(texts, "gradient"): [result.gradient],
            }
            drawings.draw_marks(
                groups,
                axis=self.say(texts, "axis"),
                border=-result.lead,
                border_label=self.say(texts, "border"),
                alt=self.say(
                    texts,
                    "chart_alt",
                    least=texts.number(result.random.min(), 2),
                    most=texts.number(result.random.max(), 2),
                    change=texts.number(result.gradient, 2),
                    border=texts.number(-result.lead, 2),
                ),
                key="pushes",
            )


@compute_once(most=2)
def _measure(weights: str, _classifier: Classifier) -> Pushes:
    face, label = subjects.read_face(subjects.BARE), subjects.read_label(subjects.BARE)
    batch, labels = images.to_float(face)[None], np.array([label])
    towards, _ = subjects.ONE_STEP.steepest(_classifier, batch, labels)
    signs = np.sign(towards[0]).astype(np.int8)
    chance = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (DRAWS, *face.shape))
    pushes = [np.zeros_like(signs), signs, *chance]
    faces = np.stack([np.clip(face + subjects.SMALL * push.astype(int), 0, 255) for push in pushes])
    logits = _classifier.predict(images.to_float(faces.astype(np.uint8))).astype(np.float64)
    leads = logits[:, label] - logits[:, 1 - label]
    return Pushes(signs, float(leads[0]), float(leads[1] - leads[0]), leads[2:] - leads[0])

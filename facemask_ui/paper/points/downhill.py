"""Point 9: PGD is said to minimise the loss, and its equation points at one that does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from facemask_core import attacks
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.paper import experiments
from facemask_core.paper.printed import Paper
from facemask_core.pictures import images
from facemask_ui.base import charts
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import cropping, pictures
from facemask_ui.language import say
from facemask_ui.paper import words
from facemask_ui.paper.points.base import Point
from facemask_ui.visitors.shared_cache import compute_once

_STEPS = 10


@dataclass(frozen=True)
class Directions:
    """A model's verdicts on a portrait: as it is, and after PGD in either direction."""

    before: Verdict
    uphill: Verdict
    downhill: Verdict


def _show_directions(paper: Paper, model: str) -> None:
    text, equation = paper.quotes["minimises"], paper.quotes["update"]
    st.markdown(
        _say(
            "text",
            where=words.name_place(text.where),
            quote=text.text,
            equation_where=words.name_place(equation.where),
            equation=equation.text,
            steps=_STEPS,
        )
    )
    classifier = models.load(model, to_attack=True)
    result = _attack_portrait(classifier.card.weights_sha256, classifier)
    charts.draw_probabilities(
        {
            _say("original"): result.before,
            _say("uphill"): result.uphill,
            _say("downhill"): result.downhill,
        },
        key="directions",
    )
    epsilon = attack_setup.write_epsilon(experiments.EPSILON)
    st.caption(_say("caption", model=models.title(model), epsilon=epsilon))


@compute_once(most=32, spinner="paper.points.attacking")
def _attack_portrait(model: str, _classifier: Classifier) -> Directions:
    """Attacks the portrait once for all visitors: it is the lab's own."""
    picture = pictures.read_sample(pictures.DEFAULT_SAMPLE)
    face = cropping.cut_face(picture, None)
    assert picture.label is not None  # noqa: S101, a portrait's true class is known
    label = np.array([picture.label])
    faces = [face]
    for target in (None, picture.label):
        pgd = attacks.make("pgd", steps=_STEPS, random_start=False, target=target)
        batch = pgd(_classifier, images.to_float(face)[None], label, epsilon=experiments.EPSILON)
        faces.append(images.to_uint8_within(batch.images[0], face, epsilon=experiments.EPSILON))
    return Directions(*verdicts.judge(_classifier, np.stack(faces)))


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.downhill.{key}", **values)


POINT = Point("downhill", _show_directions)

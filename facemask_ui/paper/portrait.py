"""One of the lab's own portraits under the paper's attack, computed by this server."""

from __future__ import annotations

from dataclasses import dataclass

from facemask_core import attacks
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import AttackedFace
from facemask_core.models.classifier import Classifier
from facemask_core.pictures.lab_note import LabNote, describe_attack
from facemask_ui.choices import models
from facemask_ui.face import cropping, pictures
from facemask_ui.visitors.shared_cache import compute_once


@dataclass(frozen=True, eq=False)
class AttackedPortrait:
    """The portrait before and after the attack.

    Attributes:
        result: The verdicts and pictures before and after.
        alt: What the portrait shows.
        note: What the attacked picture says about itself.
    """

    result: AttackedFace
    alt: str
    note: LabNote


def attack_portrait(model: str, epsilon: float, *, attack: str = "fgsm") -> AttackedPortrait:
    """Attacks the portrait, and rounds the result to 8 bits.

    Args:
        model: Name of the model.
        epsilon: On the [0, 1] scale.
        attack: Name of the attack, made with its usual settings.
    """
    classifier = models.load(model, to_attack=True)
    picture = pictures.read_sample(pictures.DEFAULT_SAMPLE)
    result = _attack_sample(classifier.card.weights_sha256, attack, epsilon, classifier)
    threat_model = attacks.make(attack).threat_model(epsilon)
    note = describe_attack(model, classifier.card.weights_sha256, threat_model, label=picture.label)
    return AttackedPortrait(result, picture.alt, note)


@compute_once(most=32, spinner="paper.points.attacking")
def _attack_sample(
    model: str, attack: str, epsilon: float, _classifier: Classifier
) -> AttackedFace:
    """Attacks the portrait once for all visitors: it is the lab's own."""
    picture = pictures.read_sample(pictures.DEFAULT_SAMPLE)
    face = cropping.cut_face(picture, None)
    made = attacks.make(attack)
    return verdicts.attack_face(_classifier, face, made, epsilon=epsilon, label=picture.label)

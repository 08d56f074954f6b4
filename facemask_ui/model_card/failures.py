"""The shipped pictures that a model gets wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemask_core.data import samples
from facemask_core.data.samples import Portrait
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import faces, images
from facemask_ui.visitors.shared_cache import compute_once


@dataclass(frozen=True)
class Failure:
    """A shipped picture that a model gets wrong when it sees the face alone.

    Attributes:
        portrait: The picture.
        verdict: What the model says.
    """

    portrait: Portrait
    verdict: Verdict


def find_failures(classifier: Classifier) -> tuple[list[Failure], int]:
    """Finds the pictures of the gallery and the hard cases that a model gets wrong.

    Each picture is cropped to the face first.

    Args:
        classifier: The model.

    Returns:
        The failures, the most confident first, and the number of all pictures.
    """
    return _find_failures(classifier.card.weights_sha256, classifier)


@compute_once(most=16, spinner="models.card.asking_all")
def _find_failures(model: str, _classifier: Classifier) -> tuple[list[Failure], int]:
    """Finds the failures once for all visitors: the pictures are the lab's own."""
    portraits = (*samples.gallery(), *samples.confusers())
    crops = np.stack([faces.cropped(images.decode(it.path.read_bytes())) for it in portraits])
    pairs = zip(portraits, verdicts.judge(_classifier, crops), strict=True)
    wrong = [Failure(it, verdict) for it, verdict in pairs if verdict.label != it.label]
    return sorted(wrong, key=lambda failure: -failure.verdict.confidence), len(portraits)

"""Which of the shipped pictures a model gets wrong, found by asking it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from facemask_core.data import samples
from facemask_core.data.samples import Portrait
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import faces, images


@dataclass(frozen=True)
class Failure:
    """A shipped picture that a model gets wrong when it sees the face alone.

    Attributes:
        portrait: The picture.
        verdict: What the model says.
    """

    portrait: Portrait
    verdict: Verdict


def found(classifier: Classifier) -> tuple[list[Failure], int]:
    """Asks a model about the gallery and the hard cases, each cropped to the face.

    Args:
        classifier: The model.

    Returns:
        What it gets wrong, the surest mistakes first, and how many pictures there were.
    """
    return _found(classifier.card.weights_sha256, classifier)


@st.cache_data(max_entries=16, show_spinner="Asking the model about every sample…")
def _found(model: str, _classifier: Classifier) -> tuple[list[Failure], int]:
    """Shared by all visitors: the pictures are the lab's own."""
    portraits = (*samples.gallery(), *samples.confusers())
    shown = np.stack([faces.cropped(images.decode(it.path.read_bytes())) for it in portraits])
    judged = zip(portraits, verdicts.judge(_classifier, shown), strict=True)
    wrong = [Failure(it, verdict) for it, verdict in judged if verdict.label != it.label]
    return sorted(wrong, key=lambda failure: -failure.verdict.confidence), len(portraits)

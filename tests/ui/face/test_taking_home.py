"""What a visitor downloads fools the model again when it comes back as an upload."""

from __future__ import annotations

import numpy as np
import pytest

from facemask_core import Classifier, attacks, load_classifier, robustness
from facemask_core.data import samples
from facemask_core.evaluation import verdicts
from facemask_core.pictures import images
from facemask_ui.face.pictures import Picture
from facemask_ui.lab import parts


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier("mobilenetv3")


@pytest.mark.slow
def test_every_fooled_samples_picture_fools_again(classifier: Classifier) -> None:
    fooled = [_fools_again(classifier, sample) for sample in samples.gallery()]
    assert np.mean(fooled) > 0.5, "too few faces fall to say anything"


def _fools_again(classifier: Classifier, sample: samples.Portrait) -> bool:
    """Whether the face falls at all; where it does, the first and the last picture that fool."""
    face = images.resize(images.decode(sample.path.read_bytes()))
    sweep = robustness.sweep_epsilons(classifier, face, sample.label, attacks.make("fgsm"))
    part = parts.describe_sweep(face, sweep)
    fooling = sweep.notches[sweep.fooled].tolist()
    for level in {*fooling[:1], *fooling[-1:]}:
        shown = part.attacked_at(level, face)
        upload = Picture("mine.png", "", images.encode_png(shown))
        again = images.resize(images.decode(upload.data))
        np.testing.assert_array_equal(again, sweep.adversarial[level])
        verdict = verdicts.judge(classifier, again[None])[0]
        assert verdict.label != sample.label, (sample.id, level)
        np.testing.assert_allclose(verdict.probabilities, sweep.probabilities[level], atol=1e-4)
    return bool(fooling)

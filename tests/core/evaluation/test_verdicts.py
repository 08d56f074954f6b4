"""One face: the image shown is the image classified, and the outcome is right."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks
from facemask_core.errors import AttackError
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Outcome
from facemask_core.pictures.images import to_float


@pytest.fixture
def brightness() -> Classifier:
    """Says with_mask when the mean is above one half, with margin 100 * (mean - 0.5)."""
    size = int(np.prod(SHAPE))
    weights = np.zeros((size, 2), np.float32)
    weights[:, 1] = 100.0 / size
    return wrapped(linear_model(weights, np.array([0.0, -50.0], np.float32)))


@pytest.fixture
def dark() -> NDArray[np.uint8]:
    return np.full(SHAPE, 120, np.uint8)


def test_a_verdict_names_class_and_confidence(
    brightness: Classifier, dark: NDArray[np.uint8]
) -> None:
    verdict = verdicts.judge(brightness, dark[None])[0]
    expected = 1 / (1 + np.exp(100 * (120 / 255 - 0.5)))
    assert verdict.name == "without_mask"
    assert verdict.confidence == pytest.approx(expected, abs=1e-4)
    assert sum(verdict.probabilities) == pytest.approx(1.0)


@pytest.mark.backend
def test_fgsm_moves_every_level_by_exactly_epsilon(
    brightness: Classifier, dark: NDArray[np.uint8]
) -> None:
    result = verdicts.attack_face(brightness, dark, attacks.make("fgsm"), epsilon=5 / 255)
    np.testing.assert_array_equal(result.adversarial, np.full(SHAPE, 125, np.uint8))
    assert result.linf == 5 / 255
    assert result.l2 == pytest.approx(5 / 255 * np.sqrt(np.prod(SHAPE)))


@pytest.mark.parametrize(
    ("epsilon", "label", "outcome"),
    [
        (20 / 255, None, Outcome.CHANGED),
        (2 / 255, None, Outcome.UNCHANGED),
        (0.0, None, Outcome.UNMOVED),
        (20 / 255, 0, Outcome.FOOLED),
        (2 / 255, 0, Outcome.HELD),
        (20 / 255, 1, Outcome.ALREADY_WRONG),
    ],
)
@pytest.mark.backend
def test_the_outcome_is_named_rightly(
    brightness: Classifier,
    dark: NDArray[np.uint8],
    epsilon: float,
    label: int | None,
    outcome: Outcome,
) -> None:
    result = verdicts.attack_face(
        brightness, dark, attacks.make("fgsm"), epsilon=epsilon, label=label
    )
    assert result.outcome is outcome


def test_a_target_is_reached_or_refused(brightness: Classifier, dark: NDArray[np.uint8]) -> None:
    towards = attacks.make("fgsm", target=1)
    reach = partial(verdicts.attack_face, brightness, dark, towards, epsilon=20 / 255)
    assert reach(label=0).outcome is Outcome.FOOLED
    assert reach().outcome is Outcome.CHANGED
    with pytest.raises(AttackError, match="other class"):
        verdicts.attack_face(brightness, dark, attacks.make("fgsm", target=0), epsilon=0.1)


# What is judged and saved does not hang on how far an attack came.
_BRIEF: dict[str, dict[str, int]] = {
    "pgd": {"steps": 3},
    "apgd": {"steps": 4},
    "deepfool": {"steps": 3},
    "fab": {"steps": 3},
    "cw": {"steps": 4, "searches": 2, "bisections": 2},
    "lbfgs": {"steps": 3, "searches": 2, "bisections": 2},
    "ensemble": {"steps": 3, "queries": 20},
    "universal": {"steps": 1},
    "hopskipjump": {"queries": 40},
    "boundary": {"queries": 40},
    "square": {"queries": 20},
}


@pytest.mark.parametrize("epsilon", [0.05, 0.01, 8 / 255, 1 / 255, 0.0])
@pytest.mark.parametrize("name", attacks.names())
@pytest.mark.slow
def test_the_saved_picture_stays_in_the_ball_and_is_what_was_judged(
    shipped: Classifier, epsilon: float, name: str
) -> None:
    face = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    few_steps = attacks.make("pgd", steps=3)
    source = {"source": shipped, "attack": few_steps} if name == "transfer" else {}
    attack = attacks.make(name, **_BRIEF.get(name, {}), **source)
    result = verdicts.attack_face(shipped, face, attack, epsilon=epsilon)
    levels = np.abs(result.adversarial.astype(int) - face.astype(int)).max()
    assert levels <= 255 * epsilon + 1e-9
    assert result.linf == levels / 255
    again = verdicts.judge(shipped, result.adversarial[None])[0]
    assert again == result.after
    before = shipped.predict(to_float(face)[None])
    assert result.before.label == before.argmax()
    assert result.confidence_drop == pytest.approx(
        result.before.confidence - result.after.probabilities[result.before.label]
    )


def test_the_given_face_is_not_changed(brightness: Classifier, dark: NDArray[np.uint8]) -> None:
    kept = dark.copy()
    verdicts.attack_face(brightness, dark, attacks.make("pgd", steps=2), epsilon=0.1)
    np.testing.assert_array_equal(dark, kept)

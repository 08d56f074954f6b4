"""Training's perturbations stay in the ball, hurt, and are learnt from as the papers say."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from numpy.typing import NDArray
from small_models import SHAPE, linear_model
from tiny_backbone import RECIPE

from facemask_core import Classifier, training
from facemask_core.backend import keras
from facemask_core.models import checkpoints
from facemask_core.training import Adversary
from facemask_core.training.adversary import Perturber, TradesLoss, overfits_to_one_step

EVERY = [
    Adversary("fgsm", epsilon=0.05, warmup_epochs=0),
    Adversary("pgd", epsilon=0.05, warmup_epochs=0, steps=5),
    Adversary("pgd", epsilon=0.05, warmup_epochs=0, steps=5, trades=6.0),
]
every_adversary = pytest.mark.parametrize("adversary", EVERY, ids=["fgsm", "pgd", "trades"])


def _perturbed(
    model: keras.Model, adversary: Adversary, pixels: NDArray, labels: NDArray, step: int = 0
) -> NDArray:
    """The perturbed images of one batch; TRADES puts them behind the clean ones."""
    one_hot = np.eye(2, dtype=np.float32)[labels]
    batch = Perturber(model, adversary, seed=3).perturb_batch((pixels, one_hot), 0, step, 10)
    if adversary.trades:
        np.testing.assert_array_equal(batch[0][: len(pixels)], pixels)
        np.testing.assert_array_equal(batch[1], np.concatenate([one_hot, one_hot]))
    return batch[0][-len(pixels) :]


@every_adversary
@pytest.mark.backend
def test_perturbations_stay_in_ball_and_box(curved: Classifier, adversary: Adversary) -> None:
    rng = np.random.default_rng(2)
    pixels = rng.random((16, *SHAPE), dtype=np.float32)
    pixels[:4] = np.round(pixels[:4])  # at the box's walls
    found = _perturbed(curved.model, adversary, pixels, np.arange(16) % 2)
    assert np.abs(found - pixels).max() <= adversary.epsilon + 1e-6
    assert found.min() >= 0.0
    assert found.max() <= 1.0


@every_adversary
@pytest.mark.backend
def test_perturbations_hurt_more_than_noise(
    curved: Classifier, faces: NDArray, labels: NDArray, adversary: Adversary
) -> None:
    clean = curved.predict(faces)
    rng = np.random.default_rng(0)
    noise = rng.uniform(-adversary.epsilon, adversary.epsilon, faces.shape).astype(np.float32)
    found = curved.predict(_perturbed(curved.model, adversary, faces, labels))
    random = curved.predict(faces + noise)

    def margin(logits: NDArray) -> NDArray:
        rows = np.arange(len(labels))
        return logits[rows, 1 - labels] - logits[rows, labels]

    if adversary.trades:  # away from the clean answer, whichever way
        assert np.abs(margin(found) - margin(clean)).mean() > (
            2 * np.abs(margin(random) - margin(clean)).mean()
        )
    else:
        assert (margin(found) > margin(clean)).all()
        assert (margin(found) - margin(clean)).mean() > 2 * (margin(random) - margin(clean)).mean()


@pytest.mark.backend(quick=True)
def test_on_a_linear_model_one_step_has_a_closed_form(faces: NDArray, labels: NDArray) -> None:
    """x' = clip(x + start + 1.25 eps sign(w)) to the ball: Wong et al. 2020, algorithm 3."""
    rng = np.random.default_rng(5)
    weights = rng.normal(size=(int(np.prod(SHAPE)), 2)).astype(np.float32)
    model = linear_model(weights, np.zeros(2, np.float32))
    adversary = EVERY[0]
    found = _perturbed(model, adversary, faces, labels)
    rise = np.sign(weights[:, 0] - weights[:, 1]).reshape(SHAPE)
    direction = np.where(labels[:, None, None, None] == 1, rise, -rise)
    delta = (found - faces) * direction
    # The random start lies within epsilon: a step of 1.25 epsilon ends in [0.25, 1] of it.
    assert delta.min() >= 0.25 * adversary.epsilon - 1e-6
    assert delta.max() == pytest.approx(adversary.epsilon, abs=1e-6)
    # A start lower than -0.25 epsilon, 3 of 8, stays inside the ball without clipping.
    assert np.mean(delta < adversary.epsilon - 1e-6) == pytest.approx(3 / 8, abs=0.03)


@pytest.mark.backend
def test_random_starts_change_from_batch_to_batch_and_follow_the_seed(
    curved: Classifier, faces: NDArray, labels: NDArray
) -> None:
    first = _perturbed(curved.model, EVERY[0], faces, labels)
    np.testing.assert_array_equal(first, _perturbed(curved.model, EVERY[0], faces, labels))
    assert not np.array_equal(first, _perturbed(curved.model, EVERY[0], faces, labels, step=1))


@pytest.mark.backend(quick=True)
def test_trades_loss_is_its_equation() -> None:
    labels = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    clean = np.array([[2.0, -1.0], [0.3, 0.4]], np.float32)
    perturbed = np.array([[0.5, 0.0], [1.0, -2.0]], np.float32)

    def softmax(logits: NDArray) -> NDArray:
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    p, q = softmax(clean), softmax(perturbed)
    cross_entropy = -(labels * np.log(p)).sum(axis=1).mean()
    divergence = (p * np.log(p / q)).sum(axis=1).mean()
    for beta in (0.5, 6.0):
        found = TradesLoss(beta, 0.0)(
            np.concatenate([labels, labels]), np.concatenate([clean, perturbed])
        )
        assert float(found) == pytest.approx(cross_entropy + beta * divergence, rel=1e-5)


@pytest.mark.backend
def test_the_probe_tells_overfitting_from_robustness() -> None:
    assert overfits_to_one_step(val_fgsm_accuracy=0.95, val_pgd_accuracy=0.02)
    assert not overfits_to_one_step(val_fgsm_accuracy=0.80, val_pgd_accuracy=0.70)
    assert not overfits_to_one_step(val_fgsm_accuracy=0.30, val_pgd_accuracy=0.01), (
        "plainly not robust"
    )


@pytest.mark.backend
def test_a_probe_of_a_linear_model_is_exact() -> None:
    """Every attack of a linear model ends in the same corner, so accuracy follows from margins."""
    rng = np.random.default_rng(6)
    weights = rng.normal(size=(int(np.prod(SHAPE)), 2)).astype(np.float32)
    model = linear_model(weights, np.zeros(2, np.float32))
    pixels = rng.uniform(0.3, 0.7, (40, *SHAPE)).astype(np.float32)
    logits = pixels.reshape(40, -1) @ weights
    labels = logits.argmax(axis=1)
    margins = np.abs(logits[:, 0] - logits[:, 1])
    reach = np.abs(weights[:, 0] - weights[:, 1]).sum()
    adversary = Adversary(epsilon=float(np.median(margins) / reach), warmup_epochs=0)
    assert adversary.epsilon < 0.3, "or the box would be in the way"
    found = Perturber(model, adversary, seed=0).probe(model, pixels, labels, epoch=0)
    assert found["val_pgd_accuracy"] == pytest.approx(0.5, abs=0.05)
    assert not found["catastrophic_overfitting"]


@pytest.mark.backend
def test_while_epsilon_rises_no_model_is_called_overfitted(
    curved: Classifier, faces: NDArray, labels: NDArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facemask_core.training.adversary.overfits_to_one_step", lambda **_: True)
    perturber = Perturber(curved.model, Adversary(warmup_epochs=3), seed=0)
    flags = [
        perturber.probe(curved.model, faces, labels, epoch)["catastrophic_overfitting"]
        for epoch in range(4)
    ]
    assert flags == [False, False, True, True]


@pytest.mark.parametrize(
    "adversary",
    [
        pytest.param(Adversary("fgsm", epsilon=0.2), marks=pytest.mark.backend),
        Adversary("pgd", epsilon=0.1, steps=3, trades=6.0),
    ],
    ids=["fgsm", "trades"],
)
@pytest.mark.slow
def test_training_against_an_adversary_makes_robust(
    data: Path, tmp_path: Path, adversary: Adversary
) -> None:
    # These classes differ in brightness alone, which is what augmentation takes away.
    recipe = replace(RECIPE, adversary=adversary, schedule=((32, 12),), augment=False)
    card = training.train(recipe, data, tmp_path)
    assert card.recipe["adversary"]["attack"] == adversary.attack
    last = card.history[-1]
    probe = card.metrics["val"]["probe"]
    assert (probe["epsilon"], probe["images"]) == (adversary.epsilon, 8)
    # Of its strength there, at seven times the size it was trained at, nothing is promised.
    assert 0.0 <= probe["val_pgd_accuracy"] <= 1.0
    assert {"val_fgsm_accuracy", "val_pgd_accuracy", "catastrophic_overfitting"} <= last.keys()
    assert last["val_balanced_accuracy"] > 0.9
    assert last["val_pgd_accuracy"] >= 0.7
    assert math.isfinite(last["loss"])


@pytest.mark.backend
@pytest.mark.slow
def test_a_run_that_overfits_to_one_step_says_so(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fooled = {"val_fgsm_accuracy": 0.9, "val_pgd_accuracy": 0.0, "catastrophic_overfitting": True}
    monkeypatch.setattr(Perturber, "probe", lambda *_: fooled)
    recipe = replace(RECIPE, adversary=Adversary(), schedule=((32, 1),))
    card = training.train(recipe, data, tmp_path)
    assert "overfitted" in caplog.text
    assert "one-step" in card.notes
    assert "90 %" in card.notes
    assert card.metrics["val"]["probe"] == {"epsilon": 8 / 255, "images": 8} | fooled


@pytest.mark.slow
def test_the_last_probe_attacks_the_stored_weights_at_full_size(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, list[NDArray]]] = []

    def probe(_: Perturber, model: keras.Model, pixels: NDArray, *__: object) -> dict:
        seen.append((pixels.shape[1], model.get_weights()))
        return {
            "val_fgsm_accuracy": 0.9,
            "val_pgd_accuracy": 0.1,
            "catastrophic_overfitting": len(seen) <= 2,  # in the epochs, but not in the end
        }

    monkeypatch.setattr(Perturber, "probe", probe)
    recipe = replace(RECIPE, adversary=Adversary(), schedule=((32, 2),))
    card = training.train(recipe, data, tmp_path)
    assert [size for size, _ in seen] == [32, 32, 224]
    stored = safetensors.numpy.load_file(tmp_path / checkpoints.WEIGHTS_FILE)
    for key, weight in zip(sorted(stored), seen[-1][1], strict=True):
        np.testing.assert_array_equal(stored[key], weight)
    assert card.history[-1]["catastrophic_overfitting"]
    assert card.notes == "", "it speaks of the stored weights"

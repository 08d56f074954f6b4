"""Adversarial training: perturbations during training, and the losses that use them.

Unlike the attacks in :mod:`facemask_core.attacks` this one keeps the last point, not the best: in
training a perturbation has to be cheap, in an evaluation it has to be strong.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.backend import keras
from facemask_core.labels import LABELS
from facemask_core.models.gradients import ModelFunctions, Tensor, compile_program
from facemask_core.training.photographs import LabelledBatch
from facemask_core.training.recipes import Adversary

ops = keras.ops

_BALL = norms.ball("linf")
_STREAM = 2_000_000
"""Keeps the random starts apart from the streams that order and augment the photographs."""
_PROBE = Adversary(attack="pgd", steps=10)
PROBE_IMAGES = 256


class Perturber:
    """Perturbs batches against a model that is being trained."""

    def __init__(self, model: keras.Model, adversary: Adversary, seed: int) -> None:
        """Prepares the programs; they are compiled at first use.

        Args:
            model: The model in training; used in inference mode, with its present weights.
            adversary: The attack to train against.
            seed: Seed of the random starts.
        """
        self.adversary = adversary
        self._seed = seed
        self._against_label = compile_program(model, _against_label)
        self._against_clean = compile_program(model, _against_clean)

    def perturb_batch(
        self, batch: LabelledBatch, epoch: int, step: int, steps_per_epoch: int
    ) -> LabelledBatch:
        """Replaces clean images by perturbed ones, or under TRADES appends them.

        Args:
            batch: Clean pixels and one-hot labels.
            epoch: Number of the epoch, from 0.
            step: Number of the batch in it, from 0.
            steps_per_epoch: How many batches an epoch has.
        """
        pixels, labels = batch
        epsilon = self.adversary.epsilon_at(epoch + step / steps_per_epoch)
        rng = np.random.default_rng([self._seed, _STREAM, epoch, step])
        perturbed = self._perturb(self.adversary, pixels, labels, epsilon, rng)
        if not self.adversary.trades:
            return perturbed, labels
        return np.concatenate([pixels, perturbed]), np.concatenate([labels, labels])

    def _perturb(
        self,
        adversary: Adversary,
        pixels: NDArray[np.float32],
        labels: NDArray[np.float32],
        epsilon: float,
        rng: np.random.Generator,
    ) -> NDArray[np.float32]:
        program = self._against_clean if adversary.trades else self._against_label
        tensors = (
            pixels,
            _BALL.sample(rng, pixels.shape) * np.float32(epsilon),
            1.0 - 2.0 * labels,
            np.float32(epsilon),
            np.float32(epsilon * adversary.relative_step),
            np.int32(adversary.gradient_steps),
        )
        (perturbed,) = program(*(ops.convert_to_tensor(tensor) for tensor in tensors))
        return np.asarray(ops.convert_to_numpy(perturbed))

    def probe(
        self,
        model: keras.Model,
        pixels: NDArray[np.float32],
        labels: NDArray[np.int64],
        epoch: int,
    ) -> dict[str, Any]:
        """Watches for catastrophic overfitting: a model safe from FGSM alone, not from PGD.

        Args:
            model: The model in training, with the weights to judge.
            pixels: Images it has not been trained on.
            labels: Their classes.
            epoch: Number of the epoch just trained, from 0.

        Returns:
            Robust accuracy under FGSM with random start and under PGD-10 at the training's full
            epsilon, and whether the model overfits to one step; never so while epsilon still
            rises, when no model can be robust yet.
        """
        one_hot = np.eye(len(LABELS), dtype=np.float32)[labels]
        accuracy = {}
        for key, probe in (("val_fgsm_accuracy", Adversary()), ("val_pgd_accuracy", _PROBE)):
            right = []
            for start in range(0, len(pixels), 64):
                rows = slice(start, start + 64)
                rng = np.random.default_rng([self._seed, _STREAM, start])
                perturbed = self._perturb(
                    probe, pixels[rows], one_hot[rows], self.adversary.epsilon, rng
                )
                logits = np.asarray(model.predict_on_batch(perturbed))
                right.append(logits.argmax(axis=1) == labels[rows])
            accuracy[key] = round(float(np.concatenate(right).mean()), 5)
        at_full_epsilon = self.adversary.epsilon_at(epoch + 1) == self.adversary.epsilon
        return accuracy | {
            "catastrophic_overfitting": at_full_epsilon and overfits_to_one_step(**accuracy)
        }


def overfits_to_one_step(val_fgsm_accuracy: float, val_pgd_accuracy: float) -> bool:
    """Says whether a model withstands one step but not PGD (Wong et al. 2020, section 5)."""
    return val_fgsm_accuracy > 0.5 and val_pgd_accuracy < 0.5 * val_fgsm_accuracy


def _against_label(
    model: ModelFunctions,
    images: Tensor,
    start: Tensor,
    direction: Tensor,
    epsilon: Tensor,
    step_size: Tensor,
    steps: Tensor,
) -> tuple[Tensor, ...]:
    """Raises the other class's margin: cross-entropy's ascent (Madry et al. 2018, eq. 2.1)."""

    def ascent(current: Tensor) -> Tensor:
        return model.margin_gradient(current, direction)[1]

    return (_climb(ascent, images, start, epsilon, step_size, steps),)


def _against_clean(
    model: ModelFunctions,
    images: Tensor,
    start: Tensor,
    direction: Tensor,
    epsilon: Tensor,
    step_size: Tensor,
    steps: Tensor,
) -> tuple[Tensor, ...]:
    """Raises the divergence from the clean prediction, as TRADES' inner maximisation does.

    With two classes KL(p || q) grows where q's probability moves away from p's: its gradient is
    the margin's, turned by the sign of q - p.
    """
    clean = ops.sum(model.logits(images) * direction, axis=1)

    def ascent(current: Tensor) -> Tensor:
        logits, gradient = model.margin_gradient(current, direction)
        # The margin is twice the logit of a class's probability, so its sign is the same.
        away = ops.sign(ops.sum(logits * direction, axis=1) - clean)
        return gradient * away[:, None, None, None]

    return (_climb(ascent, images, start, epsilon, step_size, steps),)


def _climb(
    ascent: Any, images: Tensor, start: Tensor, epsilon: Tensor, step_size: Tensor, steps: Tensor
) -> Tensor:
    """Climbs from a random start, and returns the last point."""

    def advance(step: Tensor, current: Tensor) -> tuple[Tensor, Tensor]:
        moved = current + step_size * _BALL.steepest(ascent(current))
        return step + 1, _BALL.into_bounds(moved, images, epsilon)

    first = (ops.zeros_like(steps), _BALL.into_bounds(images + start, images, epsilon))
    return ops.while_loop(lambda step, _: step < steps, advance, first)[1]


class TradesLoss(keras.losses.Loss):
    """CE(f(x), y) + beta * KL(f(x) || f(x')): Zhang et al. 2019 (arXiv:1901.08573), eq. 5.

    Its batch holds the clean images first and their perturbed twins, in the same order, behind;
    each half's rows are doubled, so that the mean over all rows is the paper's mean over images.
    """

    def __init__(self, beta: float, label_smoothing: float) -> None:
        """Sets the weights of the loss.

        Args:
            beta: Weight of the divergence.
            label_smoothing: Share of each label spread over both classes.
        """
        super().__init__(name="trades")
        self._beta = beta
        self._smoothing = label_smoothing

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Computes each row's loss, (2n,), from one-hot labels and logits of shape (2n, 2)."""
        half = ops.shape(y_pred)[0] // 2
        clean, perturbed = y_pred[:half], y_pred[half:]
        cross_entropy = keras.losses.categorical_crossentropy(
            y_true[:half], clean, from_logits=True, label_smoothing=self._smoothing
        )
        probabilities = ops.softmax(clean)
        difference = ops.log_softmax(clean) - ops.log_softmax(perturbed)
        divergence = ops.sum(probabilities * difference, axis=1)
        return 2.0 * ops.concatenate([cross_entropy, self._beta * divergence], axis=0)

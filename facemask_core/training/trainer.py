"""The loop over epochs: train, validate the averaged weights, save the state."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from facemask_core import backbones
from facemask_core.backend import keras
from facemask_core.data import datasets
from facemask_core.errors import TrainingError
from facemask_core.models import checkpoints
from facemask_core.pictures import images
from facemask_core.training import network, state
from facemask_core.training.adversary import PROBE_IMAGES, Perturber
from facemask_core.training.batch_statistics import BatchStatistics
from facemask_core.training.history import Board, write_history
from facemask_core.training.photographs import LabelledBatch, Photographs
from facemask_core.training.recipes import Recipe

_EPOCH_STATISTICS = 12
_FINAL_STATISTICS = 60
"""Batches for batch norm's statistics, after each epoch and for the finished model."""

CARD_SPLITS = ("val", "test")
"""The splits a card has figures for."""

ALSO = "also"
"""The name, among the splits, of further pictures that join the train split."""

Progress = Callable[[str, int, int], None]
"""Called with the name of the work, the amount done, and the amount in all."""

_log = logging.getLogger(__name__)


class Trainer:
    """The model, its optimiser and the history of one run.

    Attributes:
        photographs: The decoded splits by name.
        history: One dictionary an epoch, those before an interruption included.
    """

    def __init__(
        self,
        recipe: Recipe,
        splits: dict[str, datasets.Dataset],
        output: Path,
        fingerprints: dict[str, str],
        *,
        progress: Progress,
        board: Board | None = None,
    ) -> None:
        """Decodes the photographs, builds the model, and restores an unfinished run.

        Args:
            recipe: All settings.
            splits: Datasets by name: train, val, and perhaps test and :data:`ALSO`. All are
                decoded now, so that an unusable one is refused before the training.
            output: The checkpoint's folder, which keeps the state while training runs.
            fingerprints: The datasets' hashes by name.
            progress: Called at every step.
            board: Gets the figures of every epoch.

        Raises:
            TrainingError: A class has no image, or the folder holds another run.
            BackboneError: The backbone is unknown or ImageNet weights cannot be had.
            CheckpointError: The weights to start from cannot be used.
        """
        self._recipe = recipe
        self._output = output
        self._progress = progress
        self._board = board
        self.photographs = {split: Photographs(part, split) for split, part in splits.items()}
        self._train_data, self._val_data = self.photographs["train"], self.photographs["val"]
        if ALSO in splits:
            self._train_data = self._train_data.join(self.photographs[ALSO])
        self._steps = recipe.steps_of(len(self._train_data))
        self._model = network.build(recipe, self._steps)
        self._statistics = BatchStatistics(self._model)
        self._perturber = (
            Perturber(self._model, recipe.adversary, recipe.seed) if recipe.adversary else None
        )
        self._identity = json.dumps(
            {
                # Where a run stops changes none of the epochs before.
                "recipe": recipe.as_dict() | {"stop_after": None},
                "data": fingerprints,
                "initial_sha256": network.initial_sha256(recipe),
            }
        )
        self.history = state.restore(output / state.STATE_FILE, self._variables(), self._identity)

    def _variables(self) -> list[keras.Variable]:
        return [*self._model.variables, *self._model.optimizer.variables]

    def run(self) -> None:
        """Trains the epochs that are left.

        Raises:
            TrainingError: The loss is no longer finite.
        """
        while len(self.history) < self._recipe.last_epoch:
            epoch = len(self.history)
            started = time.monotonic()
            row: dict[str, Any] = {"epoch": epoch + 1, "size": self._recipe.size_at(epoch)}
            row |= self._train_epoch(epoch) | self._validate(epoch)
            row["seconds"] = round(time.monotonic() - started, 1)
            self.history.append(row)
            write_history(self._output, self.history)
            state.save(
                self._output / state.STATE_FILE, self._variables(), self._identity, self.history
            )
            if self._board:
                self._board.add(row)

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        weights = self._train_data.class_weights() if self._recipe.balance else None
        losses, correct, seen = [], 0.0, 0
        for step, (pixels, labels) in enumerate(self._training_batches(epoch)):
            result = self._model.train_on_batch(
                pixels, labels, class_weight=weights, return_dict=True
            )
            # Keras averages its metrics over all calls since the last reset.
            self._model.reset_metrics()
            losses.append(float(result["loss"]))
            correct += float(result["accuracy"]) * len(labels)
            seen += len(labels)
            self._report_progress(epoch, step + 1)
        if not np.isfinite(losses).all():
            raise TrainingError("The loss is no longer finite; lower the learning rate.")
        return {"loss": round(float(np.mean(losses)), 5), "accuracy": round(correct / seen, 5)}

    def _training_batches(self, epoch: int) -> Iterator[LabelledBatch]:
        size = self._recipe.size_at(epoch)
        batches = self._train_data.batches(self._recipe, epoch, size, self._steps)
        for step, batch in enumerate(batches):
            if self._perturber:
                yield self._perturber.perturb_batch(batch, epoch, step, self._steps)
            else:
                yield batch

    def _report_progress(self, epoch: int, step: int) -> None:
        """Reports progress over the whole run, so that the time left is the whole run's."""
        areas = [self._recipe.size_at(number) ** 2 for number in range(self._recipe.last_epoch)]
        megapixels = self._recipe.batch_size / 10**6
        done = sum(areas[:epoch]) * self._steps + areas[epoch] * step
        self._progress(
            f"epoch {epoch + 1}/{self._recipe.last_epoch}, step {step}/{self._steps}, megapixels",
            round(done * megapixels),
            round(sum(areas) * self._steps * megapixels),
        )

    def _validate(self, epoch: int) -> dict[str, Any]:
        """Scores the weights as they would be stored, then restores the trained ones."""
        size = self._recipe.size_at(epoch)
        probe = self._probe(epoch, size)
        trained = self._model.get_weights()
        self._finalise_weights(size, _EPOCH_STATISTICS)
        logits, labels = self._val_data.logits(self._model, size)
        self._model.set_weights(trained)
        return _scores(logits, labels) | probe

    def _probe(self, epoch: int, size: int) -> dict[str, Any]:
        """Attacks the present weights, which can overfit to their own perturbations."""
        if not self._perturber:
            return {}
        sample = self._val_data.sample(PROBE_IMAGES, size)
        probe = self._perturber.probe(self._model, *sample, epoch)
        if probe["catastrophic_overfitting"]:
            _log.warning(
                "Epoch %d: %.0f %% withstand FGSM but %.0f %% PGD; the model has overfitted "
                "to one-step perturbations. Lower the rate, or train against pgd.",
                epoch + 1,
                100 * probe["val_fgsm_accuracy"],
                100 * probe["val_pgd_accuracy"],
            )
        return probe

    def _finalise_weights(self, size: int, statistics: int) -> None:
        """Turns the present weights into those to store: averaged, with new statistics."""
        if self._recipe.average:
            self._model.optimizer.finalize_variable_values(self._model.trainable_variables)
            # On JAX weights and averages now share their arrays, which the next step would free.
            self._model.set_weights(self._model.get_weights())
        if self._recipe.renews_statistics:
            self._renew_statistics(size, statistics)

    def _renew_statistics(self, size: int, statistics: int) -> None:
        steps = min(statistics, 3 * self._steps)
        batches = self._train_data.statistics_batches(self._recipe, size, steps)
        self._statistics.renew(self._perturb_as_in_training(batches))

    def _perturb_as_in_training(self, batches: Iterator[LabelledBatch]) -> Iterator[LabelledBatch]:
        """Perturbs batches as training does, at its full epsilon."""
        for step, batch in enumerate(batches):
            if self._perturber:
                yield self._perturber.perturb_batch(batch, self._recipe.epochs, step, self._steps)
            else:
                yield batch

    def finish(self, path: Path) -> None:
        """Stores the final weights, with batch-norm statistics at full size.

        Args:
            path: The weights file.

        Raises:
            CheckpointError: A weight does not fit float16.
        """
        self._progress("batch-norm statistics", 0, 1)
        self._finalise_weights(images.INPUT_SIZE, _FINAL_STATISTICS)
        self._progress("batch-norm statistics", 1, 1)
        checkpoints.save_weights(self._model, path)

    def float32_classes(self) -> dict[str, NDArray[np.int64]]:
        """Predicts with the finished float32 weights, before storage rounded them.

        Returns:
            By split, int64 (n,): a class for each readable image, in the split's order.
        """
        model = self._build_float32()
        model.set_weights(self._model.get_weights())
        return {
            split: self.photographs[split].logits(model, images.INPUT_SIZE)[0].argmax(axis=1)
            for split in CARD_SPLITS
            if split in self.photographs
        }

    def probe_stored(self, path: Path) -> dict[str, Any]:
        """Attacks the stored weights at full size: the model that users will have.

        The epochs' probes see other weights: neither averaged nor rounded, perhaps at another size.

        Args:
            path: The weights file.

        Returns:
            Epsilon, the number of validation images, and :meth:`Perturber.probe`'s figures.
        """
        adversary = self._recipe.adversary
        if adversary is None:
            return {}
        model = self._build_float32()
        checkpoints.load_weights(model, path)
        pixels, labels = self._val_data.sample(PROBE_IMAGES, images.INPUT_SIZE)
        perturber = Perturber(model, adversary, self._recipe.seed)
        probe = perturber.probe(model, pixels, labels, self._recipe.epochs - 1)
        return {"epsilon": adversary.epsilon, "images": len(labels)} | probe

    def _build_float32(self) -> keras.Model:
        """Builds the network in float32, which is how it is used even if trained in bfloat16."""
        return backbones.get(self._recipe.backbone).build(input_size=None)


def _scores(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> dict[str, float]:
    predicted = logits.argmax(axis=1)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probabilities[np.arange(len(labels)), labels].mean()
    return {
        "val_loss": round(float(loss), 5),
        "val_accuracy": round(float(accuracy_score(labels, predicted)), 5),
        "val_balanced_accuracy": round(float(balanced_accuracy_score(labels, predicted)), 5),
    }

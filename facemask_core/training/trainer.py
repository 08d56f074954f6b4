"""The loop over epochs: train, judge the averaged weights, save, go on."""

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
"""Batches over which batch norm is re-estimated after each epoch, and for the model that stays."""

MEASURED = ("val", "test")
"""The splits a card has figures for."""

ALSO = "also"
"""Stands among the splits' names for pictures from elsewhere that join the train split."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and how much there is."""

_log = logging.getLogger(__name__)


class Trainer:
    """The model, its optimiser and the history of one run.

    Attributes:
        photographs: The decoded splits by name.
        history: One dictionary an epoch, those of an earlier, broken-off call included.
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
        """Decodes the photographs, builds the model, and restores a run that was cut off.

        Args:
            recipe: All settings.
            splits: Datasets by name: train, val, and perhaps test and :data:`ALSO`. All are
                decoded now, so that one that cannot be used is found before the training.
            output: The checkpoint's folder, which keeps the state while training runs.
            fingerprints: The datasets' hashes by name.
            progress: Told of every step.
            board: Told of every epoch.

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
            self._train_data = self._train_data.joined(self.photographs[ALSO])
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
            self._tell(epoch, step + 1)
        if not np.isfinite(losses).all():
            raise TrainingError("The loss is no longer finite; lower the learning rate.")
        return {"loss": round(float(np.mean(losses)), 5), "accuracy": round(correct / seen, 5)}

    def _training_batches(self, epoch: int) -> Iterator[LabelledBatch]:
        size = self._recipe.size_at(epoch)
        batches = self._train_data.batches(self._recipe, epoch, size, self._steps)
        for step, batch in enumerate(batches):
            if self._perturber:
                yield self._perturber.training_batch(batch, epoch, step, self._steps)
            else:
                yield batch

    def _tell(self, epoch: int, step: int) -> None:
        """Reports the share of the whole run's work, so that the time left is the run's own."""
        areas = [self._recipe.size_at(number) ** 2 for number in range(self._recipe.last_epoch)]
        megapixels = self._recipe.batch_size / 10**6
        done = sum(areas[:epoch]) * self._steps + areas[epoch] * step
        self._progress(
            f"epoch {epoch + 1}/{self._recipe.last_epoch}, step {step}/{self._steps}, megapixels",
            round(done * megapixels),
            round(sum(areas) * self._steps * megapixels),
        )

    def _validate(self, epoch: int) -> dict[str, Any]:
        """Scores the weights as they would be kept, then puts the trained ones back."""
        size = self._recipe.size_at(epoch)
        probed = self._probe(epoch, size)
        trained = self._model.get_weights()
        self._settle(size, _EPOCH_STATISTICS)
        logits, labels = self._val_data.logits(self._model, size)
        self._model.set_weights(trained)
        return _scores(logits, labels) | probed

    def _probe(self, epoch: int, size: int) -> dict[str, Any]:
        """Attacks the weights of the moment: those that can overfit to their own perturbations."""
        if not self._perturber:
            return {}
        sample = self._val_data.first(PROBE_IMAGES, size)
        found = self._perturber.probe(self._model, *sample, epoch)
        if found["catastrophic_overfitting"]:
            _log.warning(
                "Epoch %d: %.0f %% withstand FGSM but %.0f %% PGD; the model has overfitted "
                "to one-step perturbations. Lower the rate, or train against pgd.",
                epoch + 1,
                100 * found["val_fgsm_accuracy"],
                100 * found["val_pgd_accuracy"],
            )
        return found

    def _settle(self, size: int, statistics: int) -> None:
        """Turns the weights of the moment into what would be kept: averaged, statistics anew."""
        if self._recipe.average:
            self._model.optimizer.finalize_variable_values(self._model.trainable_variables)
            # On JAX weights and averages now share their arrays, which the next step would free.
            self._model.set_weights(self._model.get_weights())
        if self._recipe.reestimates:
            self._reestimate(size, statistics)

    def _reestimate(self, size: int, statistics: int) -> None:
        steps = min(statistics, 3 * self._steps)
        batches = self._train_data.plain_batches(self._recipe, size, steps)
        self._statistics.renew(self._as_trained(batches))

    def _as_trained(self, batches: Iterator[LabelledBatch]) -> Iterator[LabelledBatch]:
        """Perturbs plain batches as training does, at its full epsilon."""
        for step, batch in enumerate(batches):
            if self._perturber:
                yield self._perturber.training_batch(batch, self._recipe.epochs, step, self._steps)
            else:
                yield batch

    def finish(self, path: Path) -> None:
        """Stores the weights that are kept, with batch-norm statistics taken at full size.

        Args:
            path: The weights file.

        Raises:
            CheckpointError: A weight does not fit float16.
        """
        self._progress("batch-norm statistics", 0, 1)
        self._settle(images.INPUT_SIZE, _FINAL_STATISTICS)
        self._progress("batch-norm statistics", 1, 1)
        checkpoints.save_weights(self._model, path)

    def float32_classes(self) -> dict[str, NDArray[np.int64]]:
        """Predicts with the finished float32 weights, before storage rounded them.

        Returns:
            By measured split, int64 (n,): a class for each readable image, in the split's order.
        """
        model = self._in_float32()
        model.set_weights(self._model.get_weights())
        return {
            split: self.photographs[split].logits(model, images.INPUT_SIZE)[0].argmax(axis=1)
            for split in MEASURED
            if split in self.photographs
        }

    def probe_stored(self, path: Path) -> dict[str, Any]:
        """Attacks the stored weights at full size: the model that users will have.

        The probes of the epochs saw others: neither averaged nor rounded, perhaps at another size.

        Args:
            path: The weights file.

        Returns:
            Epsilon, the number of validation images, and :meth:`Perturber.probe`'s figures.
        """
        adversary = self._recipe.adversary
        if adversary is None:
            return {}
        model = self._in_float32()
        checkpoints.load_weights(model, path)
        pixels, labels = self._val_data.first(PROBE_IMAGES, images.INPUT_SIZE)
        perturber = Perturber(model, adversary, self._recipe.seed)
        found = perturber.probe(model, pixels, labels, self._recipe.epochs - 1)
        return {"epsilon": adversary.epsilon, "images": len(labels)} | found

    def _in_float32(self) -> keras.Model:
        """Builds the network anew: trained in bfloat16, it is used in float32 all the same."""
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

"""Fine-tuning a backbone on face-mask photographs, resumable after a kill at any moment.

Every random choice is drawn from (seed, epoch, position), and the state after each epoch is
written atomically, so a run that was killed goes on from its last epoch to the same end.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from facemask_core import backbones, checkpoints, datasets, evaluation, images
from facemask_core.augmentation import augment
from facemask_core.backend import keras
from facemask_core.classifier import open_classifier
from facemask_core.errors import CheckpointError, TrainingError
from facemask_core.labels import LABELS

STATE_FILE = "state.safetensors"
_READERS = 2
_PREFETCH = 4
_BATCH_NORM_MOMENTUM = 0.97
"""Keras's MobileNetV3 uses 0.999: from scratch its averages would lag for thousands of steps."""
_REESTIMATION_BATCHES = 100

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


@dataclass(frozen=True)
class Recipe:
    """All settings of a training run.

    Attributes:
        backbone: Name in the registry of backbones.
        init: ``random``, ``imagenet``, or the path of a safetensors weights file.
        schedule: (input size in px, epochs) pairs, run one after another: small images first,
            full size last (Touvron et al. 2019, arXiv:1906.06423).
        batch_size: Images a step.
        learning_rate: Peak of the cosine schedule (Loshchilov and Hutter 2017, arXiv:1608.03983).
        warmup_epochs: Epochs of linear warm-up, part of the schedule.
        weight_decay: Decoupled weight decay of AdamW (arXiv:1711.05101).
        label_smoothing: Share of each label spread over both classes.
        dropout: Share of pooled features dropped.
        average: Momentum of the moving average of the weights that is finally kept.
        seed: Seed of initial weights, order, augmentation and dropout.
    """

    backbone: str
    init: str = "random"
    schedule: tuple[tuple[int, int], ...] = ((128, 14), (160, 8), (224, 4))
    batch_size: int = 64
    learning_rate: float = 2e-3
    warmup_epochs: float = 2.0
    weight_decay: float = 0.05
    label_smoothing: float = 0.05
    dropout: float = 0.2
    average: float = 0.998
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.schedule or any(size < 32 or epochs < 1 for size, epochs in self.schedule):
            raise TrainingError(
                "The schedule needs sizes of at least 32 px and epochs of at least 1."
            )
        if self.batch_size < 2:
            raise TrainingError("The batch size must be at least 2: batch norm needs a spread.")
        if not 0.0 < self.learning_rate <= 1.0:
            raise TrainingError("The learning rate must lie above 0 and at most at 1.")
        if self.warmup_epochs < 0 or self.weight_decay < 0 or self.seed < 0:
            raise TrainingError("Warm-up, weight decay and seed cannot be negative.")
        shares = {"label smoothing": self.label_smoothing, "dropout": self.dropout}
        for name, value in {**shares, "average": self.average}.items():
            if not 0.0 <= value < 1.0:
                raise TrainingError(f"The {name} must lie from 0 to below 1; it is {value}.")

    @property
    def epochs(self) -> int:
        """Epochs of all stages together."""
        return sum(epochs for _, epochs in self.schedule)

    def size_at(self, epoch: int) -> int:
        """Input size of an epoch, counted from 0."""
        for size, epochs in self.schedule:
            if epoch < epochs:
                return size
            epoch -= epochs
        raise ValueError(f"The schedule ends before epoch {epoch}.")


def train(
    recipe: Recipe,
    data: Path | str,
    output: Path | str,
    *,
    name: str | None = None,
    command: str = "",
    progress: Progress = lambda *_: None,
) -> checkpoints.Card:
    """Trains a model, or goes on with a run that was cut off, and writes its checkpoint.

    Args:
        recipe: All settings.
        data: Folder with train, val and perhaps test, or a plain folder-per-class set.
        output: Folder of the checkpoint; it also keeps the state while training runs.
        name: The model's name on its card; the output folder's name if not given.
        command: The command line, recorded on the card.
        progress: Told of every step.

    Returns:
        The card of the finished model.

    Raises:
        TrainingError: The output folder holds a finished model or a run of other settings.
        BackboneError: The backbone is unknown or its initial weights cannot be had.
        DatasetError: The data cannot be used.
    """
    output = Path(output)
    splits = datasets.open_splits(data)
    if "val" not in splits:
        raise TrainingError(f"{str(data)!r} has a train folder but no val folder; add one.")
    if (output / checkpoints.CARD_FILE).exists():
        raise TrainingError(
            f"{str(output)!r} holds a finished model; choose another output folder."
        )
    output.mkdir(parents=True, exist_ok=True)
    fingerprints = {split: datasets.fingerprint(part) for split, part in splits.items()}
    trainer = _Trainer(recipe, splits, output / STATE_FILE, fingerprints, progress)
    trainer.resume()
    trainer.run()
    trainer.finish(output / checkpoints.WEIGHTS_FILE)
    card = _card(recipe, splits, fingerprints, trainer.history, output, name, command)
    card = replace(card, metrics=_measure(card, output, splits, progress))
    checkpoints.write_card(output, card)
    (output / STATE_FILE).unlink(missing_ok=True)
    return card


class _Trainer:
    """The model, its optimiser and the history, and how they are saved and restored."""

    def __init__(
        self,
        recipe: Recipe,
        splits: dict[str, datasets.Dataset],
        state: Path,
        fingerprints: dict[str, str],
        progress: Progress,
    ) -> None:
        self.recipe = recipe
        self.train_data = _Photographs(splits["train"])
        self.val_data = _Photographs(splits["val"])
        self.history: list[dict[str, Any]] = []
        self._state = state
        self._identity = json.dumps({"recipe": asdict(recipe), "data": fingerprints})
        self._progress = progress
        self._model = _compiled_model(recipe, self._steps_per_epoch)

    @property
    def _steps_per_epoch(self) -> int:
        # The last, incomplete batch is left out: a small one would skew batch norm.
        return max(1, len(self.train_data) // self.recipe.batch_size)

    def run(self) -> None:
        while len(self.history) < self.recipe.epochs:
            epoch = len(self.history)
            started = time.monotonic()
            row: dict[str, Any] = {"epoch": epoch + 1, "size": self.recipe.size_at(epoch)}
            row |= self._train_epoch(epoch) | self._validate(row["size"])
            row["seconds"] = round(time.monotonic() - started, 1)
            self.history.append(row)
            self._save()

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        size = self.recipe.size_at(epoch)
        weights = self.train_data.class_weights()
        losses, correct, seen = [], 0.0, 0
        batches = self.train_data.batches(self.recipe, epoch, size, self._steps_per_epoch)
        for step, (pixels, labels) in enumerate(batches):
            result = self._model.train_on_batch(
                pixels, labels, class_weight=weights, return_dict=True
            )
            # Keras averages its metrics over all calls since the last reset.
            self._model.reset_metrics()
            losses.append(float(result["loss"]))
            correct += float(result["accuracy"]) * len(labels)
            seen += len(labels)
            self._progress(
                f"epoch {epoch + 1}/{self.recipe.epochs}", step + 1, self._steps_per_epoch
            )
        if not np.isfinite(losses).all():
            raise TrainingError("The loss is no longer finite; lower the learning rate.")
        return {"loss": round(float(np.mean(losses)), 5), "accuracy": round(correct / seen, 5)}

    def _validate(self, size: int) -> dict[str, float]:
        """Scores the averaged weights, then puts the trained ones back."""
        trained = self._model.get_weights()
        self._average()
        logits, labels = self.val_data.logits(self._model, size)
        self._model.set_weights(trained)
        predicted = logits.argmax(axis=1)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -log_probabilities[np.arange(len(labels)), labels].mean()
        return {
            "val_loss": round(float(loss), 5),
            "val_accuracy": round(float(accuracy_score(labels, predicted)), 5),
            "val_balanced_accuracy": round(float(balanced_accuracy_score(labels, predicted)), 5),
        }

    def _average(self) -> None:
        """Replaces the weights by their moving average."""
        self._model.optimizer.finalize_variable_values(self._model.trainable_variables)
        # On JAX weights and averages now share their arrays, which the next step would free.
        self._model.set_weights(self._model.get_weights())

    def finish(self, path: Path) -> None:
        """Keeps the averaged weights, re-estimates batch norm for them, and stores the model."""
        self._average()
        size = images.INPUT_SIZE
        normalised = any(
            isinstance(layer, keras.layers.BatchNormalization) for layer in _layers(self._model)
        )
        if normalised:
            # Steps of size zero: only the moving statistics of the final weights change.
            self._model.compile(keras.optimizers.SGD(0.0), _loss(0.0))
            steps = min(_REESTIMATION_BATCHES, 3 * self._steps_per_epoch)
            for step, (pixels, labels) in enumerate(
                self.train_data.plain_batches(self.recipe, size, steps)
            ):
                self._model.train_on_batch(pixels, labels)
                self._progress("batch-norm statistics", step + 1, steps)
        checkpoints.save_weights(self._model, path)

    def _variables(self) -> list[keras.Variable]:
        return [*self._model.variables, *self._model.optimizer.variables]

    def _save(self) -> None:
        arrays = {
            f"{index:04d}.{item.name}": np.asarray(keras.ops.convert_to_numpy(item.value))
            for index, item in enumerate(self._variables())
        }
        metadata = {"identity": self._identity, "history": json.dumps(self.history)}
        data = safetensors.numpy.save(arrays, metadata=metadata)
        checkpoints.write_atomically(self._state, data)

    def resume(self) -> None:
        """Restores the state of a run that was cut off, if there is one."""
        if not self._state.exists():
            return
        try:
            with safetensors.safe_open(self._state, framework="numpy") as file:
                metadata = file.metadata() or {}
                arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        except (safetensors.SafetensorError, OSError) as error:
            raise TrainingError(
                f"{self._state} is damaged ({error}); remove it to start anew."
            ) from error
        if metadata.get("identity") != self._identity:
            raise TrainingError(
                f"{str(self._state.parent)!r} holds an unfinished run with other settings or data; "
                "repeat its command, or choose another output folder."
            )
        try:
            checkpoints.assign(self._variables(), arrays, str(self._state))
        except CheckpointError as error:
            raise TrainingError(f"{error} Remove the file to start anew.") from error
        self.history = json.loads(metadata["history"])


class _Photographs:
    """A split decoded once and kept as 8-bit images, then served in augmented batches."""

    def __init__(self, dataset: datasets.Dataset) -> None:
        batches = list(datasets.stream(dataset, 256, prepare=images.resize))
        self._images = [image for batch in batches for image in batch.images]
        self.labels = np.concatenate([batch.labels for batch in batches])
        self.skipped = [entry for batch in batches for entry in batch.skipped]
        if len(set(self.labels.tolist())) < len(LABELS):
            raise TrainingError(
                f"No readable image is left of one class in {dataset.source.name!r}."
            )

    def __len__(self) -> int:
        return len(self._images)

    def class_weights(self) -> dict[int, float]:
        """Weighs the classes so that both count the same in the loss."""
        counts = np.bincount(self.labels, minlength=len(LABELS))
        return {label: len(self) / (len(LABELS) * count) for label, count in enumerate(counts)}

    def batches(
        self, recipe: Recipe, epoch: int, size: int, steps: int
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """One epoch in random order, each image augmented by its own random stream."""
        order = np.random.default_rng([recipe.seed, epoch]).permutation(len(self))

        def view(index: int) -> NDArray[np.uint8]:
            rng = np.random.default_rng([recipe.seed, epoch, index])
            return augment(self._images[index], size, rng)

        return self._prefetched(order, recipe.batch_size, steps, view)

    def plain_batches(
        self, recipe: Recipe, size: int, steps: int
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Batches in random order, resized but not augmented, as the model will see images."""
        rng = np.random.default_rng([recipe.seed, 1_000_000])
        rounds = -(-steps * recipe.batch_size // len(self))
        order = np.concatenate([rng.permutation(len(self)) for _ in range(rounds)])
        return self._prefetched(
            order, recipe.batch_size, steps, lambda index: images.resize(self._images[index], size)
        )

    def _prefetched(
        self,
        order: NDArray[np.int64],
        batch_size: int,
        steps: int,
        view: Callable[[int], NDArray[np.uint8]],
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        one_hot = np.eye(len(LABELS), dtype=np.float32)

        def make(indices: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            pixels = np.stack([view(int(index)) for index in indices])
            return images.to_float(pixels), one_hot[self.labels[indices]]

        slices = [order[step * batch_size : (step + 1) * batch_size] for step in range(steps)]
        with ThreadPoolExecutor(_READERS) as pool:
            pending: deque[Future] = deque()
            for indices in slices:
                pending.append(pool.submit(make, indices))
                if len(pending) > _PREFETCH:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()

    def logits(
        self, model: keras.Model, size: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Runs a model over the whole split at one size, without augmentation."""
        outputs = []
        for start in range(0, len(self), 64):
            chunk = self._images[start : start + 64]
            pixels = images.to_float(np.stack([images.resize(image, size) for image in chunk]))
            outputs.append(np.asarray(model.predict_on_batch(pixels), np.float32))
        return np.concatenate(outputs), self.labels


def _layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    yield from model._flatten_layers(include_self=False)  # noqa: SLF001


def _loss(smoothing: float) -> keras.losses.Loss:
    return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)


def _compiled_model(recipe: Recipe, steps_per_epoch: int) -> keras.Model:
    cv2.setNumThreads(1)  # the readers are threads already
    keras.utils.set_random_seed(recipe.seed)
    imagenet = "imagenet" if recipe.init == "imagenet" else None
    model = backbones.get(recipe.backbone).build(
        input_size=None, weights=imagenet, dropout=recipe.dropout
    )
    if recipe.init not in {"imagenet", "random"}:
        checkpoints.load_weights(model, Path(recipe.init))
    for layer in _layers(model):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = _BATCH_NORM_MOMENTUM
    warmup = int(recipe.warmup_epochs * steps_per_epoch)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / 100,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup,
        decay_steps=max(1, recipe.epochs * steps_per_epoch - warmup),
        alpha=0.001,
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=recipe.weight_decay,
        clipnorm=1.0,
        use_ema=True,
        ema_momentum=recipe.average,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, _loss(recipe.label_smoothing), metrics=["accuracy"])
    return model


def _card(
    recipe: Recipe,
    splits: dict[str, datasets.Dataset],
    fingerprints: dict[str, str],
    history: list[dict[str, Any]],
    output: Path,
    name: str | None,
    command: str,
) -> checkpoints.Card:
    data = {
        split: {"sha256": fingerprints[split], "images": len(part), **part.counts()}
        for split, part in splits.items()
    }
    return checkpoints.Card(
        name=name or output.resolve().name,
        backbone=recipe.backbone,
        weights_sha256=checkpoints.sha256(output / checkpoints.WEIGHTS_FILE),
        initial_weights=recipe.init,
        data=data,
        recipe=asdict(recipe),
        command=command,
        seed=recipe.seed,
        history=history,
        metrics={},
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    packages = ("keras", keras.backend.backend(), "numpy", "pillow", "opencv-python-headless")
    return {"python": platform.python_version()} | {
        package: importlib.metadata.version(package) for package in packages
    }


def _measure(
    card: checkpoints.Card,
    output: Path,
    splits: dict[str, datasets.Dataset],
    progress: Progress,
) -> dict[str, Any]:
    """Measures the stored float16 weights, loaded as any user would load them."""
    classifier = open_classifier(output, card)
    metrics: dict[str, Any] = {}
    for split in ("val", "test"):
        if split in splits:
            report = evaluation.evaluate(
                classifier,
                splits[split],
                progress=partial(progress, f"measuring {split}"),
            )
            metrics[split] = report.clean.as_dict()
    return metrics

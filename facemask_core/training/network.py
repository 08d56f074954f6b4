"""The model of a training run: initial weights, frozen layers, optimiser, loss."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2

from facemask_core import backbones
from facemask_core.backend import keras, layer_precision
from facemask_core.errors import CheckpointError
from facemask_core.models import checkpoints
from facemask_core.training.adversary import TradesLoss
from facemask_core.training.batch_statistics import batch_norms
from facemask_core.training.recipes import Recipe

_BATCH_NORM_MOMENTUM = 0.97
"""Keras's MobileNetV3 uses 0.999: from scratch its averages would lag for thousands of steps."""
_FIRST_STEP_SHARE = 0.05
"""How much of the finished moving average may still be the weights after the first step."""


def build(recipe: Recipe, steps_per_epoch: int) -> keras.Model:
    """Builds and compiles the model of a recipe, with its initial weights.

    Args:
        recipe: All settings.
        steps_per_epoch: Batches an epoch, from which the rate's schedule follows.

    Raises:
        BackboneError: The backbone is unknown or ImageNet weights cannot be had.
        CheckpointError: The file or model to start from cannot be used.
    """
    cv2.setNumThreads(1)  # the readers of photographs are threads already
    keras.utils.set_random_seed(recipe.seed)
    with layer_precision(recipe.precision):
        model = backbones.get(recipe.backbone).build(
            input_size=None,
            weights="imagenet" if recipe.init == "imagenet" else None,
            dropout=recipe.dropout,
        )
    if recipe.init not in {"imagenet", "random"}:
        weights, expected = _find_weights(recipe.init)
        checkpoints.load_weights(model, weights, expected)
    _freeze(model.get_layer("network"), recipe.stage)
    for layer in batch_norms(model):
        layer.momentum = _BATCH_NORM_MOMENTUM
    model.compile(_optimizer(recipe, model, steps_per_epoch), _loss(recipe), metrics=["accuracy"])
    return model


def ancestors(recipe: Recipe) -> list[dict[str, Any]]:
    """Lists how the weights a run starts from were trained, oldest first, without measurements.

    Call it before the run: that may take days, and the first weights may be gone by then.
    """
    if recipe.init in {"imagenet", "random"}:
        return []
    weights, _ = _find_weights(recipe.init)
    try:
        card = asdict(checkpoints.read_card(weights.parent))
    except CheckpointError:
        return []  # a weights file needs no card
    if card["weights_sha256"] != checkpoints.sha256(weights):
        return []  # the card beside a weights file may be another model's
    fields = ("name", "weights_sha256", "initial_weights", "command", "recipe", "data", "history")
    return [*card["ancestors"], {key: card[key] for key in fields}]


def initial_sha256(recipe: Recipe) -> str | None:
    """Hashes the weights file a run starts from; None where it starts from no file."""
    if recipe.init in {"imagenet", "random"}:
        return None
    path, _ = _find_weights(recipe.init)
    return checkpoints.sha256(path) if path.is_file() else None


def _freeze(network: keras.Model, stage: str) -> None:
    """Freezes the layers of the backbone that a stage does not train."""
    if stage == "frozen":
        network.trainable = False
    if stage == "upper":
        convolutions = [
            index for index, layer in enumerate(network.layers) if hasattr(layer, "kernel")
        ]
        middle = convolutions[len(convolutions) // 2]
        for index, layer in enumerate(network.layers):
            is_norm = isinstance(layer, keras.layers.BatchNormalization)
            layer.trainable = index >= middle and not is_norm


def _find_weights(init: str) -> tuple[Path, str | None]:
    """Finds the weights file that ``--init`` names, and the hash on its card."""
    if init.endswith(".safetensors"):
        return Path(init), None
    try:
        folder = checkpoints.locate(init)
    except CheckpointError as error:
        raise CheckpointError(
            f"Training cannot start from {init!r}: give random, imagenet, a model's name or "
            "folder, or a .safetensors file."
        ) from error
    return folder / checkpoints.WEIGHTS_FILE, checkpoints.read_card(folder).weights_sha256


def _optimizer(
    recipe: Recipe, model: keras.Model, steps_per_epoch: int
) -> keras.optimizers.Optimizer:
    total_steps = recipe.epochs * steps_per_epoch
    # Keras begins its average with the weights after the first step and does not correct for that:
    # a short run with a long memory would end close to where it began.
    momentum = min(recipe.average, _FIRST_STEP_SHARE ** (1 / total_steps))
    averaging = {"use_ema": True, "ema_momentum": momentum} if recipe.average else {}
    if recipe.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(
            recipe.learning_rate, weight_decay=recipe.weight_decay or None, **averaging
        )
    else:
        warmup = int(recipe.warmup_epochs * steps_per_epoch)
        schedule = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=recipe.learning_rate / 100,
            warmup_target=recipe.learning_rate,
            warmup_steps=warmup,
            decay_steps=max(1, total_steps - warmup),
            alpha=0.001,
        )
        optimizer = keras.optimizers.AdamW(
            schedule, weight_decay=recipe.weight_decay, clipnorm=1.0, **averaging
        )
    if recipe.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    optimizer.build(model.trainable_variables)
    return optimizer


def _loss(recipe: Recipe) -> keras.losses.Loss:
    if recipe.adversary and recipe.adversary.trades:
        return TradesLoss(recipe.adversary.trades, recipe.label_smoothing)
    return keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=recipe.label_smoothing
    )

"""Recipes say what they do, and refuse what makes no sense."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from tiny_backbone import RECIPE

from facemask_core import backbones
from facemask_core.errors import BackboneError, TrainingError
from facemask_core.training import Adversary, recipes


@pytest.mark.parametrize(
    "change",
    [
        {"schedule": ()},
        {"schedule": ((16, 1),)},
        {"schedule": ((32, 0),)},
        {"batch_size": 1},
        {"batch_size": 8, "epoch_images": 7},
        {"stop_after": 0},
        {"stop_after": RECIPE.epochs + 1},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"label_smoothing": 1.0},
        {"dropout": -0.1},
        {"seed": -1},
        {"seed": 2**32},
        {"warmup_epochs": math.inf},
        {"weight_decay": math.inf},
        {"backbone": "inceptionv3", "schedule": ((64, 5),)},
        {"stage": "melted"},
        {"stage": "frozen"},  # from random weights
        {"optimizer": "adam"},
        {"precision": "float16"},
        {"weight_decay": float("nan")},
    ],
)
def test_a_senseless_recipe_is_refused(change: dict) -> None:
    with pytest.raises(TrainingError):
        replace(RECIPE, **change)


@pytest.mark.parametrize(
    ("images", "epoch_images", "steps"), [(100, None, 12), (100, 40, 5), (30, 40, 3), (5, None, 1)]
)
def test_an_epoch_takes_all_images_or_as_many_as_asked(
    images: int, epoch_images: int | None, steps: int
) -> None:
    recipe = replace(RECIPE, batch_size=8, epoch_images=epoch_images)
    assert recipe.steps_of(images) == steps


@pytest.mark.parametrize(
    "change",
    [
        {"attack": "square"},
        {"epsilon": 0.0},
        {"epsilon": 1.5},
        {"epsilon": float("nan")},
        {"steps": 0},
        {"warmup_epochs": -1},
        {"warmup_epochs": math.inf},
        {"trades": float("nan")},
        {"trades": math.inf},
    ],
)
def test_a_senseless_adversary_is_refused(change: dict) -> None:
    with pytest.raises(TrainingError):
        replace(Adversary(), **change)


def test_the_papers_recipe_is_the_papers_protocol() -> None:
    """The paper's protocol: SGD, batch 100, 20 epochs, 224 px, cross-entropy, ImageNet."""
    recipe = recipes.make("paper", "vgg19")
    assert (recipe.optimizer, recipe.batch_size, recipe.init) == ("sgd", 100, "imagenet")
    assert recipe.schedule == ((224, 20),)
    assert not recipe.augment
    assert not recipe.balance
    assert not recipe.average
    assert not recipe.renews_statistics
    assert recipe.label_smoothing == recipe.dropout == recipe.weight_decay == 0.0


def test_the_best_recipe_takes_the_backbones_rate_and_a_tenth_of_it_for_tuning() -> None:
    for name in backbones.names():
        rate = backbones.get(name).learning_rate
        assert recipes.make("best", name).learning_rate == rate
        assert recipes.make("best", name, init="imagenet").learning_rate == pytest.approx(rate / 10)
        frozen = recipes.make("best", name, init="imagenet", stage="frozen")
        assert frozen.learning_rate == rate
    assert recipes.make("best", "vgg19", learning_rate=0.5).learning_rate == 0.5


def test_the_best_recipe_does_not_favour_the_larger_class() -> None:
    assert all(recipes.make("best", name).balance for name in backbones.names())


def test_unknown_recipes_and_backbones_are_refused() -> None:
    with pytest.raises(TrainingError, match="best or paper"):
        recipes.make("secret", "vgg19")
    with pytest.raises(BackboneError, match="alexnet"):
        recipes.make("best", "alexnet")


def test_epsilon_rises_to_its_full_size_and_stays_there() -> None:
    adversary = Adversary(epsilon=0.04, warmup_epochs=2)
    assert [adversary.epsilon_at(epoch) for epoch in (0, 0.5, 1, 2, 9)] == pytest.approx(
        [0.0, 0.01, 0.02, 0.04, 0.04]
    )
    assert Adversary(epsilon=0.04, warmup_epochs=0).epsilon_at(0) == 0.04


def test_steps_are_those_of_the_papers_that_propose_them() -> None:
    assert (Adversary("fgsm").gradient_steps, Adversary("fgsm").relative_step) == (1, 1.25)
    assert Adversary("pgd", steps=10).gradient_steps == 10
    assert Adversary("pgd", steps=10).relative_step == pytest.approx(0.25)
    assert np.isclose(Adversary("pgd", steps=1).relative_step, 1.0)

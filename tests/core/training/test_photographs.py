"""Batches hang on seed and epoch alone, and both classes count the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_backbone import RECIPE

from facemask_core.data import datasets
from facemask_core.training import Recipe
from facemask_core.training.photographs import Photographs


def test_the_order_of_images_differs_by_epoch_and_follows_the_seed(data: Path) -> None:
    photographs = Photographs(datasets.open_dataset(data / "train"), "train")

    def first(recipe: Recipe, epoch: int) -> np.ndarray:
        return next(iter(photographs.batches(recipe, epoch, 32, 1)))[0]

    np.testing.assert_array_equal(first(RECIPE, 0), first(RECIPE, 0))
    assert not np.array_equal(first(RECIPE, 0), first(RECIPE, 1))
    assert not np.array_equal(first(RECIPE, 0), first(replace(RECIPE, seed=1), 0))


def test_both_classes_weigh_the_same(tmp_path: Path) -> None:
    for label, count in (("with_mask", 2), ("without_mask", 6)):
        (tmp_path / label).mkdir()
        for number in range(count):
            Image.new("RGB", (40, 40), (number, 0, 0)).save(tmp_path / label / f"{number}.png")
    weights = Photographs(datasets.open_dataset(tmp_path), "train").class_weights()
    assert weights[0] * 6 == pytest.approx(weights[1] * 2)


def test_without_augmentation_an_epoch_holds_the_photographs_themselves(data: Path) -> None:
    photographs = Photographs(datasets.open_dataset(data / "train"), "train")
    recipe = replace(RECIPE, augment=False, batch_size=32)
    pixels, labels = next(iter(photographs.batches(recipe, 0, 32, 1)))
    plain, classes = photographs.sample(32, 32)
    assert sorted(pixels.sum(axis=(1, 2, 3))) == pytest.approx(sorted(plain.sum(axis=(1, 2, 3))))
    assert labels.sum(axis=0).tolist() == np.bincount(classes).tolist()


def test_a_sample_of_a_split_spans_it_evenly(data: Path) -> None:
    photographs = Photographs(datasets.open_dataset(data / "train"), "train")
    pixels, labels = photographs.sample(8, 40)
    assert pixels.shape == (8, 40, 40, 3)
    assert np.bincount(labels).tolist() == [4, 4]

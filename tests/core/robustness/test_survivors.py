"""How many successes survive saving, on datasets where that can be worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from small_models import judging, linear_model, wrapped

from facemask_core import Classifier, attacks, robustness
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.errors import AttackError, DatasetError
from facemask_core.evaluation.survival import (
    EIGHT_BITS,
    FLOAT,
    PNG,
    QUALITIES,
    jpeg_form,
    measure_survival,
)
from facemask_core.pictures import images

SHAPE = (32, 32, 3)
MEAN = np.full(SHAPE, 1 / np.prod(SHAPE))
GREYS = {"without_mask": (90, 115, 118), "with_mask": (60, 140, 165)}
FORMS = [FLOAT, EIGHT_BITS, PNG, *map(jpeg_form, QUALITIES)]


def as_it_is(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return image


def saved(folder: Path, greys: dict[str, tuple[int, ...]]) -> Dataset:
    """Flat pictures of one level each, and one file that is no picture."""
    for label, levels in greys.items():
        (folder / label).mkdir()
        for level in levels:
            flat = np.full(SHAPE, level, np.uint8)
            Image.fromarray(flat).save(folder / label / f"{level:03d}.png")
    (folder / "with_mask" / "broken.png").write_bytes(b"no picture")
    return datasets.open_dataset(folder)


@pytest.fixture
def greys(tmp_path: Path) -> Dataset:
    return saved(tmp_path, GREYS)


@pytest.fixture(scope="module")
def brightness() -> Classifier:
    """Says ``with_mask`` where the mean exceeds a half; JPEG keeps means."""
    return judging(MEAN, 0.5)


@pytest.mark.backend
def test_whole_levels_survive_every_form(brightness: Classifier, greys: Dataset) -> None:
    """Twenty levels take 115, 118 and 140 across 127.5; 60 was wrong before."""
    survival = robustness.measure_attack_survival(
        brightness, greys, attacks.make("fgsm"), epsilon=20 / 255, prepare=as_it_is
    )
    answers = survival.answers
    assert answers.already_wrong == 1
    assert answers.success_rates == dict.fromkeys(FORMS, 3 / 5)
    assert answers.survival_rates == dict.fromkeys(FORMS, 1.0)
    assert answers.error_rates == dict.fromkeys(FORMS, 0.0)
    assert [entry.path for entry in survival.skipped] == ["with_mask/broken.png"]
    assert survival.threat_model["epsilon"] == 20 / 255
    assert survival.dead_gradients == 0


def test_a_part_of_a_level_is_lost_in_rounding(tmp_path: Path) -> None:
    """127 rises to 127.3, beyond the threshold of 127.2, and is 127 again when saved."""
    dataset = saved(tmp_path, {"without_mask": (127,), "with_mask": (200,)})
    survival = robustness.measure_attack_survival(
        *(judging(MEAN, 127.2 / 255), dataset, attacks.make("fgsm")),
        epsilon=0.3 / 255,
        qualities=(),
        prepare=as_it_is,
    )
    assert survival.answers.success_rates == {FLOAT: 1 / 2, EIGHT_BITS: 0.0, PNG: 0.0}
    assert survival.answers.survival_rates == {FLOAT: 1.0, EIGHT_BITS: 0.0, PNG: 0.0}
    assert (survival.rounded_away, survival.unmoved) == (2, 0)


@pytest.mark.backend
def test_a_fine_pattern_survives_png_but_not_jpeg(tmp_path: Path) -> None:
    turns = np.where(np.indices(SHAPE[:2]).sum(axis=0) % 2, -1.0, 1.0)
    fine = judging(np.repeat(turns[..., None], 3, axis=2) / np.prod(SHAPE), 0.5 / 255)
    dataset = saved(tmp_path, {"without_mask": (100, 120, 140), "with_mask": (130,)})
    survival = robustness.measure_attack_survival(
        fine, dataset, attacks.make("fgsm"), epsilon=2 / 255, qualities=(50,), prepare=as_it_is
    )
    assert survival.answers.already_wrong == 1, "no flat picture has the pattern"
    rates = {FLOAT: 1.0, EIGHT_BITS: 1.0, PNG: 1.0, jpeg_form(50): 0.0}
    assert survival.answers.success_rates == survival.answers.survival_rates == rates


def test_batches_change_nothing(
    brightness: Classifier, greys: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = attacks.make("pgd", steps=3)
    monkeypatch.setattr(attacks.get("pgd"), "batch_size", 2)
    counts: list[tuple[int, int]] = []
    survival = robustness.measure_attack_survival(
        *(brightness, greys, attack),
        epsilon=20 / 255,
        seed=3,
        prepare=as_it_is,
        progress=lambda done, total: counts.append((done, total)),
    )
    batch = next(datasets.stream(greys, 32, as_it_is))
    pixels = images.to_float(batch.images)
    made = attack(brightness, pixels, batch.labels, epsilon=20 / 255, seed=3)
    whole = measure_survival(brightness, pixels, batch.labels, made.images)
    assert survival.answers.as_dict() == whole.as_dict()
    np.testing.assert_array_equal(survival.answers.labels, batch.labels)
    for form in FORMS:
        np.testing.assert_array_equal(survival.answers.success[form], whole.success[form])
        np.testing.assert_array_equal(survival.answers.errors[form], whole.errors[form])
    assert counts == [(2, 7), (4, 7), (6, 7), (7, 7)]


def test_dead_gradients_are_counted_and_the_answer_is_fit_for_json(greys: Dataset) -> None:
    """A constant model has none; it is right on one class only."""
    nothing = np.zeros((int(np.prod(SHAPE)), 2), np.float32)
    dead = wrapped(linear_model(nothing, np.array([1.0, 0.0], np.float32), SHAPE))
    survival = robustness.measure_attack_survival(
        dead, greys, attacks.make("fgsm"), epsilon=0.1, qualities=(30,), prepare=as_it_is
    )
    stated = json.loads(json.dumps(survival.as_dict(), allow_nan=False))
    assert stated["dead_gradients"] == stated["images"] == 6
    assert stated["already_wrong"] == 3
    assert stated["success_rates"] == dict.fromkeys((FLOAT, EIGHT_BITS, PNG, "JPEG 30"), 0.0)
    assert stated["survival_rates"][FLOAT] is None, "nothing was fooled to begin with"
    assert stated["threat_model"]["attack"] == "fgsm"
    assert [entry["path"] for entry in stated["skipped"]] == ["with_mask/broken.png"]


@pytest.mark.parametrize(
    ("chosen", "asked", "reason"),
    [
        ({"target": 1}, {}, "untargeted"),
        ({}, {"epsilon": 2.0}, "Epsilon is 2"),
        ({}, {"qualities": (75, 0)}, "from 1 to 100"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(
    brightness: Classifier,
    greys: Dataset,
    chosen: dict[str, Any],
    asked: dict[str, Any],
    reason: str,
) -> None:
    attack = attacks.make("fgsm", **chosen)
    with pytest.raises(AttackError, match=reason):
        robustness.measure_attack_survival(brightness, greys, attack, **({"epsilon": 0.1} | asked))


def test_a_dataset_without_a_picture_is_an_error(brightness: Classifier, tmp_path: Path) -> None:
    dataset = saved(tmp_path, {"without_mask": (1,), "with_mask": ()})
    (tmp_path / "without_mask" / "001.png").write_bytes(b"no picture")
    with pytest.raises(DatasetError, match="None of the 2 files"):
        robustness.measure_attack_survival(
            brightness, dataset, attacks.make("fgsm"), epsilon=0.1, prepare=as_it_is
        )

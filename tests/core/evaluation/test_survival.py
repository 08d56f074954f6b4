"""Whether an adversarial example still fools the model after saving."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_models import judging

from facemask_core import Classifier, attacks
from facemask_core.errors import AttackError
from facemask_core.evaluation.survival import (
    EIGHT_BITS,
    FLOAT,
    PNG,
    QUALITIES,
    Survival,
    jpeg_form,
    measure_survival,
)
from facemask_core.pictures import images

SHAPE = (32, 32, 3)
JPEGS = tuple(jpeg_form(quality) for quality in QUALITIES)


@pytest.fixture(scope="module")
def brightness() -> Classifier:
    """Says ``with_mask`` where the mean exceeds a half; JPEG keeps means."""
    return judging(np.full(SHAPE, 1 / np.prod(SHAPE)), 0.5)


@pytest.fixture(scope="module")
def checks() -> Classifier:
    """Says ``with_mask`` where pixels in turns are brighter and darker: what JPEG takes first."""
    turns = np.where(np.indices(SHAPE[:2]).sum(axis=0) % 2, -1.0, 1.0)
    return judging(np.repeat(turns[..., None], 3, axis=2) / np.prod(SHAPE), 0.5 / 255)


def grey(*levels: float) -> NDArray[np.float32]:
    """Flat images, each of one level from 0 to 255."""
    return np.stack([np.full(SHAPE, level / 255, np.float32) for level in levels])


def as_shown(found: Survival) -> dict[str, list[bool]]:
    return {form: fooled.tolist() for form, fooled in found.success.items()}


def test_a_change_of_whole_levels_survives_every_form(brightness: Classifier) -> None:
    survival = measure_survival(brightness, grey(100, 150), np.array([0, 1]), grey(160, 90))
    assert as_shown(survival) == {form: [True, True] for form in (FLOAT, EIGHT_BITS, PNG, *JPEGS)}
    assert set(survival.success_rates.values()) == {1.0}
    assert set(survival.survival_rates.values()) == {1.0}
    assert set(survival.error_rates.values()) == {0.0}


def test_what_8_bits_cannot_hold_is_gone_when_saved(brightness: Classifier) -> None:
    """Its mean is 127.65 levels, above the threshold of 127.5; rounded, it is 127.25."""
    attacked = grey(127.4)
    attacked[:, ::4] = 128.4 / 255
    survival = measure_survival(brightness, grey(127), np.array([0]), attacked)
    assert survival.success_rates[FLOAT] == 1.0
    assert survival.success_rates[EIGHT_BITS] == 0.0
    assert survival.survival_rates[PNG] == 0.0


def test_a_fine_pattern_survives_png_but_not_jpeg(checks: Classifier) -> None:
    originals, labels = grey(100, 120, 140), np.zeros(3, int)
    attacked = attacks.make("fgsm")(checks, originals, labels, epsilon=2 / 255).images
    survival = measure_survival(checks, originals, labels, attacked)
    assert survival.success_rates[FLOAT] == survival.success_rates[PNG] == 1.0
    assert survival.success_rates[jpeg_form(50)] == 0.0
    assert survival.survival_rates[jpeg_form(50)] == 0.0


def test_images_wrong_before_the_attack_are_counted_apart(brightness: Classifier) -> None:
    """The second is wrong as it is and stays so; the third is wrong and made right."""
    survival = measure_survival(
        brightness, grey(100, 200, 200), np.zeros(3, int), grey(160, 210, 90)
    )
    assert survival.right_before.tolist() == [True, False, False]
    assert survival.already_wrong == 2
    assert survival.success[FLOAT].tolist() == [True, True, False]
    assert survival.success_rates[FLOAT] == 1.0
    assert survival.error_rates[FLOAT] == 0.0


def test_saving_alone_may_fool_and_is_told_apart(checks: Classifier) -> None:
    """The original shows the pattern; JPEG takes it away without any attack."""
    pattern = np.where(np.indices(SHAPE[:2]).sum(axis=0) % 2, -2, 2)[None, ..., None]
    originals = np.repeat(((120 + pattern) / 255).astype(np.float32), 3, axis=3)
    survival = measure_survival(checks, originals, np.array([1]), originals)
    assert survival.right_before.all()
    assert survival.error_rates[PNG] == 0.0
    assert survival.error_rates[jpeg_form(50)] == 1.0
    assert survival.success_rates[jpeg_form(50)] == 1.0
    assert survival.survival_rates[jpeg_form(50)] is None  # nothing was fooled to begin with


def test_without_an_image_right_before_there_is_no_rate(brightness: Classifier) -> None:
    survival = measure_survival(brightness, grey(200), np.array([0]), grey(210))
    assert set(survival.success_rates.values()) == {None}
    assert set(survival.survival_rates.values()) == {None}
    assert survival.already_wrong == 1


def test_no_images_give_no_answers(brightness: Classifier) -> None:
    nothing = np.zeros((0, *SHAPE), np.float32)
    survival = measure_survival(brightness, nothing, np.zeros(0, int), nothing)
    assert all(fooled.shape == (0,) for fooled in survival.success.values())
    assert survival.as_dict()["images"] == 0


def test_the_figures_are_fit_for_json(brightness: Classifier) -> None:
    survival = measure_survival(
        brightness, grey(100, 200), np.zeros(2, int), grey(160, 210), qualities=(30,)
    )
    figures = survival.as_dict()
    assert json.loads(json.dumps(figures)) == figures
    assert list(figures["success_rates"]) == [FLOAT, EIGHT_BITS, PNG, "JPEG 30"]
    assert figures["already_wrong"] == 1


def test_nothing_is_written_and_no_input_is_changed(
    brightness: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    originals, attacked, labels = grey(100), grey(160.3), np.array([0])
    kept = originals.copy(), attacked.copy(), labels.copy()
    measure_survival(brightness, originals, labels, attacked)
    assert not list(tmp_path.iterdir())
    for array, before in zip((originals, attacked, labels), kept, strict=True):
        np.testing.assert_array_equal(array, before)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_a_png_is_what_rounding_makes_of_it(brightness: Classifier, seed: int) -> None:
    rng = np.random.default_rng(seed)
    originals = images.to_float(rng.integers(0, 256, (4, *SHAPE), dtype=np.uint8))
    attacked = np.clip(originals + rng.normal(0, 0.02, originals.shape), 0, 1)
    survival = measure_survival(
        brightness, originals, rng.integers(0, 2, 4), attacked, qualities=()
    )
    np.testing.assert_array_equal(survival.success[PNG], survival.success[EIGHT_BITS])
    np.testing.assert_array_equal(survival.errors[EIGHT_BITS], survival.errors[FLOAT])
    np.testing.assert_array_equal(survival.right_before, ~survival.errors[FLOAT])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"adversarial": grey(1, 2, 3)}, "2 originals and 3 attacked"),
        ({"adversarial": grey(1, 2)[:, :16]}, "shape"),
        ({"originals": grey(1, 2)[..., :1]}, "shape"),
        ({"adversarial": grey(1, 2).astype(np.uint8)}, "type"),
        ({"adversarial": grey(1, 256)}, r"\[0, 1\]"),
        ({"labels": np.zeros(3, int)}, "Labels have shape"),
        ({"labels": np.array([0, 2])}, "must be 0"),
        ({"qualities": (0,)}, "from 1 to 100"),
        ({"qualities": (75, 101)}, "from 1 to 100"),
        ({"qualities": (75.5,)}, "whole number"),
        ({"qualities": (True,)}, "whole number"),
    ],
)
def test_what_is_outside_the_contract_is_refused(
    brightness: Classifier, changed: dict[str, Any], reason: str
) -> None:
    asked = {"originals": grey(1, 2), "labels": np.array([0, 1]), "adversarial": grey(3, 4)}
    with pytest.raises(AttackError, match=reason):
        measure_survival(brightness, **(asked | changed))

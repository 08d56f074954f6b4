"""Sweeps, smallest epsilons, curves and matrices agree with single attacks and closed forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import linear_model, wrapped

from facemask_core import Classifier, attacks, epsilons, robustness, runs
from facemask_core.attacks import Attack
from facemask_core.attacks.pgd import PGD
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.errors import AttackError, DatasetError
from facemask_core.evaluation import verdicts
from facemask_core.pictures import images

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]
Levels = NDArray[np.uint8]
Prepare = Callable[[Levels], Levels]


def _counting(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, int]]:
    """Lists every program that is run and on how many images."""
    runs: list[tuple[object, int]] = []
    run = classifier.run

    def counted(key: object, program: Any, *arrays: Any, **more: Any) -> Any:
        runs.append((key, len(arrays[0])))
        return run(key, program, *arrays, **more)

    monkeypatch.setattr(classifier, "run", counted)
    return runs


def _smallest_levels(linear: Linear, levels: Levels, labels: NDArray[np.int64]) -> list[float]:
    """|margin| / ||w||_1 rounded up to the grid; 0 where the model is wrong."""
    _, weights, bias = linear
    difference = (weights[:, 1] - weights[:, 0]).astype(np.float64)
    margin = levels.reshape(len(levels), -1) / 255 @ difference + float(bias[1] - bias[0])
    nearest = np.ceil(255 * np.abs(margin) / np.abs(difference).sum())
    return np.where((margin > 0) == (labels == 1), nearest, 0.0).tolist()


@pytest.mark.parametrize("name", ["fgsm", "pgd", "noise"])
@pytest.mark.backend(quick=True)
def test_every_value_of_a_sweep_is_one_the_model_gave_to_the_image_shown(
    curved: Classifier, levels: Levels, name: str
) -> None:
    label = int(curved.predict(images.to_float(levels[:1])).argmax())
    attack = attacks.make(name)
    sweep = robustness.sweep_epsilons(curved, levels[0], label, attack, notches=range(9))
    assert sweep.adversarial.dtype == np.uint8
    distance = np.abs(sweep.adversarial.astype(int) - levels[0]).max(axis=(1, 2, 3))
    assert (distance <= np.arange(9)).all()
    np.testing.assert_array_equal(sweep.adversarial[0], levels[0])
    np.testing.assert_allclose(
        sweep.logits, curved.predict(images.to_float(sweep.adversarial)), atol=1e-5
    )
    assert (sweep.confidence[sweep.fooled] <= 0.5).all()
    if sweep.fooled.any():
        assert sweep.smallest_fooling_notch == np.flatnonzero(sweep.fooled)[0]
    else:
        assert sweep.smallest_fooling_notch is None


@pytest.mark.backend
def test_fgsm_needs_one_gradient_and_one_batch_for_the_whole_slider(
    curved: Classifier, levels: Levels, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = _counting(curved, monkeypatch)
    sweep = robustness.sweep_epsilons(curved, levels[0], 0, attacks.make("fgsm"))
    assert [count for _, count in runs] == [1, 33]
    assert sweep.gradient_calls == 1
    for level in (1, 7, 32):
        alone = attacks.make("fgsm")(
            curved, images.to_float(levels[:1]), np.array([0]), epsilon=level / 255
        )
        np.testing.assert_allclose(sweep.logits[level], alone.logits[0], atol=1e-5)
        shown = images.to_uint8_within(alone.images[0], levels[0], level / 255)
        np.testing.assert_array_equal(sweep.adversarial[level], shown)


def test_pgds_sweep_states_how_it_was_made(curved: Classifier, levels: Levels) -> None:
    sweep = robustness.sweep_epsilons(curved, levels[0], 0, attacks.make("pgd"), notches=range(3))
    assert sweep.gradient_calls == 40
    assert "a few epsilons" in sweep.threat_model["sweep"]


@pytest.mark.parametrize("label", [0, 1])
def test_a_sweep_towards_the_true_class_is_refused(
    curved: Classifier, levels: Levels, label: int
) -> None:
    attack = attacks.make("fgsm", target=label)
    with pytest.raises(AttackError, match="target the other class"):
        robustness.sweep_epsilons(curved, levels[0], label, attack)
    aimed = robustness.sweep_epsilons(curved, levels[0], 1 - label, attack, notches=range(3))
    assert aimed.threat_model["target"] == label


def test_a_sweep_refuses_epsilons_that_fall(curved: Classifier, levels: Levels) -> None:
    with pytest.raises(AttackError):
        robustness.sweep_epsilons(curved, levels[0], 0, attacks.make("fgsm"), notches=[3, 1])


@pytest.mark.parametrize("name", ["fgsm", "bim", "pgd", "noise"])
@pytest.mark.backend
def test_a_sweep_in_l2_judges_what_it_shows_and_says_how_far_that_is(
    curved: Classifier, levels: Levels, name: str
) -> None:
    attack, chosen = attacks.make(name, norm="l2"), [0, 1, 2, 8]
    sweep = robustness.sweep_epsilons(curved, levels[0], 0, attack, notches=chosen)
    assert sweep.grid is epsilons.L2
    assert sweep.threat_model["norm"] == "l2"
    assert sweep.threat_model["epsilon"] == 2.0
    np.testing.assert_array_equal(sweep.adversarial[0], levels[0])
    shown = images.to_float(sweep.adversarial)
    np.testing.assert_allclose(sweep.logits, curved.predict(shown), atol=1e-5)
    reached = sweep.lengths(levels[0])
    expected = np.linalg.norm(shown - images.to_float(levels[:1]), axis=None)
    assert np.sqrt((reached**2).sum()) == pytest.approx(expected, abs=1e-5)
    half = np.sqrt(levels[0].size) * 0.5 / 255  # the most that rounding adds
    assert (reached <= np.array([0.0, 0.25, 0.5, 2.0]) + half + 1e-6).all()


@pytest.mark.parametrize("name", ["fgsm", "bim", "mim"])
@pytest.mark.backend
def test_a_notch_in_l2_is_the_attack_alone(curved: Classifier, levels: Levels, name: str) -> None:
    attack = attacks.make(name, norm="l2")
    label = int(curved.predict(images.to_float(levels[:1])).argmax())
    sweep = robustness.sweep_epsilons(curved, levels[0], label, attack, notches=[2, 6])
    for row, epsilon in enumerate((0.5, 1.5)):
        alone = verdicts.attack_face(curved, levels[0], attack, epsilon=epsilon, label=label)
        np.testing.assert_allclose(sweep.probabilities[row], alone.after.probabilities, atol=1e-4)
        assert sweep.lengths(levels[0])[row] == pytest.approx(alone.l2, abs=0.01)


@pytest.mark.parametrize(
    "attack",
    [
        attacks.make("fgsm"),
        attacks.make("bim", steps=3),
        attacks.make("pgd", steps=40, random_start=False),
    ],
    ids=lambda attack: attack.name,
)
@pytest.mark.backend(quick=True)
def test_the_smallest_level_is_the_closed_forms(
    linear: Linear, levels: Levels, attack: Attack
) -> None:
    labels = np.arange(12) % 2
    smallest = robustness.find_smallest_epsilon(linear[0], images.to_float(levels), labels, attack)
    expected = _smallest_levels(linear, levels, labels)
    assert smallest.levels.tolist() == expected
    assert 0.0 in expected
    assert smallest.median == sorted(expected)[5]


@pytest.mark.backend
def test_the_exact_scan_finds_a_level_that_a_larger_one_would_miss() -> None:
    """FGSM may fool at 3/255 and not at 4/255: only trying every level finds the smallest."""
    from facemask_core.backend import keras

    pixels = keras.Input((8, 8, 3))
    total = 255.0 * keras.ops.mean(pixels, axis=(1, 2, 3))[:, None]
    window = 0.6 - keras.ops.abs(total - 103.0)  # above 0 only at 103
    slope = 0.001 * total - 1.0
    score = keras.ops.maximum(window, slope)
    classifier = wrapped(
        keras.Model(pixels, keras.ops.concatenate([keras.ops.zeros_like(score), score], axis=1))
    )
    start = images.to_float(np.full((1, 8, 8, 3), 100, np.uint8))
    found = robustness.find_smallest_epsilon(classifier, start, np.array([0]), attacks.make("fgsm"))
    assert found.levels.tolist() == [3.0]
    assert classifier.predict(start + 4 / 255).argmax() == 0


def test_what_never_falls_is_infinite(linear: Linear, levels: Levels) -> None:
    _, weights, bias = linear
    firm = wrapped(linear_model(weights * 0.01, bias + np.array([0.0, 500.0], np.float32)))
    labels = np.ones(12, np.int64)
    for name in ("fgsm", "bim"):
        smallest = robustness.find_smallest_epsilon(
            firm, images.to_float(levels), labels, attacks.make(name), largest=9
        )
        assert np.isinf(smallest.levels).all()
        assert np.isinf(smallest.median)
        stated = smallest.as_dict()
        assert stated["standing"] == 12
        assert stated["median_level"] is None
        json.dumps(stated, allow_nan=False)


def test_the_smallest_levels_of_a_dataset(
    linear: Linear, levels: Levels, pictures: Dataset, small: Prepare
) -> None:
    smallest = robustness.find_smallest_epsilons(
        linear[0], pictures, attacks.make("fgsm"), prepare=small
    )
    # The dataset lists its classes by folder name: with_mask, the second half, comes first.
    order = np.array(
        [
            int(Path(sample.path).stem)
            for sample in pictures.samples
            if Path(sample.path).stem != "broken"
        ]
    )
    labels = np.array(
        [sample.label for sample in pictures.samples if Path(sample.path).stem != "broken"]
    )
    assert smallest.levels.tolist() == _smallest_levels(linear, levels[order], labels)
    assert [entry.path for entry in smallest.skipped] == ["with_mask/broken.png"]


@pytest.mark.parametrize("name", ["fgsm", "pgd"])
def test_a_stored_search_is_read_again_not_made_again(
    curved: Classifier,
    pictures: Dataset,
    small: Prepare,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    # The store takes no preparation but the lab's own.
    small.__module__, small.__qualname__ = "facemask_core.tests", "small"
    attack, recalled = attacks.make(name), list[tuple[int, int]]()
    alone = robustness.find_smallest_epsilons(curved, pictures, attack, prepare=small)
    with runs.Store(tmp_path) as store:

        def asked() -> robustness.SmallestEpsilons:
            return robustness.find_smallest_epsilons(
                curved,
                pictures,
                attack,
                prepare=small,
                store=store,
                recalled=lambda *counts: recalled.append(counts),
            )

        first = asked()
        counts = _counting(curved, monkeypatch)
        again = asked()
    assert not counts
    assert recalled == [(13, 13)]
    for found in (first, again):
        assert found.as_dict() == alone.as_dict()
        assert found.paths == alone.paths
        np.testing.assert_array_equal(found.dead, alone.dead)


def test_the_curve_of_smallest_levels_begins_with_the_clean_accuracy(
    curved: Classifier, pictures: Dataset, small: Prepare
) -> None:
    found = robustness.find_smallest_epsilons(
        curved, pictures, attacks.make("fgsm"), largest=8, prepare=small
    )
    curve = robustness.measure_robustness_curve(
        curved,
        pictures,
        attacks.make("fgsm"),
        [level / 255 for level in range(1, 9)],
        prepare=small,
    )
    assert found.robust_accuracy.tolist() == [curve.clean_accuracy, *curve.robust_accuracy]
    for accuracy, between in zip(found.robust_accuracy, found.intervals, strict=True):
        assert between is not None
        assert between.low <= accuracy <= between.high


@pytest.mark.parametrize("chosen", [{"largest": 0}, {"largest": 256}])
def test_a_senseless_largest_level_is_refused(
    curved: Classifier, levels: Levels, chosen: dict
) -> None:
    with pytest.raises(AttackError, match="level"):
        robustness.find_smallest_epsilon(
            curved, images.to_float(levels), np.zeros(12, np.int64), attacks.make("fgsm"), **chosen
        )


@pytest.mark.parametrize(
    "attack", [attacks.make("fgsm", norm="l2"), attacks.make("pgd", target=1)], ids=str
)
def test_smallest_levels_need_an_untargeted_attack_in_levels(
    curved: Classifier, levels: Levels, attack: Attack
) -> None:
    with pytest.raises(AttackError):
        robustness.find_smallest_epsilon(
            curved, images.to_float(levels), np.zeros(12, np.int64), attack
        )


@pytest.mark.parametrize("transferred", [False, True])
def test_the_smallest_levels_are_stated_as_they_were_searched_for(
    curved: Classifier,
    pictures: Dataset,
    small: Prepare,
    monkeypatch: pytest.MonkeyPatch,
    transferred: bool,
) -> None:
    """PGD leaves alone what has fallen, but not on another model, where falling proves nothing."""
    made: list[PGD] = []
    whole = PGD._attack

    def noted(self: PGD, *arguments: Any) -> Any:
        made.append(self)
        return whole(self, *arguments)

    monkeypatch.setattr(PGD, "_attack", noted)
    attack: Attack = attacks.make("pgd", steps=3)
    if transferred:
        attack = attacks.make("transfer", source=curved, attack=attack)
    found = robustness.find_smallest_epsilons(curved, pictures, attack, largest=8, prepare=small)
    batch = next(datasets.stream(pictures, 32, small))
    alone = robustness.find_smallest_epsilon(
        curved, images.to_float(batch.images), batch.labels, attack, largest=8
    )
    assert {each.stop_early for each in made} == {not transferred}
    for answer in (found, alone):
        assert answer.threat_model["stop_early"] is not transferred
        assert answer.threat_model["epsilon"] == 8 / 255
    np.testing.assert_array_equal(found.levels, alone.levels)


@pytest.mark.parametrize("name", ["fgsm", "bim", "pgd", "noise"])
@pytest.mark.backend
def test_a_curve_counts_what_single_attacks_leave_standing(
    curved: Classifier, pictures: Dataset, small: Prepare, name: str
) -> None:
    epsilons = [0.0, 2 / 255, 8 / 255, 32 / 255]
    attack = attacks.make(name)
    curve = robustness.measure_robustness_curve(curved, pictures, attack, epsilons, prepare=small)
    batch = next(datasets.stream(pictures, 32, small))
    pixels = images.to_float(batch.images)
    standing = curved.predict(pixels).argmax(axis=1) == batch.labels
    assert curve.clean_accuracy == standing.mean()
    for index, epsilon in enumerate(epsilons):
        standing &= ~attack(curved, pixels, batch.labels, epsilon=epsilon).success
        assert curve.robust_accuracy[index] == pytest.approx(standing.mean())
    assert (np.diff(curve.robust_accuracy) <= 0).all()
    np.testing.assert_allclose(curve.success_rate, 1 - curve.robust_accuracy / curve.clean_accuracy)
    stated = json.loads(json.dumps(curve.as_dict(), allow_nan=False))
    assert [point["threat_model"]["epsilon"] for point in stated["points"]] == epsilons
    assert stated["images"] == 12
    assert stated["skipped"][0]["path"] == "with_mask/broken.png"


def test_a_curve_leaves_the_fallen_alone(
    curved: Classifier, pictures: Dataset, small: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    curve = robustness.measure_robustness_curve(
        curved, pictures, attacks.make("fgsm"), [0.02, 0.05, 0.2], prepare=small
    )
    runs = _counting(curved, monkeypatch)
    again = robustness.measure_robustness_curve(
        curved, pictures, attacks.make("fgsm"), [0.02, 0.05, 0.2], prepare=small
    )
    attacked = [count for key, count in runs if key != "logits" and count]
    standing = [curve.clean_accuracy, *curve.robust_accuracy[:-1]]
    assert attacked == [round(12 * share) for share in standing if share]
    assert attacked[0] < 12, "what was wrong before is not attacked"
    np.testing.assert_array_equal(again.fell_at, curve.fell_at)


@pytest.mark.parametrize("epsilons", [[], [0.2, 0.1], [0.1, 0.1], [-0.1], [float("nan")], [2.0]])
def test_a_curve_refuses_epsilons_that_do_not_rise(
    curved: Classifier, pictures: Dataset, epsilons: list[float]
) -> None:
    with pytest.raises(AttackError, match="psilon"):
        robustness.measure_robustness_curve(curved, pictures, attacks.make("fgsm"), epsilons)


def test_a_curve_needs_an_untargeted_attack(curved: Classifier, pictures: Dataset) -> None:
    with pytest.raises(AttackError, match="untargeted"):
        robustness.measure_robustness_curve(curved, pictures, attacks.make("fgsm", target=1), [0.1])


@pytest.mark.parametrize("name", ["fgsm", "bim", "pgd"])
@pytest.mark.backend
def test_dead_gradients_are_counted_by_every_search(
    curved: Classifier, pictures: Dataset, small: Prepare, name: str
) -> None:
    """A constant model, right on one class only, has none to give; a curved one has."""
    dead = wrapped(linear_model(np.zeros((192, 2), np.float32), np.array([1.0, 0.0], np.float32)))
    attack = attacks.make(name)
    epsilons = [2 / 255, 8 / 255]
    for classifier, right, everyone in ((dead, 6, 12), (curved, 0, 0)):
        curve = robustness.measure_robustness_curve(
            classifier, pictures, attack, epsilons, prepare=small
        )
        smallest = robustness.find_smallest_epsilons(classifier, pictures, attack, prepare=small)
        for found in (curve, smallest):
            assert found.dead_gradients == found.as_dict()["dead_gradients"] == right
        models = (classifier, curved)
        matrix = robustness.measure_transfer(models, pictures, attack, epsilon=0.05, prepare=small)
        assert matrix.as_dict()["dead_gradients"] == matrix.dead_gradients.tolist() == [everyone, 0]


@pytest.mark.backend
def test_the_matrix_has_the_white_box_on_its_diagonal(
    curved: Classifier, linear: Linear, pictures: Dataset, small: Prepare
) -> None:
    models, attack = (curved, linear[0]), attacks.make("fgsm")
    matrix = robustness.measure_transfer(models, pictures, attack, epsilon=0.05, prepare=small)
    batch = next(datasets.stream(pictures, 32, small))
    pixels = images.to_float(batch.images)
    for source, maker in enumerate(models):
        made = attack(maker, pixels, batch.labels, epsilon=0.05)
        for target, judge in enumerate(models):
            clean = judge.predict(pixels).argmax(axis=1) == batch.labels
            after = judge.predict(made.images).argmax(axis=1) == batch.labels
            assert matrix.robust_accuracy[source, target] == (clean & after).mean()
            assert matrix.success_rate[source, target] == (clean & ~after).sum() / clean.sum()
            assert matrix.clean_accuracy[target] == clean.mean()
    stated = json.loads(json.dumps(matrix.as_dict(), allow_nan=False))
    assert stated["models"] == ["test", "test"]
    assert stated["threat_model"]["epsilon"] == 0.05


def test_a_matrix_needs_models_and_an_untargeted_attack(
    curved: Classifier, pictures: Dataset
) -> None:
    with pytest.raises(AttackError, match="at least one"):
        robustness.measure_transfer([], pictures, attacks.make("fgsm"), epsilon=0.1)
    with pytest.raises(AttackError, match="untargeted"):
        robustness.measure_transfer([curved], pictures, attacks.make("fgsm", target=1), epsilon=0.1)


def test_a_dataset_without_a_picture_is_an_error_not_an_empty_answer(
    curved: Classifier, tmp_path: Path
) -> None:
    for folder in ("with_mask", "without_mask"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.png").write_bytes(b"no picture")
    dataset = datasets.open_dataset(tmp_path)
    with pytest.raises(DatasetError, match="None of the 2 files"):
        robustness.find_smallest_epsilons(curved, dataset, attacks.make("fgsm"))
    with pytest.raises(DatasetError, match="None of the 2 files"):
        robustness.measure_robustness_curve(curved, dataset, attacks.make("fgsm"), [0.1])
    with pytest.raises(DatasetError, match="None of the 2 files"):
        robustness.measure_transfer([curved], dataset, attacks.make("fgsm"), epsilon=0.1)


def test_progress_reaches_the_number_of_files(
    curved: Classifier, pictures: Dataset, small: Prepare
) -> None:
    counts: list[tuple[int, int]] = []
    robustness.find_smallest_epsilons(
        curved,
        pictures,
        attacks.make("fgsm"),
        prepare=small,
        progress=lambda done, total: counts.append((done, total)),
    )
    assert counts[-1] == (13, 13)


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.backend
def test_the_control_group_is_the_sweep_with_noise_judged_once(
    curved: Classifier, levels: Levels, monkeypatch: pytest.MonkeyPatch, norm: str
) -> None:
    attack, chosen = attacks.make("noise", norm=norm), [0, 3, 8]
    swept = robustness.sweep_epsilons(curved, levels[0], 1, attack, notches=chosen, seed=2)
    runs = _counting(curved, monkeypatch)
    found = robustness.measure_noise_control(curved, levels[0], swept.grid, chosen, seed=2)
    np.testing.assert_allclose(found, swept.probabilities, atol=1e-5)
    assert [count for _, count in runs] == [3]

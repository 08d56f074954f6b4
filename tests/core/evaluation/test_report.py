"""Figures follow from the predictions, and a dataset's evaluation from its images."""

from __future__ import annotations

import io
import json
import os
import struct
import time
import zlib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import needs
import numpy as np
import pytest
import stored_runs
from PIL import Image
from small_models import linear_model, wrapped

from facemask_core import Classifier, attacks, backend, evaluation, runs
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.data.provenance import Origin
from facemask_core.engines.context import RunContext, RunOptions
from facemask_core.errors import AttackError, DatasetError
from facemask_core.evaluation import calibration, confidence_intervals
from facemask_core.evaluation.mcnemar import Comparison
from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation
from facemask_core.models.classifier import probabilities
from facemask_core.pictures import images
from facemask_core.pictures.images import resize, to_float
from facemask_core.runs import task
from facemask_core.runs.timing import Speed


def _predictions(labels: list[int], predicted: list[int]) -> Predictions:
    logits = np.eye(2, dtype=np.float32)[predicted] * 2.0
    return Predictions(np.array(labels), logits)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    rng = np.random.default_rng(0)
    for folder, count in (("with_mask", 3), ("no mask", 6)):
        (tmp_path / folder).mkdir()
        for number in range(count):
            pixels = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{number}.png")
    (tmp_path / "with_mask" / "broken.jpg").write_bytes(b"no picture")
    return datasets.open_dataset(tmp_path)


def test_the_papers_confusion_matrix_gives_the_papers_accuracy() -> None:
    """Fig. 12: 1211 836 / 911 1112 is an accuracy of 0.571."""
    labels = [0] * 2047 + [1] * 2023
    predicted = [0] * 1211 + [1] * 836 + [0] * 911 + [1] * 1112
    predictions = _predictions(labels, predicted)
    assert predictions.confusion.tolist() == [[1211, 836], [911, 1112]]
    assert predictions.accuracy == pytest.approx(0.571, abs=5e-4)
    report = predictions.report()
    assert report["without_mask"]["precision"] == pytest.approx(0.57, abs=5e-3)
    assert report["without_mask"]["recall"] == pytest.approx(0.59, abs=5e-3)
    assert report["with_mask"]["support"] == 2023
    assert "0.5708" in predictions.report_text()


def test_balanced_accuracy_does_not_reward_the_larger_class() -> None:
    predictions = _predictions([0] * 90 + [1] * 10, [0] * 100)
    assert predictions.accuracy == pytest.approx(0.9)
    assert predictions.balanced_accuracy == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("labels", "missing"), [([0, 1], []), ([1, 1], ["without_mask"]), ([0], ["with_mask"])]
)
def test_a_class_without_an_image_is_named(labels: list[int], missing: list[str]) -> None:
    paths = tuple(map(str, range(len(labels))))
    clean = _predictions(labels, labels)
    result = replace(_attacked(), paths=paths, clean=clean, adversarial=None)
    assert result.as_dict()["missing_classes"] == missing


def _attacked(**more: Any) -> Evaluation:
    """Of four images one was wrong before; two of the other three fall, one is set right."""
    labels = [0, 0, 1, 1]
    return Evaluation(
        model="m",
        model_sha256="",
        data_sha256="",
        threat_model={},
        paths=("a", "b", "c", "d"),
        skipped=(),
        clean=_predictions(labels, [0, 0, 1, 0]),
        adversarial=_predictions(labels, [1, 0, 0, 1]),
        linf=np.zeros(4),
        l2=np.zeros(4),
        dead_gradients=0,
        seconds=1.0,
        speed=Speed(1.0, 2.0, "a device", 32, first_batch_included=False),
        **more,
    )


def test_unsure_answers_have_their_own_count_and_change_no_other() -> None:
    shares = [0.9, 0.6, 0.55, 0.4]  # in the class of each; the last image is wrong
    logits = np.array([[0.0, np.log(share / (1 - share))] for share in shares], np.float32)
    logits[:2] = logits[:2, ::-1]
    plain = _attacked()
    clean = Predictions(plain.clean.labels, logits)
    before = replace(plain, clean=clean).as_dict()
    assert "unsure" not in before["clean"] | before["classes"]["with_mask"] | before["intervals"]
    report = replace(
        plain,
        clean=replace(clean, unsure_below=0.61),
        adversarial=replace(plain.adversarial, unsure_below=0.61),
    )
    row = report.as_dict()
    assert row["unsure_below"] == 0.61
    assert (row["clean"].pop("unsure"), row["clean"].pop("unsure_right")) == (3, 2)
    assert (row["adversarial"].pop("unsure"), row["adversarial"].pop("unsure_right")) == (0, 0)
    classes = [part for kind in ("classes", "masks") for part in row[kind].values()]
    counts = [(part.pop("unsure"), part.pop("unsure_attacked")) for part in classes]
    assert counts == [(1, 0), (2, 0)]
    expected = confidence_intervals.bound_proportion(np.array([False, True, True, True]))
    assert row["intervals"].pop("unsure") == expected.as_dict()
    row["intervals"].pop("unsure_attacked")
    assert row | {"unsure_below": None} == before, "every other figure is as it was"
    of_cards = [replace(it, adversarial=None).card_figures() for it in (report, plain)]
    assert of_cards[0].keys() == of_cards[1].keys()
    assert of_cards[0]["classes"] == of_cards[1]["classes"]
    never = replace(plain, clean=replace(clean, unsure_below=0.0), adversarial=None)
    assert never.as_dict()["clean"]["unsure"] == 0
    assert never.unsure_shares == {}


def test_robust_accuracy_and_success_rate_are_kept_apart() -> None:
    result = _attacked()
    assert result.clean.accuracy == 0.75
    assert result.adversarial is not None
    assert result.adversarial.accuracy == 0.5
    assert result.robust_accuracy == 0.25  # the one put right by the attack was wrong before
    assert result.success_rate == pytest.approx(2 / 3)
    confident, other = 1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))
    drops = [confident - other, 0.0, confident - other, other - confident]
    assert result.mean_confidence_drop == pytest.approx(np.mean(drops))


@pytest.mark.parametrize(("target", "rate"), [(1, 1 / 2), (0, 1.0)])
def test_images_of_the_targets_own_class_do_not_count(target: int, rate: float) -> None:
    """Nothing can be attacked towards where it is already."""
    result = replace(_attacked(), threat_model={"target": target})
    assert result.success_rate == pytest.approx(rate)


def test_without_an_image_to_attack_there_is_no_success_rate() -> None:
    wrong = replace(_attacked(), clean=_predictions([0, 0, 1, 1], [0, 0, 0, 0]))
    assert replace(wrong, threat_model={"target": 0}).success_rate is None
    assert replace(wrong, threat_model={"target": None}).success_rate == pytest.approx(1 / 2)


def test_an_evaluation_is_what_its_images_give(shipped: Classifier, dataset: Dataset) -> None:
    attack = attacks.make("fgsm")
    calls: list[tuple[int, int]] = []
    result = evaluation.evaluate(
        shipped,
        dataset,
        attack=attack,
        epsilon=8 / 255,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert len(result.paths) == 9
    assert [entry.path for entry in result.skipped] == ["with_mask/broken.jpg"]
    assert calls[-1] == (10, 10)
    batch = next(datasets.stream(dataset, 32))
    pixels = to_float(batch.images)
    np.testing.assert_allclose(result.clean.logits, shipped.predict(pixels), atol=1e-4)
    found = attack(shipped, pixels, batch.labels, epsilon=8 / 255)
    assert result.adversarial is not None
    np.testing.assert_allclose(result.adversarial.logits, found.logits, atol=1e-3)
    assert result.linf is not None
    np.testing.assert_allclose(result.linf, 8 / 255, atol=1e-6)


def test_the_json_carries_all_that_was_promised(shipped: Classifier, dataset: Dataset) -> None:
    result = evaluation.evaluate(
        shipped, dataset, attack=attacks.make("pgd", steps=2), epsilon=2 / 255, seed=4
    )
    record = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert record["model"] == "mobilenetv3"
    assert record["model_sha256"] == shipped.card.weights_sha256
    assert record["data_sha256"] == datasets.fingerprint(dataset)
    assert record["threat_model"]["steps"] == 2
    assert record["threat_model"]["seed"] == 4
    assert record["images"] == 9
    assert record["skipped"][0]["path"] == "with_mask/broken.jpg"
    for part in ("clean", "adversarial"):
        assert {"accuracy", "balanced_accuracy", "confusion_matrix", "report"} <= record[
            part
        ].keys()
        assert np.sum(record[part]["confusion_matrix"]) == 9


def test_a_clean_run_has_no_attack(shipped: Classifier, dataset: Dataset) -> None:
    result = evaluation.evaluate(shipped, dataset)
    assert result.adversarial is None
    assert result.threat_model is None
    assert result.success_rate is None
    assert result.as_dict()["adversarial"] is None
    assert result.rounded_away == result.unmoved == 0


def test_the_fields_of_the_context_may_be_given_as_keywords(
    shipped: Classifier, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The README promises ``store=store``."""
    assert set(RunOptions.__annotations__) == {field.name for field in fields(RunContext)}
    counts: list[tuple[int, int]] = []
    with runs.Store(tmp_path_factory.mktemp("home")) as store:
        first = evaluation.evaluate(shipped, dataset, store=store)
        context = RunContext(store=store, recalled=lambda *count: counts.append(count))
        again = evaluation.evaluate(shipped, dataset, context=context)
    assert counts == [(10, 10)]
    assert again.as_dict() == first.as_dict()


def test_a_stored_report_says_which_attack_felled_each_image(
    dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    judge, attack = stored_runs.judge(), attacks.make("ensemble", steps=2, queries=5)
    with runs.Store(tmp_path_factory.mktemp("home")) as store:
        made, read = (
            stored_runs.evaluate_noise(judge, dataset, store, attack=attack, epsilon=0.04)
            for _ in range(2)
        )
    assert made.felled_by is not None
    assert made.robust is not None
    np.testing.assert_array_equal(made.felled_by == "", made.robust)
    np.testing.assert_array_equal(made.felled_by == "wrong before", ~made.clean.right)
    np.testing.assert_array_equal(read.felled_by, made.felled_by)
    counts = made.as_dict()["felled_by"]
    assert sum(counts.values()) == (made.clean.right & ~made.robust).sum() > 0


@pytest.mark.backend
def test_images_pass_through_the_given_preparation(shipped: Classifier, dataset: Dataset) -> None:
    seen: list[tuple[int, ...]] = []

    def grey(image: np.ndarray) -> np.ndarray:
        seen.append(image.shape)
        return np.full_like(resize(image), 128)

    result = evaluation.evaluate(shipped, dataset, prepare=grey)
    assert seen == [(40, 50, 3)] * 9
    np.testing.assert_allclose(np.ptp(result.clean.logits, axis=0), 0, atol=1e-5)


def test_a_dataset_of_rubbish_is_refused_with_the_reason(
    shipped: Classifier, tmp_path: Path
) -> None:
    for folder in ("with_mask", "without_mask"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpg").write_bytes(b"rubbish")
    with pytest.raises(DatasetError, match="None of the 2 files"):
        evaluation.evaluate(shipped, datasets.open_dataset(tmp_path))


def test_a_senseless_epsilon_is_refused_before_any_work(
    shipped: Classifier, dataset: Dataset
) -> None:
    def never(done: int, total: int) -> None:
        raise AssertionError(done, total)

    with pytest.raises(AttackError):
        evaluation.evaluate(
            shipped, dataset, attack=attacks.make("fgsm"), epsilon=2.0, progress=never
        )


# Intervals and comparisons


def test_every_figure_lies_in_its_interval() -> None:
    result = _attacked()
    record = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    figures = record | {key: record["clean"][key] for key in ("accuracy", "balanced_accuracy")}
    assert list(record["intervals"]) == [
        "accuracy",
        "balanced_accuracy",
        "robust_accuracy",
        "success_rate",
        "mean_confidence_drop",
    ]
    for name, found in record["intervals"].items():
        assert found["low"] < figures[name] < found["high"], name
        assert found["level"] == 0.95


def test_the_success_rates_interval_is_about_the_images_that_count() -> None:
    """One of the two images of the class that a target can be sought from falls."""
    found = replace(_attacked(), threat_model={"target": 1}).intervals["success_rate"]
    assert found == confidence_intervals.bound_proportion(np.array([True, False]))
    wrong = replace(_attacked(), clean=_predictions([0, 0, 1, 1], [1, 1, 0, 0]))
    assert wrong.intervals["success_rate"] is None


def test_a_clean_run_has_intervals_of_its_own_figures_only() -> None:
    clean = replace(_attacked(), adversarial=None, threat_model=None)
    assert list(clean.intervals) == ["accuracy", "balanced_accuracy"]


def test_two_models_are_compared_before_and_after_the_attack() -> None:
    first = _attacked()
    second = replace(first, clean=_predictions([0, 0, 1, 1], [1, 0, 1, 1]))
    found = evaluation.compare(first, second)
    assert found["accuracy"] == Comparison(only_first=1, only_second=1, p_value=1.0)
    assert found["robust_accuracy"] == Comparison(only_first=0, only_second=1, p_value=1.0)
    clean = replace(first, adversarial=None, threat_model=None)
    assert list(evaluation.compare(clean, clean)) == ["accuracy"]


@pytest.mark.parametrize(
    "other", [{"data_sha256": "x"}, {"paths": tuple("abdc")}, {"threat_model": {"epsilon": 1}}]
)
def test_models_are_compared_on_the_same_question_only(other: dict[str, Any]) -> None:
    with pytest.raises(DatasetError, match="the same"):
        evaluation.compare(_attacked(), replace(_attacked(), **other))


# Calibration, sources and speed


def test_the_json_tells_how_far_the_confidence_can_be_trusted() -> None:
    """Two of four are right, each with the confidence of logits 2 apart."""
    predictions = _predictions([0, 0, 1, 1], [0, 1, 1, 0])
    record = json.loads(json.dumps(predictions.as_dict(), allow_nan=False))["calibration"]
    confident = 1 / (1 + np.exp(-2))
    assert record.keys() == {"expected_calibration_error", "brier_score", "bins"}
    assert record["expected_calibration_error"] == pytest.approx(confident - 0.5)
    assert record["brier_score"] == pytest.approx((confident**2 + (1 - confident) ** 2) / 2)
    assert len(record["bins"]) == calibration.BINS
    (full,) = [entry for entry in record["bins"] if entry["count"]]
    assert full["count"] == 4
    assert full["lower"] < confident <= full["upper"]
    assert full["accuracy"] == 0.5
    assert full["mean_confidence"] == pytest.approx(confident)


def test_the_calibration_is_that_of_the_softmax() -> None:
    logits = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    labels = np.arange(50) % 2
    expected = calibration.measure_calibration(probabilities(logits), labels)
    assert Predictions(labels, logits).calibration == expected


def test_every_source_has_figures_of_its_own() -> None:
    origins = {"a": Origin("two"), "b": Origin("one"), "d": Origin("two")}
    record = json.loads(json.dumps(_attacked(origins=origins).as_dict(), allow_nan=False))
    assert list(record["sources"]) == ["one", "two"]
    figures = {
        name: {key: value for key, value in row.items() if not isinstance(value, dict)}
        for name, row in record["sources"].items()
    }
    assert figures["one"] == {
        "images": 1,
        "accuracy": 1.0,
        "balanced_accuracy": 1.0,
        "confusion_matrix": [[1, 0], [0, 0]],
        "robust_accuracy": 1.0,
        "balanced_robust_accuracy": 1.0,
        "success_rate": 0.0,
    }
    assert figures["two"] == {
        "images": 2,
        "accuracy": 0.5,
        "balanced_accuracy": 0.5,
        "confusion_matrix": [[1, 0], [1, 0]],
        "robust_accuracy": 0.0,
        "balanced_robust_accuracy": 0.0,
        "success_rate": 1.0,
    }


def test_a_source_of_one_class_is_measured_by_its_recall(recwarn: pytest.WarningsRecorder) -> None:
    """One in three is taken for the other class, and that class must not count."""
    predictions = _predictions([1, 1, 1], [1, 0, 1])
    assert predictions.balanced_accuracy == pytest.approx(2 / 3)
    assert predictions.confusion.tolist() == [[0, 0], [1, 2]]
    assert 0 <= predictions.calibration.brier_score <= 1
    assert [str(warning.message) for warning in recwarn] == []


def _manifest(root: Path, rows: dict[str, str]) -> None:
    lines = ["path,source", *(f"{path},{source}" for path, source in rows.items())]
    (root / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")


def test_an_evaluation_reads_the_manifest(shipped: Classifier, dataset: Dataset) -> None:
    root = Path(dataset.source.name)
    masked = {f"with_mask/{number}.png": "first" for number in range(3)}
    _manifest(root, masked | {"no mask/0.png": "second", "with_mask/broken.jpg": "second"})
    result = evaluation.evaluate(shipped, dataset)
    assert result.origins == {
        path: Origin(source) for path, source in (masked | {"no mask/0.png": "second"}).items()
    }
    record = result.as_dict()
    assert {name: row["images"] for name, row in record["sources"].items()} == {
        "first": 3,
        "second": 1,
    }
    assert all("robust_accuracy" not in row for row in record["sources"].values())
    assert record["sources_problem"] is None


def test_a_broken_manifest_costs_only_the_sources(shipped: Classifier, dataset: Dataset) -> None:
    (Path(dataset.source.name) / "manifest.csv").write_bytes(b"\xff\xfe")
    record = evaluation.evaluate(shipped, dataset).as_dict()
    assert record["sources"] == {}
    assert "not UTF-8" in record["sources_problem"]
    assert record["images"] == 9


def test_without_a_manifest_there_are_no_sources(shipped: Classifier, dataset: Dataset) -> None:
    record = evaluation.evaluate(shipped, dataset).as_dict()
    assert record["sources"] == {}
    assert record["sources_problem"] is None


def test_the_speed_is_that_of_the_model_and_the_attack_alone(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the clock moves while a picture is prepared or a batch is told of does not count."""
    weights = np.random.default_rng(0).normal(size=(192, 2)).astype(np.float32)
    fresh = wrapped(linear_model(weights, np.zeros(2, np.float32)))
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def passing(seconds: float, call: Any) -> Any:
        def called(*args: Any, **more: Any) -> Any:
            now[0] += seconds
            return call(*args, **more)

        return called

    attack = attacks.make("fgsm")
    monkeypatch.setattr(fresh, "predict", passing(0.9, fresh.predict))
    monkeypatch.setattr(type(attack), "__call__", passing(1.8, type(attack).__call__))
    for compiles in (True, False):
        result = evaluation.evaluate(
            fresh,
            dataset,
            attack=attack,
            epsilon=8 / 255,
            prepare=passing(100, lambda image: image[:8, :8]),
            progress=passing(100, lambda *_: None),
        )
        assert result.as_dict()["speed"] == {
            "forward_ms_per_image": pytest.approx(100),
            "attack_ms_per_image": pytest.approx(200),
            "device": str(backend.device()),
            "batch_size": task.BATCH_SIZE,
            "first_batch_included": compiles,
        }


def test_the_compilation_of_a_transfers_source_is_told(
    dataset: Dataset, linear: tuple[Classifier, Any, Any]
) -> None:
    weights = np.random.default_rng(0).normal(size=(192, 2)).astype(np.float32)
    source = wrapped(linear_model(weights, np.zeros(2, np.float32)))
    attack = attacks.make("transfer", source=source, attack=attacks.make("fgsm"))

    def told() -> bool:
        report = evaluation.evaluate(
            linear[0],
            dataset,
            attack=attack,
            epsilon=8 / 255,
            prepare=lambda image: image[:8, :8],
        )
        return bool(report.as_dict()["speed"]["first_batch_included"])

    evaluation.evaluate(linear[0], dataset, prepare=lambda image: image[:8, :8])  # the target
    assert told()
    assert not told()


def test_a_clean_run_has_no_speed_of_an_attack(shipped: Classifier, dataset: Dataset) -> None:
    report = evaluation.evaluate(shipped, dataset).as_dict()["speed"]
    assert report["attack_ms_per_image"] is None
    assert report["forward_ms_per_image"] > 0


# Dirty folders


def _moving(kind: str, **options: Any) -> bytes:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], **options)
    return buffer.getvalue()


def _still(kind: str = "PNG", seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def _bomb() -> bytes:
    """A PNG of a few bytes that claims 2.5 gigapixels."""
    size = struct.pack(">II", 50_000, 50_000)
    head = b"IHDR" + size + bytes([8, 2, 0, 0, 0])
    whole = bytearray(_still())
    whole[12:33] = head + struct.pack(">I", zlib.crc32(head))
    return bytes(whole)


GOOD = {
    "with_mask/plain.png": _still(),
    "with_mask/a png really.jpg": _still(seed=1),
    "without_mask/plain.jpg": _still("JPEG", seed=2),
    "without_mask/plain.webp": _still("WEBP", seed=3),
    "without_mask/plain.bmp": _still("BMP", seed=4),
}
BAD = {
    "with_mask/cut.jpg": (_still("JPEG")[:-200], "cut short"),
    "with_mask/cut.png": (_still()[:300], "cut short"),
    "with_mask/text.jpg": (b"this is text", "not a picture"),
    "with_mask/notes.txt": (b"notes", "not a picture"),
    "with_mask/page.html": (b"<html><img src='a.png'></html>", "not a picture"),
    "with_mask/empty.png": (b"", "empty"),
    "without_mask/bomb.png": (_bomb(), "40 megapixels"),
    "without_mask/moving.gif": (_moving("GIF"), "not a picture"),
    "without_mask/moving.jpg": (_moving("GIF"), "not a picture"),
    "without_mask/moving.webp": (_moving("WEBP"), "animated"),
    "without_mask/moving.png": (_moving("PNG", default_image=False), "animated"),
    "without_mask/tiny.png": (images.encode_png(np.zeros((8, 8, 3), np.uint8)), "8 x 8"),
}
LINKS = {
    "with_mask/linked.png": "../../outside/face.png",
    "with_mask/broken.png": "nowhere.png",
    "with_mask/loop.png": "loop.png",
    "without_mask/round": "..",
    "without_mask/folder": "../../outside",
}


@needs.pipes
def test_a_dirty_folder_costs_its_bad_files_and_no_other(tmp_path: Path) -> None:
    """A linked picture counts as one; links to folders, which may go in circles, are not walked."""
    root = tmp_path / "data"
    bad = {path: content for path, (content, _) in BAD.items()}
    for path, content in (GOOD | bad | {"../outside/face.png": _still(seed=5)}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    for path, target in LINKS.items():
        (root / path).symlink_to(target)
    os.mkfifo(root / "without_mask" / "pipe.png")

    report = evaluation.evaluate(
        stored_runs.judge(), datasets.open_dataset(root), prepare=stored_runs.small
    )

    assert sorted(report.paths) == sorted([*GOOD, "with_mask/linked.png"])
    reasons = {entry["path"]: entry["reason"] for entry in report.as_dict()["skipped"]}
    expected = {path: reason for path, (_, reason) in BAD.items()} | {
        "with_mask/broken.png": "no plain file",
        "with_mask/loop.png": "no plain file",
        "without_mask/round": "a link to one",
        "without_mask/folder": "a link to one",
        "without_mask/pipe.png": "no plain file",
    }
    assert reasons.keys() == expected.keys()
    for path, reason in expected.items():
        assert reason in reasons[path], path
        assert reasons[path].endswith("."), path

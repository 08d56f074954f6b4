"""Training learns, can be killed and resumed, and refuses what would spoil a run."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import needs
import numpy as np
import pytest
import safetensors.numpy
import tiny_backbone
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_backbone import RECIPE, RECIPES

from facemask_core import backend, evaluation, load_classifier, training
from facemask_core.data import datasets
from facemask_core.errors import (
    BackboneError,
    CheckpointError,
    DatasetError,
    DeviceError,
    TrainingError,
)
from facemask_core.models import checkpoints
from facemask_core.training import Recipe, network, recipes
from facemask_core.training.batch_statistics import BatchStatistics
from facemask_core.training.photographs import Photographs


def _stop_in_the_second_epoch(recipe: Recipe, data: Path, output: Path) -> None:
    def stop(what: str, *_: int) -> None:
        if what.startswith("epoch 2"):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        training.train(recipe, data, output, progress=stop)


def test_the_card_says_how_the_model_was_made(trained: Path, data: Path) -> None:
    card = checkpoints.read_card(trained)
    assert card.name == "unbroken"
    assert card.backbone == "tiny"
    assert card.initial_weights == "random"
    assert card.command == "as typed"
    assert [row["size"] for row in card.history] == [32, 32, 32, 32, 40, 40]
    assert card.recipe["batch_size"] == 8
    assert card.data["train"]["with_mask"] == 16
    assert card.data["train"]["skipped"] == 0
    fingerprint = datasets.fingerprint(datasets.open_dataset(data / "test"))
    assert card.data["test"]["sha256"] == fingerprint
    assert "keras" in card.versions
    assert not (trained / training.STATE_FILE).exists()


@pytest.mark.backend
def test_the_cards_figures_come_out_again(trained: Path, data: Path) -> None:
    model = load_classifier(str(trained))
    for split in ("val", "test"):
        figures = evaluation.evaluate(model, datasets.open_dataset(data / split)).card_figures()
        metrics = checkpoints.read_card(trained).metrics[split]
        for key in figures.keys() - {"speed"}:
            assert metrics[key] == figures[key], key
        assert metrics["speed"]["forward_ms_per_image"] > 0
        assert metrics["changed_by_float16"] == 0
        assert (metrics["images"], metrics["skipped"]) == (8, 0)
        assert "probe" not in metrics


@pytest.mark.slow
def test_pictures_from_elsewhere_join_the_train_split_alone(data: Path, tmp_path: Path) -> None:
    also = tmp_path / "elsewhere"
    for label in ("without_mask", "with_mask"):
        shutil.copytree(data / "test" / label, also / label)
    seen = []
    recipe = replace(RECIPE, schedule=((32, 1),))
    card = training.train(
        recipe, data, tmp_path / "run", also=also, progress=lambda what, *_: seen.append(what)
    )
    assert any("step 1/5" in what for what in seen), "32 + 8 pictures are five batches of eight"
    assert card.data["also"]["sha256"] == datasets.fingerprint(datasets.open_dataset(also))
    assert (card.data["also"]["images"], card.data["also"]["skipped"]) == (8, 0)
    assert card.data["train"]["images"] == 32
    assert sorted(card.metrics) == ["test", "val"]
    with pytest.raises(DatasetError, match="no folder"):
        training.train(recipe, data, tmp_path / "other", also=tmp_path / "missing")


@pytest.mark.slow
def test_pictures_from_elsewhere_make_another_run(data: Path, tmp_path: Path) -> None:
    _stop_in_the_second_epoch(RECIPE, data, tmp_path / "run")
    with pytest.raises(TrainingError, match="other"):
        training.train(RECIPE, data, tmp_path / "run", also=data / "test")


@needs.kills
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.backend] * (name == "plain")) for name in RECIPES],
)
@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_end(
    name: str, trained: Path, data: Path, tmp_path: Path
) -> None:
    """kill -9 amid the second epoch; then the same command again."""
    unbroken = trained if name == "plain" else tmp_path / "unbroken"
    if name != "plain":
        training.train(RECIPES[name], data, unbroken)
    output = tmp_path / "broken"
    command = [sys.executable, tiny_backbone.__file__, str(data), str(output), name]
    environment = tiny_backbone.environment()
    killed = subprocess.run([*command, "epoch 2/"], check=False, env=environment, timeout=400)
    assert killed.returncode == -signal.SIGKILL
    assert len((output / training.HISTORY_FILE).read_text().splitlines()) == 2, "amid the second"
    assert (output / training.STATE_FILE).exists()
    assert not (output / checkpoints.CARD_FILE).exists()
    subprocess.run(command, env=environment, check=True, timeout=400)

    _assert_same_history(unbroken, output)
    _assert_same_metrics(unbroken, output)
    rows = list(csv.DictReader((output / training.HISTORY_FILE).read_text().splitlines()))
    assert [float(row["loss"]) for row in rows] == [
        row["loss"] for row in checkpoints.read_card(output).history
    ]


@pytest.mark.slow
def test_a_run_under_way_can_be_told_to_stop_early(
    trained: Path, data: Path, tmp_path: Path
) -> None:
    """Its epochs are the whole schedule's first ones, so the rate has not come down yet."""
    _stop_in_the_second_epoch(RECIPE, data, tmp_path)
    card = training.train(replace(RECIPE, stop_after=2), data, tmp_path)
    assert card.recipe["stop_after"] == 2
    for expected, found in zip(_history(trained)[:2], _history(tmp_path), strict=True):
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)


def _history(folder: Path) -> list[dict]:
    rows = checkpoints.read_card(folder).history
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def _assert_same_history(first: Path, second: Path) -> None:
    for expected, found in zip(_history(first), _history(second), strict=True):
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)


def _assert_same_metrics(first: Path, second: Path) -> None:
    expected, found = (checkpoints.read_card(folder).metrics for folder in (first, second))
    assert expected.keys() == found.keys()
    for split, figures in expected.items():
        for key in ("confusion_matrix", "images", "skipped", "changed_by_float16"):
            assert found[split][key] == figures[key], key
        brier = figures["calibration"]["brier_score"]
        assert found[split]["calibration"]["brier_score"] == pytest.approx(brier, abs=1e-3)
    assert found["val"].get("probe") == pytest.approx(expected["val"].get("probe"))


def _with_damaged(data: Path, root: Path, split: str, label: str, count: int) -> Path:
    """A copy of the data in which some files of a split are no pictures."""
    shutil.copytree(data, root)
    for path in sorted((root / split / label).iterdir())[:count]:
        path.write_bytes(b"damaged")
    return root


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_a_class_no_picture_of_which_can_be_read_is_told_before_the_training(
    data: Path, tmp_path: Path, split: str
) -> None:
    copy = _with_damaged(data, tmp_path / "data", split, "with_mask", 99)
    told: list[str] = []
    with pytest.raises(TrainingError, match=f"class with_mask in the {split} split"):
        training.train(RECIPE, copy, tmp_path / "out", progress=lambda what, *_: told.append(what))
    assert told == []
    assert not (tmp_path / "out").exists()


def test_files_that_cannot_be_read_are_logged_and_counted(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = _with_damaged(data, tmp_path / "data", "train", "with_mask", 3)
    (copy / "test" / "without_mask" / "notes.txt").write_text("no picture")
    (copy / "manifest.csv").write_text("not,what\nis,needed\n")
    card = training.train(replace(RECIPE, schedule=((32, 1),)), copy, tmp_path / "out")
    # TensorFlow may have warnings of its own.
    of_train, of_test = (
        record.getMessage() for record in caplog.records if record.name == Photographs.__module__
    )
    assert of_train.startswith("The train split has 32 files, of which 3 cannot be used; the first")
    assert of_test.startswith("The test split has 9 files, of which 1 cannot be used; the first: ")
    assert "not a picture" in of_test
    assert {split: part["skipped"] for split, part in card.data.items()} == {
        "train": 3,
        "val": 0,
        "test": 1,
    }
    assert card.data["test"]["images"] == 9
    assert (card.metrics["test"]["images"], card.metrics["test"]["skipped"]) == (8, 1)
    assert card.metrics["test"]["sources_problem"]


@pytest.mark.backend
@pytest.mark.slow
def test_two_devices_train_as_one(data: Path, tmp_path: Path) -> None:
    """Keras's data parallelism on two devices that JAX makes of one processor."""
    for count in (1, 2):
        environment = tiny_backbone.environment() | {
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            "XLA_FLAGS": f"--xla_force_host_platform_device_count={count}",
        }
        command = [sys.executable, tiny_backbone.__file__, str(data), str(tmp_path / str(count))]
        subprocess.run(command, env=environment, check=True, timeout=400)
    _assert_same_history(tmp_path / "1", tmp_path / "2")


@pytest.mark.backend
def test_a_batch_two_devices_cannot_share_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "name", lambda: "jax")
    monkeypatch.setattr(backend.keras.distribution, "list_devices", lambda: ["cpu:0", "cpu:1"])
    with pytest.raises(DeviceError, match="shared by 2 devices"), backend.all_devices(3):
        pass


def test_a_finished_model_is_never_overwritten(trained: Path, data: Path) -> None:
    with pytest.raises(TrainingError, match="finished"):
        training.train(RECIPE, data, trained)


def test_a_run_with_other_settings_is_not_continued(data: Path, tmp_path: Path) -> None:
    short = replace(RECIPE, schedule=((32, 2),))
    _stop_in_the_second_epoch(short, data, tmp_path)
    assert (tmp_path / training.STATE_FILE).exists()
    with pytest.raises(TrainingError, match="other settings"):
        training.train(replace(short, seed=1), data, tmp_path)
    (tmp_path / training.STATE_FILE).write_bytes(b"damaged")
    with pytest.raises(TrainingError, match="damaged"):
        training.train(short, data, tmp_path)


@pytest.mark.backend(quick=True)
def test_training_separates_two_easy_classes(data: Path, tmp_path: Path) -> None:
    # These classes differ in brightness alone, which is what augmentation takes away.
    recipe = replace(RECIPE, schedule=((32, 12),), augment=False)
    card = training.train(recipe, data, tmp_path)
    assert card.history[-1]["loss"] < 0.75 * card.history[0]["loss"]
    assert card.history[-1]["accuracy"] > 0.9


@pytest.mark.backend
@pytest.mark.slow
def test_trained_weights_can_be_the_start_and_are_remembered(
    trained: Path, data: Path, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, init=str(trained), schedule=((32, 1),))
    card = training.train(recipe, data, tmp_path / "second")
    assert card.initial_weights == str(trained)
    before = checkpoints.read_card(trained)
    assert [entry["weights_sha256"] for entry in card.ancestors] == [before.weights_sha256]
    assert card.ancestors[0]["history"] == before.history
    assert "metrics" not in card.ancestors[0]
    third = replace(RECIPE, init=str(tmp_path / "second"), schedule=((32, 1),))
    card = training.train(third, data, tmp_path / "third")
    assert [entry["name"] for entry in card.ancestors] == ["unbroken", "second"]


def test_a_bare_weights_file_can_be_the_start(trained: Path, data: Path, tmp_path: Path) -> None:
    start = shutil.copy(trained / checkpoints.WEIGHTS_FILE, tmp_path / "start.safetensors")
    recipe = replace(RECIPE, init=str(start), schedule=((32, 1),))
    card = training.train(recipe, data, tmp_path / "out")
    assert card.initial_weights == str(start)
    assert card.ancestors == []


@pytest.mark.slow
def test_a_weights_file_beside_another_models_card_has_no_ancestors(
    trained: Path, data: Path, tmp_path: Path
) -> None:
    """As in a folder where weights were put beside a checkpoint that is there."""
    shutil.copy(trained / checkpoints.CARD_FILE, tmp_path)
    stored = safetensors.numpy.load_file(trained / checkpoints.WEIGHTS_FILE)
    foreign = {key: array + np.float16(0.125) for key, array in stored.items()}
    start = tmp_path / "other.safetensors"
    safetensors.numpy.save_file(foreign, start)
    recipe = replace(RECIPE, init=str(start), schedule=((32, 1),))
    assert training.train(recipe, data, tmp_path / "out").ancestors == []
    itself = shutil.copy(trained / checkpoints.WEIGHTS_FILE, tmp_path / "same.safetensors")
    (ancestor,) = network.ancestors(replace(recipe, init=str(itself)))
    assert ancestor["name"] == "unbroken"
    (tmp_path / checkpoints.CARD_FILE).write_text("no card")
    assert network.ancestors(replace(recipe, init=str(itself))) == []


def test_what_a_run_started_from_is_noted_at_its_start(
    trained: Path, data: Path, tmp_path: Path
) -> None:
    start = shutil.copytree(trained, tmp_path / "start")

    def remove(*_: object) -> None:
        shutil.rmtree(start, ignore_errors=True)

    recipe = replace(RECIPE, init=str(start), schedule=((32, 1),))
    card = training.train(recipe, data, tmp_path / "out", progress=remove)
    assert [entry["name"] for entry in card.ancestors] == ["unbroken"]


def test_a_start_that_does_not_exist_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot start from 'nothing'"):
        training.train(replace(RECIPE, init="nothing"), data, tmp_path)


@pytest.mark.backend
def test_frozen_layers_keep_their_weights(trained: Path, data: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, init=str(trained), stage="frozen", schedule=((32, 3),))
    card = training.train(recipe, data, tmp_path)
    assert card.recipe["stage"] == "frozen"
    before = safetensors.numpy.load_file(trained / checkpoints.WEIGHTS_FILE)
    after = safetensors.numpy.load_file(tmp_path / checkpoints.WEIGHTS_FILE)
    changed = [key for key in before if not np.array_equal(before[key], after[key])]
    assert changed == list(before)[-2:], "the head's kernel and bias, and nothing else"


def test_the_upper_stage_leaves_the_first_layers_and_every_batch_norm_as_they_are() -> None:
    recipe = recipes.make("best", "mobilenetv3", init="mobilenetv3", stage="upper")
    model = network.build(recipe, steps_per_epoch=1)
    layers = [layer for layer in model.get_layer("network").layers if layer.weights]
    trained = [bool(layer.trainable_weights) for layer in layers]
    is_norm = [layer.__class__.__name__ == "BatchNormalization" for layer in layers]
    assert not any(t for t, n in zip(trained, is_norm, strict=True) if n)
    first = trained.index(True)
    assert all(t or n for t, n in zip(trained[first:], is_norm[first:], strict=True))
    kernels = [hasattr(layer, "kernel") for layer in layers]
    assert sum(kernels[:first]) == sum(kernels) // 2


@pytest.mark.backend
@pytest.mark.slow
def test_the_papers_recipe_trains(data: Path, tmp_path: Path) -> None:
    # Plain SGD from random weights, and batch norm's averages as training leaves them, take longer.
    recipe = recipes.make("paper", "tiny", init="random", schedule=((32, 30),), batch_size=8)
    card = training.train(recipe, data, tmp_path)
    assert card.history[-1]["loss"] < card.history[0]["loss"]
    assert card.history[-1]["accuracy"] > 0.9
    assert card.history[-1]["val_balanced_accuracy"] > 0.9


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"average": 0.5, "augment": True}, 2),
        ({"average": 0.0, "augment": True}, 2),
        ({"average": 0.5, "augment": False}, 2),
        ({"average": 0.0, "augment": False}, 0),  # as in the paper's recipe
    ],
)
@pytest.mark.backend
@pytest.mark.slow
def test_statistics_are_taken_anew_where_training_gathered_others(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict, expected: int
) -> None:
    """Once after the only epoch and once for the model that stays."""
    sizes: list[int] = []
    monkeypatch.setattr(
        BatchStatistics,
        "renew",
        lambda _, batches: sizes.append(next(iter(batches))[0].shape[1]),
    )
    training.train(replace(RECIPE, schedule=((32, 1),), **change), data, tmp_path)
    assert sizes == [32, 224][:expected]


@pytest.mark.backend
@pytest.mark.slow
def test_half_precision_trains_and_is_stored_like_any_other(data: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, precision="bfloat16", schedule=((32, 6),))
    card = training.train(recipe, data, tmp_path)
    assert card.recipe["precision"] == "bfloat16"
    assert card.history[-1]["loss"] < card.history[0]["loss"]
    assert backend.keras.config.dtype_policy().name == "float32"


@pytest.mark.slow
def test_tensorboard_gets_every_epoch(data: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, schedule=((32, 2),))
    training.train(recipe, data, tmp_path / "model", tensorboard=tmp_path / "board")
    events = EventAccumulator(str(tmp_path / "board")).Reload()
    assert {"loss", "accuracy", "val_loss", "val_balanced_accuracy"} <= set(
        events.Tags()["tensors"]
    )
    assert [event.step for event in events.Tensors("loss")] == [1, 2]


@pytest.mark.slow
def test_without_tensorboard_training_says_what_to_install(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.summary", None)
    with pytest.raises(TrainingError, match="install the package tensorboard"):
        training.train(RECIPE, data, tmp_path / "model", tensorboard=tmp_path / "board")


@pytest.mark.slow
def test_progress_tells_the_share_of_the_whole_run(data: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def listen(what: str, done: int, total: int) -> None:
        if what.startswith("epoch"):
            told.append((done, total))

    recipe = replace(RECIPE, schedule=((128, 1), (256, 1)), batch_size=16)
    training.train(recipe, data, tmp_path, progress=listen)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]
    # An epoch at twice the size is four times the work.
    assert told[1][0] / told[1][1] == pytest.approx(0.2, abs=0.15)


def test_a_missing_split_or_backbone_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="alexnet"):
        training.train(replace(RECIPE, backbone="alexnet"), data, tmp_path / "a")
    with pytest.raises(DatasetError):
        training.train(RECIPE, data / "nowhere", tmp_path / "b")
    shutil.copytree(data / "train", tmp_path / "half" / "train")
    with pytest.raises(TrainingError, match="val"):
        training.train(RECIPE, tmp_path / "half", tmp_path / "c")


@pytest.mark.backend
def test_the_state_is_plain_arrays_and_json(data: Path, tmp_path: Path) -> None:
    _stop_in_the_second_epoch(replace(RECIPE, schedule=((32, 2),)), data, tmp_path)
    head = (tmp_path / training.STATE_FILE).read_bytes()
    length = int.from_bytes(head[:8], "little")
    header = json.loads(head[8 : 8 + length])
    assert json.loads(header["__metadata__"]["history"])[0]["epoch"] == 1

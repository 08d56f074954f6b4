"""Training learns, can be killed and resumed, and refuses what would spoil a run."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import tiny_backbone
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_backbone import RECIPE

from facemask_core import backend, checkpoints, datasets, evaluation, load_classifier, training
from facemask_core.errors import (
    BackboneError,
    CheckpointError,
    DatasetError,
    DeviceError,
    TrainingError,
)
from facemask_core.training import Recipe, recipes


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
    fingerprint = datasets.fingerprint(datasets.open_dataset(data / "test"))
    assert card.data["test"]["sha256"] == fingerprint
    assert "keras" in card.versions
    assert not (trained / training.STATE_FILE).exists()


def test_the_cards_figures_come_out_again(trained: Path, data: Path) -> None:
    model = load_classifier(str(trained))
    for split in ("val", "test"):
        found = evaluation.evaluate(model, datasets.open_dataset(data / split)).clean
        metrics = checkpoints.read_card(trained).metrics[split]
        assert found.as_dict().items() <= metrics.items()
        assert metrics["speed"]["forward_ms_per_image"] > 0
        assert metrics["changed_by_float16"] == 0


def test_a_killed_run_goes_on_to_the_same_end(trained: Path, data: Path, tmp_path: Path) -> None:
    """kill -9 once the first epoch is saved, wherever it is then; then the same command again."""
    output = tmp_path / "broken"
    command = [sys.executable, tiny_backbone.__file__, str(data), str(output)]
    environment = tiny_backbone.environment()
    process = subprocess.Popen(command, env=environment)
    state = output / training.STATE_FILE
    deadline = time.monotonic() + 300
    while not state.exists():
        assert process.poll() is None, "it ended before the first epoch was saved"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"
    assert not (output / checkpoints.CARD_FILE).exists()
    subprocess.run(command, env=environment, check=True, timeout=400)

    _assert_same_history(trained, output)
    rows = list(csv.DictReader((output / training.HISTORY_FILE).read_text().splitlines()))
    assert [float(row["loss"]) for row in rows] == [
        row["loss"] for row in checkpoints.read_card(output).history
    ]


def _assert_same_history(first: Path, second: Path) -> None:
    def history(folder: Path) -> list[dict]:
        rows = checkpoints.read_card(folder).history
        return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]

    for expected, found in zip(history(first), history(second), strict=True):
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)


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


def test_a_batch_two_devices_cannot_share_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "name", lambda: "jax")
    monkeypatch.setattr(backend.keras.distribution, "list_devices", lambda: ["cpu:0", "cpu:1"])
    with pytest.raises(DeviceError, match="shared by 2 devices"), backend.every_device(3):
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


def test_training_separates_two_easy_classes(data: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, schedule=((32, 12),))
    card = training.train(recipe, data, tmp_path)
    assert card.history[-1]["loss"] < 0.75 * card.history[0]["loss"]
    assert card.history[-1]["accuracy"] > 0.9


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


def test_a_start_that_does_not_exist_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot start from 'nothing'"):
        training.train(replace(RECIPE, init="nothing"), data, tmp_path)


def test_frozen_layers_keep_their_weights(trained: Path, data: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, init=str(trained), stage="frozen", schedule=((32, 3),))
    card = training.train(recipe, data, tmp_path)
    assert card.recipe["stage"] == "frozen"
    before = safetensors.numpy.load_file(trained / checkpoints.WEIGHTS_FILE)
    after = safetensors.numpy.load_file(tmp_path / checkpoints.WEIGHTS_FILE)
    changed = [key for key in before if not np.array_equal(before[key], after[key])]
    assert changed == list(before)[-2:], "the head's kernel and bias, and nothing else"


def test_the_papers_recipe_trains(data: Path, tmp_path: Path) -> None:
    recipe = recipes.make("paper", "tiny", init="random", schedule=((32, 8),), batch_size=8)
    card = training.train(recipe, data, tmp_path)
    assert card.history[-1]["loss"] < card.history[0]["loss"]
    assert card.metrics["test"]["balanced_accuracy"] > 0.9


def test_half_precision_trains_and_is_stored_like_any_other(data: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, precision="bfloat16", schedule=((32, 6),))
    card = training.train(recipe, data, tmp_path)
    assert card.recipe["precision"] == "bfloat16"
    assert card.history[-1]["loss"] < card.history[0]["loss"]
    assert backend.keras.config.dtype_policy().name == "float32"


def test_tensorboard_gets_every_epoch(data: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, schedule=((32, 2),))
    training.train(recipe, data, tmp_path / "model", tensorboard=tmp_path / "board")
    events = EventAccumulator(str(tmp_path / "board")).Reload()
    assert {"loss", "accuracy", "val_loss", "val_balanced_accuracy"} <= set(
        events.Tags()["tensors"]
    )
    assert [event.step for event in events.Tensors("loss")] == [1, 2]


def test_without_tensorboard_training_says_what_to_install(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.summary", None)
    with pytest.raises(TrainingError, match="install the package tensorboard"):
        training.train(RECIPE, data, tmp_path / "model", tensorboard=tmp_path / "board")


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
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "train").symlink_to(data / "train")
    with pytest.raises(TrainingError, match="val"):
        training.train(RECIPE, tmp_path / "half", tmp_path / "c")


def test_the_state_is_plain_arrays_and_json(data: Path, tmp_path: Path) -> None:
    _stop_in_the_second_epoch(replace(RECIPE, schedule=((32, 2),)), data, tmp_path)
    head = (tmp_path / training.STATE_FILE).read_bytes()
    length = int.from_bytes(head[:8], "little")
    header = json.loads(head[8 : 8 + length])
    assert json.loads(header["__metadata__"]["history"])[0]["epoch"] == 1

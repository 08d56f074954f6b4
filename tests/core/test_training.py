"""Training learns, can be killed and resumed, and refuses what would spoil a run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_backbone
from PIL import Image
from tiny_backbone import RECIPE

from facemask_core import backbones, checkpoints, datasets, evaluation, load_classifier, training
from facemask_core.errors import BackboneError, DatasetError, TrainingError
from facemask_core.training import Recipe


@pytest.fixture(scope="module", autouse=True)
def _tiny() -> Iterator[None]:
    """Training the real backbones takes seconds a step to trace; a tiny one shows the same."""
    tiny_backbone.register()
    yield
    del backbones._REGISTRY["tiny"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bright against dark noise: two classes anyone can tell apart."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for split, count in (("train", 16), ("val", 4), ("test", 4)):
        for label, (low, high) in (("without_mask", (0, 120)), ("with_mask", (135, 256))):
            folder = root / split / label
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(low, high, (48, 40, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
    return root


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("runs") / "unbroken"
    training.train(RECIPE, data, output, command="as typed")
    return output


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
        assert found.as_dict() == checkpoints.read_card(trained).metrics[split]


def test_a_killed_run_goes_on_to_the_same_end(trained: Path, data: Path, tmp_path: Path) -> None:
    """kill -9 once the first epoch is saved, wherever it is then; then the same command again."""
    output = tmp_path / "broken"
    command = [sys.executable, tiny_backbone.__file__, str(data), str(output)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
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

    def history(folder: Path) -> list[dict]:
        rows = checkpoints.read_card(folder).history
        return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]

    for expected, found in zip(history(trained), history(output), strict=True):
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)


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


def test_a_weights_file_can_be_the_start(trained: Path, data: Path, tmp_path: Path) -> None:
    start = trained / checkpoints.WEIGHTS_FILE
    recipe = replace(RECIPE, init=str(start), schedule=((32, 1),))
    card = training.train(recipe, data, tmp_path)
    assert card.initial_weights == str(start)


def test_the_order_of_images_differs_by_epoch_and_follows_the_seed(data: Path) -> None:
    photographs = training._Photographs(datasets.open_dataset(data / "train"))

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
    weights = training._Photographs(datasets.open_dataset(tmp_path)).class_weights()
    assert weights[0] * 6 == pytest.approx(weights[1] * 2)


@pytest.mark.parametrize(
    "change",
    [
        {"schedule": ()},
        {"schedule": ((16, 1),)},
        {"schedule": ((32, 0),)},
        {"batch_size": 1},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"label_smoothing": 1.0},
        {"dropout": -0.1},
        {"seed": -1},
    ],
)
def test_a_senseless_recipe_is_refused(change: dict) -> None:
    with pytest.raises(TrainingError):
        replace(RECIPE, **change)


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

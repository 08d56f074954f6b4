"""Stored models come back bit by bit, and nothing that does not fit its card is ever loaded."""

from __future__ import annotations

import errno
import hashlib
import json
import pickle
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from facemask_core import backbones
from facemask_core.backend import keras
from facemask_core.errors import CheckpointError
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import CARD_FILE, WEIGHTS_FILE, Card

Arrays = dict[str, NDArray[Any]]


@cache
def network() -> keras.Model:
    """One MobileNetV3 at random weights: building it is the slow part of these tests."""
    return backbones.get("mobilenetv3").build()


@cache
def stored() -> bytes:
    """Its weights file, with batch-norm statistics that are not all zeros and ones."""
    rng = np.random.default_rng(0)
    for weight in network().weights:
        values = np.asarray(keras.ops.convert_to_numpy(weight.value))
        weight.assign(values + rng.uniform(0, 0.01, values.shape).astype(np.float32))
    keyed = {
        f"{index:04d}.{weight.name}": np.asarray(keras.ops.convert_to_numpy(weight.value))
        for index, weight in enumerate(network().weights)
    }
    return safetensors.numpy.save({key: array.astype(np.float16) for key, array in keyed.items()})


def a_card(**changes: Any) -> dict[str, Any]:
    return {
        "name": "mine",
        "backbone": "mobilenetv3",
        "weights_sha256": hashlib.sha256(stored()).hexdigest(),
        "initial_weights": "random",
        "data": {"train": {"sha256": "0" * 64, "images": 2}},
        "recipe": {"seed": 0},
        "command": "python -m facemask_core train --model mobilenetv3",
        "seed": 0,
        "history": [{"epoch": 1, "loss": 0.7}],
        "metrics": {"val": {"balanced_accuracy": 0.5}},
        "versions": {"keras": keras.__version__},
        "classes": list(LABELS),
        "input_size": 224,
        "notes": "ünïcode",
    } | changes


def checkpoint(folder: Path, content: bytes | None = None, **changes: Any) -> Path:
    """A complete checkpoint whose card always fits the hash of its weights file."""
    content = stored() if content is None else content
    (folder / WEIGHTS_FILE).write_bytes(content)
    card = a_card(weights_sha256=hashlib.sha256(content).hexdigest()) | changes
    (folder / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")
    return folder


def values(model: keras.Model) -> list[NDArray[np.float32]]:
    return [np.array(keras.ops.convert_to_numpy(weight.value)) for weight in model.weights]


def refused(folder: Path) -> str:
    """Reads a checkpoint into the one network, and returns why it is refused."""

    def read() -> None:
        card = checkpoints.read_card(folder)
        checkpoints.load_weights(network(), folder / WEIGHTS_FILE, card.weights_sha256)

    with pytest.raises(CheckpointError) as caught:
        read()
    return str(caught.value)


def changed(change: Callable[[Arrays], Any]) -> bytes:
    arrays = safetensors.numpy.load(stored())
    change(arrays)
    return safetensors.numpy.save(arrays)


def set_first(arrays: Arrays, array: NDArray[Any]) -> None:
    arrays[next(iter(sorted(arrays)))] = array


# Saving and loading


@pytest.mark.backend
def test_float16_values_come_back_exactly(tmp_path: Path) -> None:
    expected = safetensors.numpy.load(stored())
    folder = checkpoint(tmp_path)
    model = checkpoints.load_model(folder, checkpoints.read_card(folder))
    loaded = values(model)
    assert len(loaded) == len(expected)
    for key, array in zip(sorted(expected), loaded, strict=True):
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, expected[key].astype(np.float32), err_msg=key)
    assert not model.trainable


@pytest.mark.backend
def test_saving_again_what_was_loaded_gives_the_same_file(tmp_path: Path) -> None:
    stored()  # fills the network
    first = checkpoints.save_weights(network(), tmp_path / "a.safetensors")
    checkpoints.load_weights(network(), tmp_path / "a.safetensors", first)
    second = checkpoints.save_weights(network(), tmp_path / "b.safetensors")
    assert first == second
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    assert first == hashlib.sha256((tmp_path / "a.safetensors").read_bytes()).hexdigest()


@pytest.mark.backend
def test_weights_of_another_input_size_and_dropout_fit(tmp_path: Path) -> None:
    small = backbones.get("mobilenetv3").build(input_size=32, dropout=0.2)
    checkpoints.save_weights(small, tmp_path / WEIGHTS_FILE)
    checkpoints.load_weights(network(), tmp_path / WEIGHTS_FILE)
    for old, new in zip(values(small), values(network()), strict=True):
        np.testing.assert_array_equal(new, old.astype(np.float16))


def test_a_card_comes_back_as_it_was_written(tmp_path: Path) -> None:
    card = Card(**a_card())
    checkpoints.write_card(tmp_path, card)
    assert checkpoints.read_card(tmp_path) == card


def test_a_card_may_name_a_path_that_is_no_text(tmp_path: Path) -> None:
    """Found out only once training has ended, this would cost all of it."""
    path = "caf\udce9"
    card = Card(**a_card(name=path, command=f"train --output '\\{path}'"))
    checkpoints.write_card(tmp_path, card)
    assert checkpoints.read_card(tmp_path) == card
    assert "ünïcode" in (tmp_path / CARD_FILE).read_text(encoding="utf-8")


def test_no_partial_file_is_left(tmp_path: Path) -> None:
    checkpoints.save_weights(network(), tmp_path / WEIGHTS_FILE)
    checkpoints.write_card(tmp_path, Card(**a_card()))
    checkpoints.write_card(tmp_path, Card(**a_card(seed=1)))
    assert {path.name for path in tmp_path.iterdir()} == {WEIGHTS_FILE, CARD_FILE}
    assert checkpoints.read_card(tmp_path).seed == 1


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "card.json"
    target.mkdir()
    with pytest.raises(OSError, match="directory"):
        checkpoints.write_atomically(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["card.json"]


def test_a_write_cut_off_keeps_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "card.json"
    target.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        assert target.read_bytes() == b"old", "a reader sees no part of the new content"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoints.write_atomically(target, b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"card.json": b"old"}


@pytest.mark.parametrize("value", [1e6, -65536.0, np.inf, np.nan])
def test_weights_that_float16_cannot_hold_are_not_saved(tmp_path: Path, value: float) -> None:
    dense = keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), dense])
    dense.set_weights([np.full((3, 2), value, np.float32), np.zeros(2, np.float32)])
    with np.errstate(over="ignore"), pytest.raises(CheckpointError, match="float16"):
        checkpoints.save_weights(model, tmp_path / WEIGHTS_FILE)
    assert list(tmp_path.iterdir()) == []


# Weights that do not fit


def test_a_file_other_than_the_cards_is_refused(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, weights_sha256="0" * 64)
    message = refused(folder)
    assert "000000000000" in message
    assert hashlib.sha256(stored()).hexdigest()[:12] in message


def test_one_flipped_bit_is_noticed(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path)
    content = bytearray(stored())
    content[-1] ^= 1
    (folder / WEIGHTS_FILE).write_bytes(content)
    assert "sha256" in refused(folder)


@pytest.mark.parametrize("value", [None, "", 5, [], True])
def test_a_card_without_a_hash_does_not_switch_the_check_off(tmp_path: Path, value: Any) -> None:
    refused(checkpoint(tmp_path, weights_sha256=value))


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    (checkpoint(tmp_path) / WEIGHTS_FILE).unlink()
    assert "missing" in refused(tmp_path)


@pytest.mark.parametrize("step", ["is_file", "open"])
def test_weights_that_may_not_be_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = checkpoint(tmp_path) / WEIGHTS_FILE

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, step, denied)
    with pytest.raises(CheckpointError, match=r"cannot be read: Permission denied\.$"):
        checkpoints.load_weights(network(), path, "0" * 64)


def test_a_folder_in_place_of_the_weights_is_refused(tmp_path: Path) -> None:
    (checkpoint(tmp_path) / WEIGHTS_FILE).unlink()
    (tmp_path / WEIGHTS_FILE).mkdir()
    refused(tmp_path)


DAMAGES: dict[str, tuple[Callable[[Arrays], Any], str]] = {
    "an array is missing": (lambda arrays: arrays.popitem(), "another backbone"),
    "an array is left over": (
        lambda arrays: arrays.update({"9999.kernel": np.zeros(3, np.float16)}),
        "another backbone",
    ),
    "an array has another name": (
        lambda arrays: arrays.update({"9999.kernel": arrays.popitem()[1]}),
        "another backbone",
    ),
    "an array has another shape": (
        lambda arrays: set_first(arrays, np.zeros((3, 3), np.float16)),
        "shape",
    ),
    "an array is turned": (
        lambda arrays: set_first(arrays, np.ascontiguousarray(arrays[min(arrays)].T)),
        "shape",
    ),
    "a value is NaN": (lambda arrays: arrays[max(arrays)].fill(np.nan), "not finite"),
    "a value is infinite": (lambda arrays: arrays[max(arrays)].fill(-np.inf), "not finite"),
    "a value is infinite as float32": (
        lambda arrays: arrays.update({max(arrays): np.full(2, 1e300)}),
        "not finite",
    ),
}


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("damage", DAMAGES)
def test_weights_that_do_not_fit_are_refused_and_nothing_is_assigned(
    tmp_path: Path, damage: str
) -> None:
    stored()  # fills the network
    change, reason = DAMAGES[damage]
    path = tmp_path / WEIGHTS_FILE
    path.write_bytes(changed(change))
    before = values(network())
    try:
        with pytest.raises(CheckpointError, match=reason):
            checkpoints.load_weights(network(), path)
        for old, new in zip(before, values(network()), strict=True):
            np.testing.assert_array_equal(new, old)
    finally:
        network().set_weights(before)


def test_another_backbones_weights_are_refused(tmp_path: Path) -> None:
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    checkpoints.save_weights(other, tmp_path / "other.safetensors")
    content = (tmp_path / "other.safetensors").read_bytes()
    assert "another backbone" in refused(checkpoint(tmp_path, content))


def test_an_unknown_backbone_is_refused_by_name(tmp_path: Path) -> None:
    card = checkpoints.read_card(checkpoint(tmp_path, backbone="lenet"))
    with pytest.raises(CheckpointError, match="lenet"):
        checkpoints.load_model(tmp_path, card)


class Evil:
    """What a pickle may hold: unpickling it calls any function there is."""

    loaded = False

    def __reduce__(self) -> tuple[Any, ...]:
        return setattr, (Evil, "loaded", True)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(Evil()),
        b"",
        b"no safetensors",
        b"PK\x03\x04" + bytes(100),
        b"\x89HDF\r\n\x1a\n" + bytes(100),
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2) + b"[]",
    ],
    ids=["pickle", "empty", "text", "zip", "hdf5", "endless header", "no dictionary"],
)
def test_other_files_under_that_name_are_refused(tmp_path: Path, content: bytes) -> None:
    assert "no safetensors file" in refused(checkpoint(tmp_path, content))
    assert not Evil.loaded


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_a_weights_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    refused(checkpoint(tmp_path, stored()[: int(share * len(stored()))]))


@pytest.mark.parametrize("kind", ["F8_E4M3", "F8_E5M2", "BF16", "F4", "C64", "NOSUCH"])
def test_numbers_of_an_unusual_type_are_refused(tmp_path: Path, kind: str) -> None:
    header = json.dumps({"x": {"dtype": kind, "shape": [8], "data_offsets": [0, 8]}}).encode()
    for length in (4, 8, 16, 64):  # whatever eight numbers of that type take
        fitting = header.replace(b"[0, 8]", f"[0, {length}]".encode())
        content = struct.pack("<Q", len(fitting)) + fitting + bytes(length)
        refused(checkpoint(tmp_path, content))


@given(st.integers(0, 200), st.binary(min_size=1, max_size=8))
@settings(max_examples=60)
def test_a_damaged_header_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, position: int, patch: bytes
) -> None:
    path = tmp_path_factory.mktemp("header") / WEIGHTS_FILE
    dense = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    checkpoints.save_weights(dense, path)
    content = bytearray(path.read_bytes())
    content[position : position + len(patch)] = patch
    path.write_bytes(content)
    try:
        checkpoints.load_weights(dense, path)
    except CheckpointError:
        return
    assert all(np.isfinite(array).all() for array in values(dense))


# Cards that do not fit


def test_swapped_classes_are_refused(tmp_path: Path) -> None:
    message = refused(checkpoint(tmp_path, classes=list(reversed(LABELS))))
    assert "order" in message


@pytest.mark.parametrize("classes", [None, [], ["with_mask"], "without_mask", [0, 1]])
def test_other_classes_are_refused(tmp_path: Path, classes: Any) -> None:
    assert "classes" in refused(checkpoint(tmp_path, classes=classes))


@pytest.mark.parametrize("size", [160, "224", None, [224], 0])
def test_another_input_size_is_refused(tmp_path: Path, size: Any) -> None:
    assert "input size" in refused(checkpoint(tmp_path, input_size=size))


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "null", "5", '"card"', "{", "{}", "[" * 100_000, "\ufeff{}"]
)
def test_what_is_no_card_is_refused(tmp_path: Path, text: str) -> None:
    (checkpoint(tmp_path) / CARD_FILE).write_text(text, encoding="utf-8")
    assert "model card" in refused(tmp_path)


def test_a_card_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (checkpoint(tmp_path) / CARD_FILE).write_bytes(b"\xff\xfe\x00\x80")
    assert "model card" in refused(tmp_path)


def test_a_missing_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="model card"):
        checkpoints.read_card(tmp_path)


@pytest.mark.parametrize("name", ["name", "backbone", "weights_sha256", "recipe", "metrics"])
def test_a_missing_field_is_named(tmp_path: Path, name: str) -> None:
    card = a_card()
    del card[name]
    (tmp_path / CARD_FILE).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(CheckpointError, match=name):
        checkpoints.read_card(tmp_path)


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    assert "surprise" in refused(checkpoint(tmp_path, surprise=1))


@pytest.mark.parametrize("backbone", [None, 5, [], {}, ["mobilenetv3"]])
def test_a_backbone_that_is_no_word_is_refused(tmp_path: Path, backbone: Any) -> None:
    folder = checkpoint(tmp_path, backbone=backbone)
    with pytest.raises(CheckpointError):
        checkpoints.load_model(folder, checkpoints.read_card(folder))


# Finding models


def test_models_are_listed_by_name(tmp_path: Path) -> None:
    for name in ("zeta", "alpha"):
        (tmp_path / name).mkdir()
        checkpoint(tmp_path / name)
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished" / WEIGHTS_FILE).write_bytes(b"")
    assert checkpoints.available(tmp_path) == ("alpha", "zeta")
    assert checkpoints.locate("zeta", tmp_path) == tmp_path / "zeta"


def test_no_models_at_all_is_no_crash(tmp_path: Path) -> None:
    assert checkpoints.available(tmp_path / "nowhere") == ()
    with pytest.raises(CheckpointError, match="none shipped"):
        checkpoints.locate("mobilenetv3", tmp_path)


def test_a_model_is_found_by_its_folder(tmp_path: Path) -> None:
    assert checkpoints.locate(str(checkpoint(tmp_path))) == tmp_path


@pytest.mark.backend
def test_the_shipped_models_fit_their_cards() -> None:
    assert "mobilenetv3" in checkpoints.available()
    for name in checkpoints.available():
        folder = checkpoints.locate(name)
        card = checkpoints.read_card(folder)
        assert card.name == name
        assert card.weights_sha256 == checkpoints.sha256(folder / WEIGHTS_FILE)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "/",
        "../../etc",
        "/etc/passwd",
        "mobilenetv3/../../..",
        "mobilenetv3/card.json",
        "a\0b",
        "\ud800",
        "~",
        "C:\\models",
        "%2e%2e/etc",
        "MobileNetV3 ",
        "*",
        "a" * 5000,
        "a/" * 5000,
        "--help",
        "\n",
    ],
)
def test_a_hostile_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError, match="no model"):
        checkpoints.locate(name)


@given(st.text(max_size=400))
@settings(max_examples=100)
def test_any_name_is_a_model_or_is_refused(name: str) -> None:
    try:
        folder = checkpoints.locate(name)
    except CheckpointError:
        return
    assert (folder / CARD_FILE).is_file()

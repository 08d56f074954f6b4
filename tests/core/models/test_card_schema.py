"""A card is checked before anything computes with it, and a refusal names the field."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemask_core.errors import CheckpointError, TrainingError
from facemask_core.models import card_schema, checkpoints
from facemask_core.training import state

NAN = float("nan")
LINK = "![x](https://elsewhere.example/x.png)"
NAMES = checkpoints.available()


def shipped(name: str = "mobilenetv3-robust") -> dict[str, Any]:
    text = (checkpoints.locate(name) / checkpoints.CARD_FILE).read_text(encoding="utf-8")
    return dict(json.loads(text))


CELL = {
    **{"corruption": "noise", "severity": 3, "value": "0.1", "images": 9},
    **{"accuracy": 0.9, "balanced_accuracy": 0.8, "interval": {"low": 0.7, "high": 0.9}},
}
TABLE = {
    **{"data_sha256": "0" * 64, "images": 9, "severities": [3], "cells": [CELL]},
    **{"clean_balanced_accuracy": 1.0, "mean_balanced_accuracy": 0.8},
}


def with_table() -> dict[str, Any]:
    """A shipped card with a table of corruptions, which not every shipped one has."""
    return shipped() | {"corruptions": copy.deepcopy(TABLE)}


def changed(path: str, value: Any) -> dict[str, Any]:
    """A card with another value at a path such as ``metrics.test.accuracy``."""
    card: Any = with_table()
    part = card
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in way:
        part = part[key]
    part[last] = value
    return dict(card)


def write(folder: Path, content: Any) -> Path:
    (folder / checkpoints.CARD_FILE).write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_card_is_sound(name: str) -> None:
    assert card_schema.find_fault(shipped(name)) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", 7),
        ("seed", "zero"),
        ("seed", True),
        ("seed", 2**70),
        ("notes", [LINK]),
        ("command", None),
        ("weights_sha256", "A" * 64),
        ("weights_sha256", "0" * 64 + "\n"),
        ("versions", {"keras": 3}),
        ("data.test.images", -1),
        ("data.test", [1, 2]),
        ("history", {"epoch": 1}),
        ("history.3.size", "224"),
        ("history.0.val_loss", NAN),
        ("history.0.loss", float("inf")),
        ("history.0.accuracy", 98.0),
        ("metrics.test.accuracy", None),
        ("metrics.test.balanced_accuracy", NAN),
        ("metrics.test.report.with_mask.precision", "high"),
        ("metrics.test.calibration.bins.14.accuracy", None),
        ("metrics.test.calibration.bins", 5),
        ("metrics.test.sources", [LINK]),
        ("metrics.test.data_sha256", "abc"),
        ("metrics.test.masks", {"real": {"images": 3}}),
        ("metrics.test.classes.with_mask.accuracy", 98.0),
        ("metrics.test.without_drawn", [1]),
        ("metrics.test.speed.forward_ms_per_image", NAN),
        ("metrics.test.confusion_matrix", [[1, 2], [3]]),
        ("corruptions.images", -1),
        ("corruptions.cells", []),
        ("corruptions.cells.0.severity", 6),
        ("corruptions.cells.0.interval.low", NAN),
        ("recipe.batch_size", "many"),
        ("recipe.new_setting", NAN),
        ("recipe.new_setting", [[[[1]]]]),
        ("recipe.adversary", "pgd"),
        ("ancestors.0.history.0.epoch", 1.5),
        ("ancestors.0.command", {"a": 1}),
        ("ancestors", None),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(tmp_path: Path, path: str, value: Any) -> None:
    with pytest.raises(CheckpointError) as refusal:
        checkpoints.read_card(write(tmp_path, changed(path, value)))
    sentence = str(refusal.value)
    assert path.removesuffix(".accuracy") in sentence, "a bin without a figure is named as a whole"
    assert "\n" not in sentence
    assert len(sentence) < 400
    assert str(tmp_path.parent) not in sentence, "visitors read it"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("notes", LINK),
        ("command", "facemask train --data \udcff"),
        ("metrics", {}),
        ("history", []),
        ("recipe.new_setting", [[1, 2.5], "x", None]),
        ("history.0.new_figure", 0.5),
        ("metrics.test.sources", None),
        ("corruptions", None),
        ("metrics.test.masks", {}),
        ("metrics.test.without_drawn", None),
        ("data", {}),
    ],
)
def test_what_older_newer_and_shorter_cards_hold_is_read_as_it_is(
    tmp_path: Path, path: str, value: Any
) -> None:
    content = changed(path, value)
    card = checkpoints.read_card(write(tmp_path, content))
    assert vars(card) == content


def test_a_huge_card_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="larger"):
        checkpoints.read_card(write(tmp_path, changed("notes", "x" * 5_000_000)))


def paths_into(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [path] + [
        deeper
        for key, entry in inner
        for deeper in (
            paths_into(entry, (*path, key)) if isinstance(entry, dict | list) else [(*path, key)]
        )
    ]


CARD = with_table()
STRANGE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)


def put(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed_content = copy.deepcopy(content)
    part = changed_content
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return changed_content


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(paths_into(CARD)), value=STRANGE)
def test_any_change_of_a_card_is_sound_or_refused_with_a_sentence(
    path: tuple[Any, ...], value: Any
) -> None:
    fault = card_schema.find_fault(put(CARD, path, value))
    assert fault is None or fault.startswith(("its field ", "it "))
    assert fault is None or len(fault.splitlines()) == 1


@pytest.mark.parametrize("name", ["![x](y)", "a b", "www.elsewhere.example", "-a", "a--b", "<b>"])
def test_a_folders_name_that_pages_would_read_as_more_than_text_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).mkdir()
    write(tmp_path / name, shipped())
    for function in (checkpoints.available, checkpoints.locate):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    assert "rename" in str(checkpoints.find_faulty_cards()[name])
    assert checkpoints.usable() == ()


@pytest.mark.parametrize("history", ["", "no json", '{"epoch": 1}', '[{"epoch": 1, "loss": NaN}]'])
def test_a_damaged_history_of_an_unfinished_training_is_one_sentence(
    tmp_path: Path, history: str
) -> None:
    import safetensors.numpy

    path = tmp_path / state.STATE_FILE
    path.write_bytes(safetensors.numpy.save({}, metadata={"identity": "i", "history": history}))
    with pytest.raises(TrainingError, match="remove it"):
        state.restore(path, [], "i")

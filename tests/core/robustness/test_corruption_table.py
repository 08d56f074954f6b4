"""The table of corruptions counts what it says, with intervals, the same for the same seed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import stored_runs
from small_models import SHAPE, judging

from facemask_core import Classifier, corruptions, runs
from facemask_core.errors import CorruptionError, RunStoreError
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.robustness import CorruptionTable, evaluate_corruptions, measure_corruptions
from facemask_core.runs.rows import join_rows

BRIGHT = judging(np.full(SHAPE, 1 / np.prod(SHAPE)), 0.5)
"""Says "masked" where a picture's mean is above a half."""


def test_each_cell_is_what_its_formula_predicts() -> None:
    """Grey pictures of 0.4 are unmasked and of 0.8 masked; light alone moves the model."""
    levels = np.array([102, 102, 102, 204], np.uint8)[:, None, None, None]
    pictures = np.broadcast_to(levels, (4, *SHAPE)).copy()
    labels = np.array([WITHOUT_MASK] * 3 + [WITH_MASK])
    kinds = [corruptions.make(name) for name in ("darker", "brighter", "contrast", "mouth_box")]
    unsure_below = float(1 / (1 + np.exp(-0.4)))  # the confidence in a mean of 0.3 or 0.7
    model = Classifier(BRIGHT.model, replace(BRIGHT.card, unsure_below=unsure_below))
    table = evaluate_corruptions(model, pictures, labels, kinds=kinds, severities=(1, 3))
    cells = {(cell.corruption, cell.severity): cell for cell in table.cells}
    assert table.clean_accuracy == 1.0
    # x0.5 makes 0.8 to 0.4; +0.1 leaves 0.4 on the brink and +0.4 carries it over.
    assert cells["darker", 1].balanced_accuracy == 0.5
    assert cells["darker", 1].accuracy == 0.75
    assert cells["brighter", 3].balanced_accuracy == 0.5
    assert cells["brighter", 3].accuracy == 0.25
    assert cells["contrast", 3].balanced_accuracy == 1.0
    assert cells["mouth_box", 3].images == 3, "a box over a mask has no true answer"
    assert cells["darker", 3].value == "x0.25"
    assert table.clean_unsure == 3
    assert cells["mouth_box", 3].unsure in range(4), "unsure answers about masks do not count"
    cell = cells["darker", 1]  # 0.8 becomes 0.4, of which the model is unsure, and 0.4 becomes 0.2
    assert (cell.unsure, cell.balanced_accuracy_unsure_half) == (1, 0.75)
    cell = cells["brighter", 3]
    assert (cell.unsure, cell.balanced_accuracy_unsure_half) == (0, 0.5)
    cell = cells["darker", 1]
    assert cell.interval.low < cell.balanced_accuracy < cell.interval.high
    assert table.worst() == min(
        (cell for cell in table.cells if cell.severity == 3), key=lambda c: c.balanced_accuracy
    )
    figures = json.loads(json.dumps(table.as_dict()))
    shares = [cell["balanced_accuracy"] for cell in figures["cells"]]
    assert figures["mean_balanced_accuracy"] == pytest.approx(np.mean(shares))
    assert figures["mean_severities"] == [1, 3]


def test_the_answers_depend_on_the_seed_and_not_on_the_batch() -> None:
    pictures = np.random.default_rng(3).integers(0, 256, (5, *SHAPE), np.uint8)
    labels = np.array([0, 1, 0, 1, 0])
    kinds = [corruptions.make("noise")]
    whole, again, other = (
        evaluate_corruptions(BRIGHT, pictures, labels, kinds=kinds, seed=seed).logits
        for seed in (1, 1, 2)
    )
    alone = evaluate_corruptions(BRIGHT, pictures[4:], labels[4:], kinds=kinds, seed=1).logits
    np.testing.assert_array_equal(whole, again)
    np.testing.assert_allclose(whole[4:], alone, atol=1e-6)
    assert (whole != other).any()


def test_a_class_without_a_picture_leaves_the_box_out() -> None:
    pictures = np.full((2, *SHAPE), 204, np.uint8)
    table = evaluate_corruptions(BRIGHT, pictures, np.full(2, WITH_MASK), severities=(3,))
    assert "mouth_box" not in {cell.corruption for cell in table.cells}
    assert len(table.cells) == len(corruptions.names()) - 1


@pytest.mark.parametrize("severities", [(), (0,), (6,), (2, 1), (1, 1)])
def test_severities_that_make_no_sense_are_refused(severities: tuple[int, ...]) -> None:
    pictures, labels = np.zeros((1, *SHAPE), np.uint8), np.zeros(1, np.int64)
    with pytest.raises(CorruptionError, match="rising whole numbers from 1 to 5"):
        evaluate_corruptions(BRIGHT, pictures, labels, severities=severities)
    with pytest.raises(CorruptionError, match="no picture"):
        evaluate_corruptions(BRIGHT, pictures[:0], labels[:0])


def test_a_dataset_interrupted_goes_on_and_ends_with_the_same_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = stored_runs.write_pictures(tmp_path / "data", 40, broken=(3,))
    model, kinds = stored_runs.judge(), [corruptions.make("noise"), corruptions.make("darker")]
    question = {"kinds": kinds, "severities": (1, 4), "seed": 2, "prepare": stored_runs.small}
    unbroken = measure_corruptions(model, dataset, **question)

    def stop(done: int, _: int) -> None:
        if done == 32:
            raise KeyboardInterrupt

    recalled = []
    with runs.Store(tmp_path / "home") as store:
        with pytest.raises(KeyboardInterrupt):
            measure_corruptions(model, dataset, store=store, progress=stop, **question)
        table = measure_corruptions(
            model, dataset, store=store, recalled=lambda *count: recalled.append(count), **question
        )
        (entry,) = store.runs()
        rows = join_rows(list(store.read(entry.question).rows()))
        again = CorruptionTable.from_rows(entry.question.values, rows)
        figures = [measured.as_dict() for measured in (unbroken, table, again)]
        before_thresholds = dict(entry.question.values)
        del before_thresholds["unsure_below"]
        (cell, *_) = CorruptionTable.from_rows(before_thresholds, rows).as_dict()["cells"]
        assert (cell["unsure"], figures[0]["cells"][0]["unsure"]) == (None, 0)
        monkeypatch.setattr(type(kinds[1]), "severities", (0.9, 0.8, 0.7, 0.6, 0.5))
        with pytest.raises(RunStoreError, match="other severities of darker"):
            CorruptionTable.from_rows(entry.question.values, rows)
    assert recalled in ([(16, 40)], [(32, 40)])
    assert [entry.path for entry in table.skipped] == ["with_mask/0003.png"]
    assert figures[0] == figures[1] == figures[2]
    np.testing.assert_array_equal(table.logits, unbroken.logits)
    np.testing.assert_array_equal(table.logits, again.logits)

"""Reading gives what was written, to the bit, except the sign of a zero."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import stored_runs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from facemask_core import runs
from facemask_core.data.datasets import Sample, SkippedFile
from facemask_core.runs import records
from facemask_core.runs.rows import (
    AttackRows,
    CorruptionRows,
    RowKind,
    Rows,
    SmallestLevels,
    join_rows,
)
from facemask_core.runs.timing import Timing

NAMES = st.binary(min_size=1, max_size=8).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
SECONDS = st.floats(0, 1e6)
KINDS = {"attack": AttackRows, "smallest": SmallestLevels, "corrupted": CorruptionRows}
_NAMES_OF_RUNS = itertools.count()


def _array(draw: Any, kind: Any, count: int, *more: int) -> Any:
    return draw(arrays.arrays(kind, (count, *more)))


def _draw_felled(draw: st.DrawFn, count: int) -> Any:
    """What felled each image, as an ensemble says it; nothing of a single attack."""
    names = draw(st.lists(st.sampled_from(["", "fab", "square"]), min_size=count, max_size=count))
    return draw(st.sampled_from([None, np.array(names, np.str_)]))


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[Sample], Rows]:
    """A batch with any names, any numbers, NaN and infinity among them, and files left out."""
    paths = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    left_out = draw(st.sets(st.sampled_from(paths)))
    used = [path for path in paths if path not in left_out]
    labels = {path: draw(st.integers(0, 1)) for path in paths}
    count, kind = len(used), draw(st.sampled_from([*KINDS.values(), None]))
    number = np.int64
    found = AttackRows(
        logits=_array(draw, np.float32, count, 2),
        success=_array(draw, np.bool_, count),
        linf=_array(draw, np.float64, count),
        l2=_array(draw, np.float64, count),
        iterations=_array(draw, number, count),
        gradient_calls=_array(draw, number, count),
        dead=_array(draw, np.bool_, count),
        felled_by=_draw_felled(draw, count),
    )
    least = SmallestLevels(_array(draw, np.float64, count), _array(draw, np.bool_, count))
    changed = CorruptionRows(_array(draw, np.float32, count, 3, 2))
    timing = Timing(count, draw(SECONDS), draw(SECONDS) if kind else None, draw(st.booleans()))
    rows = Rows(
        paths=tuple(used),
        labels=np.array([labels[path] for path in used], np.int64),
        clean=_array(draw, np.float32, count, 2),
        attack=found if kind is AttackRows and used else None,
        smallest=least if kind is SmallestLevels and used else None,
        corrupted=changed if kind is CorruptionRows and used else None,
        skipped=tuple(SkippedFile(path, draw(NAMES)) for path in paths if path in left_out),
        timings=(timing,) if used else (),
        seconds=draw(SECONDS),
    )
    return [Sample(path, labels[path]) for path in paths], rows


def assert_same(found: Rows, expected: Rows) -> None:
    for name in ("paths", "skipped", "timings", "seconds"):
        assert getattr(found, name) == getattr(expected, name)
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_array_equal(found.clean, expected.clean)
    for name in KINDS:
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert type(ours) is type(theirs)
        for field in fields(theirs) if theirs is not None else ():
            left, right = getattr(ours, field.name), getattr(theirs, field.name)
            np.testing.assert_array_equal(left, right)
            assert getattr(left, "dtype", None) == getattr(right, "dtype", None)


def _kind(rows: Rows) -> RowKind | None:
    parts = (rows.attack, rows.smallest, rows.corrupted)
    return next((type(it) for it in parts if it is not None), None)


@given(batch=batches(), first=st.integers(0, 10**6))
def test_columns_keep_a_batch(batch: tuple[list[Sample], Rows], first: int) -> None:
    samples, rows = batch
    stored, images = records.to_records(samples, rows, first)
    assert [image.path for image in images] == [sample.path for sample in samples]
    assert [image.position for image in images] == list(range(first, first + len(samples)))
    assert_same(records.to_rows(stored, images, _kind(rows)), rows)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(batches(), min_size=1, max_size=3))
def test_the_store_keeps_a_run(store: runs.Store, parts: list[tuple[list[Sample], Rows]]) -> None:
    kind = next((_kind(rows) for _, rows in parts if rows.paths), None)
    parts = [part for part in parts if not part[1].paths or _kind(part[1]) is kind]
    question = runs.Question.of(
        {
            "files": sum(len(samples) for samples, _ in parts),
            "threat_model": {} if kind in {AttackRows, SmallestLevels} else None,
            **({"largest_level": 32} if kind is SmallestLevels else {}),
            **({"corruptions": []} if kind is CorruptionRows else {}),
            "name": next(_NAMES_OF_RUNS),
        }
    )
    with store.claim(question) as run:
        for samples, rows in parts:
            run.append(samples, rows)
        assert run.complete
    found = list(store.read(question).rows())
    for ours, (_, theirs) in zip(found, parts, strict=True):
        assert_same(ours, theirs)
    whole = join_rows(found)
    assert whole.paths == tuple(path for _, rows in parts for path in rows.paths)
    assert whole.seconds == pytest.approx(sum(rows.seconds for _, rows in parts))


def test_neither_pictures_nor_absolute_paths_enter_the_store(
    store: runs.Store, tmp_path: Any
) -> None:
    dataset = stored_runs.write_pictures(tmp_path / "data", 40)
    stored_runs.evaluate_noise(stored_runs.judge(), dataset, store)
    store.close()
    content = store.path.read_bytes()
    assert str(tmp_path).encode() not in content
    assert len(content) < 40_000, "40 pictures alone would take more"
    assert b"PNG" not in content


def test_rows_of_the_first_schema_keep_their_hash() -> None:
    """What was hashed before a column was added is still what it was."""
    batch = records.Batch(0, 1, 1, 0.5, 0.25, 0, 1.0)
    image = records.Image(0, "a.png", 1, None, 0.5, -0.5, 1.0, 0.25, 1, 0.03, 1.5, 1, 1, 0)
    assert (
        records.checksum(batch, [image])
        == "f70fa0c39ce0209732a6af2bbe529ab8c279c73922b3ef45bec8ddafc7f1a6d3"
    )
    searched = image._replace(smallest_level=3.0)
    assert records.checksum(batch, [searched]) != records.checksum(batch, [image])
    assert records.checksum(batch, [searched]) != records.checksum(
        batch, [image._replace(smallest_level=4.0)]
    )

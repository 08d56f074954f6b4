"""An engine changes where a run is computed, and none of its rows."""

from __future__ import annotations

import io
import pickle
import socket
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from facemask_core import Classifier, engines
from facemask_core.data import archives, datasets
from facemask_core.data.datasets import Dataset
from facemask_core.engines import blocks, worker
from facemask_core.engines.worker import Introduction
from facemask_core.errors import DatasetError, EngineError
from facemask_core.labels import LABELS
from facemask_core.runs.pinned import PinnedDataset
from facemask_core.runs.task import Task


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Two pictures a class, and a file that is none."""
    rng = np.random.default_rng(0)
    for number in range(4):
        path = tmp_path / "data" / LABELS[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(path)
    (tmp_path / "data" / LABELS[0] / "notes.txt").write_text("no picture")
    return datasets.open_dataset(tmp_path / "data")


def test_engines_are_made_by_name() -> None:
    assert engines.names() == ("local", "ray")
    assert engines.make("local") == engines.Local()
    assert engines.make("ray", workers=2).workers == 2  # type: ignore[attr-defined]
    with pytest.raises(EngineError, match="choose one of local, ray"):
        engines.make("spark")


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"workers": 0}, "at least 1"),
        ({"address": "somewhere"}, "HOST:PORT"),
        ({"address": "ray://head:10001"}, "HOST:PORT"),
        ({"address": ""}, "HOST:PORT"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, int | str], word: str) -> None:
    with pytest.raises(EngineError, match=word):
        engines.make("ray", **settings)


@pytest.mark.backend
def test_the_local_engine_is_the_task_itself(shipped: Classifier, dataset: Dataset) -> None:
    task = Task(classifier=shipped)
    with engines.Local().start(task, pytest.fail) as crew:
        (found,) = crew.rows(dataset, lambda *_: None)
        assert crew.device == task.description()["device"]
    (expected,) = task.rows(dataset, lambda *_: None)
    assert found.paths == expected.paths
    np.testing.assert_array_equal(found.clean, expected.clean)


# What goes to another process


def _sent(dataset: Dataset) -> Dataset:
    return pickle.loads(pickle.dumps(blocks.make_block(dataset, dataset.samples)))  # noqa: S301


def _zipped(dataset: Dataset) -> Dataset:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for sample in dataset.samples:
            archive.writestr(sample.path, dataset.source.read(sample.path))
    return archives.open_archive(packed.getvalue(), "set.zip")


def test_a_folder_is_read_elsewhere_by_its_full_path(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    sent = _sent(datasets.open_dataset("data"))
    monkeypatch.chdir("/")
    assert datasets.fingerprint(sent) == datasets.fingerprint(dataset)


def test_a_zip_is_sent_file_by_file(dataset: Dataset) -> None:
    zipped = _zipped(dataset)
    assert datasets.fingerprint(_sent(zipped)) == datasets.fingerprint(dataset)
    assert _sent(zipped).source.name == "set.zip"


def test_a_file_that_cannot_be_read_here_cannot_be_read_there(dataset: Dataset) -> None:
    zipped = _zipped(dataset)
    entry = zipped.source._entries[dataset.samples[0].path]  # type: ignore[attr-defined]
    entry.file_size = 2**40
    (batch,) = datasets.stream(_sent(zipped), 8)
    assert batch.skipped[0].path == dataset.samples[0].path
    assert "20 MB" in batch.skipped[0].reason


def test_a_file_exchanged_is_noticed_elsewhere(dataset: Dataset) -> None:
    pinned = PinnedDataset(dataset)
    sent = _sent(pinned.dataset)
    sent.source.read(dataset.samples[0].path)
    blocks.check_unchanged(sent)
    changed = Path(dataset.source.name) / dataset.samples[1].path
    changed.write_bytes(b"something else")
    sent.source.read(dataset.samples[1].path)
    with pytest.raises(DatasetError, match=dataset.samples[1].path):
        blocks.check_unchanged(sent)
    pinned.check()  # nothing was read here


# Ray, as far as it need not be started


def _introduction(**more: Any) -> Introduction:
    return replace(Introduction("a CPU", "0" * 64, {"numpy": "2", "keras": "3"}), **more)


@pytest.mark.parametrize(
    ("other", "word"),
    [
        ({"device": "a GPU"}, "one kind"),
        ({"code_sha256": "1" * 64}, "another version of the lab"),
        ({"libraries": {"numpy": "2", "keras": "4"}}, "keras 4 where others have 3"),
        ({"libraries": {"numpy": "2"}}, "keras None"),
    ],
)
def test_workers_whose_rows_may_differ_are_refused(other: dict[str, Any], word: str) -> None:
    worker.check_introduction(_introduction(), _introduction())
    with pytest.raises(EngineError, match=word):
        worker.check_introduction(_introduction(**other), _introduction())


def _refusal(shipped: Classifier, **settings: Any) -> str:
    with (
        pytest.raises(EngineError) as caught,
        engines.make("ray", **settings).start(Task(classifier=shipped), pytest.fail),
    ):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_ray_it_is_said_how_to_install_it(
    shipped: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "requirements-ray.txt" in _refusal(shipped)


def test_an_address_where_nothing_answers_is_told(shipped: Classifier) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in _refusal(shipped, address=f"127.0.0.1:{port}")

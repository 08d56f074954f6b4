"""Workers on Ray give the rows of the local engine, even if workers die."""

from __future__ import annotations

import io
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stored_runs
from command_line import MODEL, started
from PIL import Image

from facemask_core import Classifier, attacks, engines, evaluation, runs
from facemask_core.data import archives, datasets
from facemask_core.data.datasets import Dataset
from facemask_core.defences import JPEG, defend
from facemask_core.engines import schedule
from facemask_core.engines.crew import RayCrew
from facemask_core.engines.ray import _connect
from facemask_core.errors import DatasetError, EngineError
from facemask_core.labels import LABELS

pytestmark = pytest.mark.ray

FILES = 8 * 32 - 7
EPSILON = 8 / 255


@pytest.fixture(scope="module", autouse=True)
def _no_watch_on_memory() -> Iterator[None]:
    """Ray would kill workers where other programs took it, and these tests count the lost."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAY_memory_monitor_refresh_ms", "0")
        yield


@pytest.fixture(scope="module")
def _one_cluster() -> Iterator[None]:
    """One cluster for all tests, as a program has it that uses Ray for other things, too."""
    with _connect(None, 2):
        yield


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, _one_cluster: None) -> Dataset:
    """Pictures of noise, some files that are none, and a last batch that is short."""
    root, rng = tmp_path_factory.mktemp("ray"), np.random.default_rng(0)
    for number in range(FILES):
        path = root / LABELS[number % 2] / f"{number:04d}.png"
        path.parent.mkdir(exist_ok=True)
        pixels = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path, compress_level=1)
    (root / LABELS[0] / "0100.png").write_bytes(b"no picture")
    return datasets.open_dataset(root)


def _evaluate(classifier: Classifier, dataset: Dataset, **more: Any) -> evaluation.Evaluation:
    question = {"attack": attacks.make("fgsm"), "epsilon": EPSILON, "seed": 3}
    return evaluation.evaluate(classifier, dataset, **question | more)


def _columns(store: runs.Store) -> list[Any]:
    """Every column of every image in a store's only run, and the run's name."""
    (entry,) = store.runs()
    batches = store.read(entry.question)._batches()
    return [entry.question.sha256, *(image for _, images in batches for image in images)]


@pytest.fixture
def pids(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Process numbers of the workers; no batch is handed out before all of them are there."""
    found: list[int] = []
    rows = RayCrew.rows

    def complete(crew: RayCrew, *arguments: Any, **more: Any) -> Iterator[Any]:
        while crew.starting:
            crew.wait(())
        import ray

        found.extend(
            ray.get([worker.__ray_call__.remote(lambda _: os.getpid()) for worker in crew.workers])
        )
        return rows(crew, *arguments, **more)

    monkeypatch.setattr(RayCrew, "rows", complete)
    return found


def test_the_command_line_starts_and_ends_a_cluster_of_its_own(tmp_path: Path) -> None:
    # It comes first, while the others' cluster is not up yet. In a file of its own it could run in
    # parallel with them.
    stored_runs.write_pictures(tmp_path / "data", 40)
    answer = started(
        *("evaluate", "--model", MODEL, "--data", tmp_path / "data"),
        *("--engine", "ray", "--workers", 1, "--store", tmp_path / "home"),
    )
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"{MODEL} on 40 images, 0 skipped")


def test_a_worker_killed_midway_changes_nothing(
    shipped: Classifier, dataset: Dataset, tmp_path: Path, pids: list[int]
) -> None:
    """The rows in the store are the local ones to the bit, and answer the same question."""
    notices = list[str]()

    def kill(done: int, _: int) -> None:
        if done == 64:
            os.kill(pids[0], signal.SIGKILL)

    with runs.Store(tmp_path / "local") as store:
        expected = _evaluate(shipped, dataset, store=store)
        rows = _columns(store)
    two = engines.make("ray", workers=2)
    with runs.Store(tmp_path / "ray") as store:
        found = _evaluate(
            shipped, dataset, store=store, engine=two, progress=kill, notice=notices.append
        )
        assert _columns(store) == rows
    assert len(set(pids)) == 2
    (notice,) = notices
    assert notice.startswith("Workers lost: 1; batches computed again for that: ")
    untimed = [
        {key: value for key, value in report.as_dict().items() if key not in {"seconds", "speed"}}
        for report in (found, expected)
    ]
    assert untimed[0] == untimed[1]
    assert [entry.path for entry in found.skipped] == ["without_mask/0100.png"]


class CutError(Exception):
    """Stands for whatever ends a run early."""


def test_what_one_engine_began_another_completes(
    shipped: Classifier, dataset: Dataset, tmp_path: Path
) -> None:
    few = dataset.take(70)

    def cut(*_: int) -> None:
        raise CutError

    with runs.Store(tmp_path / "home") as store:
        with pytest.raises(CutError):
            _evaluate(shipped, few, store=store, progress=cut)
        recalled: list[tuple[int, int]] = []
        report = _evaluate(
            *(shipped, few),
            store=store,
            engine=engines.Ray(),
            recalled=lambda *count: recalled.append(count),
        )
    assert recalled == [(32, 70)]
    np.testing.assert_array_equal(report.clean.logits, _evaluate(shipped, few).clean.logits)


def test_a_zip_reaches_workers_that_do_not_have_it(shipped: Classifier, dataset: Dataset) -> None:
    packed, few = io.BytesIO(), dataset.take(40)
    with zipfile.ZipFile(packed, "w") as archive:
        for sample in few.samples:
            archive.writestr(sample.path, few.source.read(sample.path))
    zipped = archives.open_archive(packed.getvalue(), "set.zip")
    report = _evaluate(shipped, zipped, engine=engines.Ray())
    expected = _evaluate(shipped, zipped)
    assert report.paths == expected.paths
    np.testing.assert_array_equal(report.clean.logits, expected.clean.logits)


def test_a_file_exchanged_meanwhile_leaves_no_row(
    shipped: Classifier, tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker reads it, and notices."""
    root = tmp_path / "data"
    for sample in dataset.take(40).samples:
        (root / sample.path).parent.mkdir(parents=True, exist_ok=True)
        (root / sample.path).write_bytes(dataset.source.read(sample.path))
    few = datasets.open_dataset(root)

    def exchange(*_: Any) -> None:
        (root / few.samples[3].path).write_bytes(b"something else")

    rows = RayCrew.rows

    def changed(crew: RayCrew, *arguments: Any, **more: Any) -> Iterator[Any]:
        exchange()
        return rows(crew, *arguments, **more)

    monkeypatch.setattr(RayCrew, "rows", changed)
    with runs.Store(tmp_path / "home") as store:
        with pytest.raises(DatasetError, match=r"changed while .*\.$"):
            _evaluate(shipped, few, store=store, engine=engines.Ray())
        assert store.runs() == []


def _by_value(function: Callable[..., Any]) -> Callable[..., Any]:
    """Workers cannot import the tests; what is of the main program travels whole."""
    function.__module__ = "__main__"
    return function


def test_workers_that_die_again_and_again_are_told(
    shipped: Classifier, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "TRIES", 2)

    def die(_: Any) -> None:
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(EngineError, match=r"died 2 times .* without_mask/0000\.png.*\.$"):
        _evaluate(shipped, dataset.take(20), prepare=_by_value(die), engine=engines.Ray())


class _Unreadable:
    def __call__(self, image: Any) -> Any:
        return image

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("nonsense",)


def test_a_worker_that_cannot_start_is_told(shipped: Classifier, dataset: Dataset) -> None:
    with pytest.raises(EngineError, match=r"could not be started: .*\.$") as caught:
        _evaluate(shipped, dataset, prepare=_Unreadable(), engine=engines.Ray())
    assert "\n" not in str(caught.value)


def test_a_model_that_cannot_be_sent_is_told(shipped: Classifier, dataset: Dataset) -> None:
    with pytest.raises(EngineError, match=r"JPEG 75 cannot be sent .*\.$"):
        _evaluate(defend(shipped, JPEG()), dataset, engine=engines.Ray())

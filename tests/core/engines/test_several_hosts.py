"""Ray on several hosts: late answers, machines that go, come, or lack the files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import stored_runs

from facemask_core import Classifier, attacks, engines, evaluation
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset, Folder, Sample
from facemask_core.engines import blocks, schedule
from facemask_core.engines.crew import RayCrew
from facemask_core.engines.machines import ANYWHERE, Machines
from facemask_core.engines.schedule import Schedule
from facemask_core.errors import EngineError
from facemask_core.runs.pinned import PinnedDataset

BATCH = 10
FILES = 160


class _RayError(Exception):
    """Stands for a worker that is gone."""


class _TaskError(_RayError):
    """Stands for an error that a worker raised."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause


class _FakeWorker:
    """Notes what it is asked for, under references that are its name and a number."""

    def __init__(self, name: str, asked: list[str]) -> None:
        self.name, self.blocks = name, 0
        self.compute = SimpleNamespace(remote=self._compute)
        self._asked = asked

    def _compute(self, block: Dataset) -> str:
        first = int(block.samples[0].path)
        self._asked.append(f"{self.name}:{first}")
        return f"{self.name}:{first}"


class _FakeCrew:
    """Workers whose answers come in an order that a test gives.

    Attributes:
        asked: Every batch that was handed out, as ``WORKER:FIRST``.
        answers: What comes next: a reference, or the seconds that pass without anything.
        errors: What comes in place of rows, by reference; rows are the reference itself.
    """

    batch_size, under_way = BATCH, True

    def __init__(self, names: str, clock: list[float]) -> None:
        self.asked: list[str] = []
        self.answers: Iterator[str | float] = iter(())
        self.errors: dict[str, Exception] = {}
        self.workers = {_FakeWorker(name, self.asked): name for name in names}
        self.lost: list[str] = []
        self.dismissed: list[str] = []
        self._clock = clock

    @property
    def size(self) -> int:
        return len(self.workers)

    def wait(self, references: Sequence[str]) -> str | None:
        answer = next(self.answers)
        if isinstance(answer, float):
            self._clock[0] += answer
            return None
        assert answer in references
        self._clock[0] += 1.0
        return answer

    def get(self, reference: str) -> str:
        if reference in self.errors:
            raise self.errors[reference]
        return reference

    def lose(self, worker: _FakeWorker) -> None:
        if self.workers.pop(worker, None):
            self.lost.append(worker.name)

    def dismiss(self, worker: _FakeWorker, _: EngineError) -> None:
        if self.workers.pop(worker, None):
            self.dismissed.append(worker.name)


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[_FakeCrew, Schedule]:
    """Two workers, a and b, and four batches, all of which are handed out at once."""
    clock = [0.0]
    monkeypatch.setattr(schedule.time, "monotonic", lambda: clock[0])
    crew = _FakeCrew("ab", clock)
    errors = SimpleNamespace(RayTaskError=_TaskError, RayError=_RayError)
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get=crew.get, exceptions=errors))
    samples = tuple(Sample(f"{number}", 0) for number in range(4 * BATCH))
    return crew, Schedule(crew, Dataset(Folder(tmp_path), samples), 0)


def test_a_late_batch_goes_to_an_idle_worker_too_and_the_first_answer_counts(
    plan: tuple[_FakeCrew, Schedule],
) -> None:
    crew, batches = plan
    # b does not answer; a has done its own two after 2 s, and after 6 s b is late.
    crew.answers = iter(["a:0", "a:20", 3.0, 1.5, "a:10", "b:10", 6.0, "b:30"])
    assert [batches.wait_for(first) for first in (0, 10, 20)] == ["a:0", "a:10", "a:20"]
    assert crew.asked == ["a:0", "b:10", "a:20", "b:30", "a:10"]
    assert batches.wait_for(30) == "b:30"
    assert crew.asked[5:] == ["a:30"]
    assert (batches.copies, batches.repeats, crew.lost) == (2, 0, [])


def test_a_worker_that_dies_after_another_gave_its_rows_costs_nothing(
    plan: tuple[_FakeCrew, Schedule],
) -> None:
    crew, batches = plan
    crew.errors["b:10"], crew.errors["b:30"] = _RayError(), _RayError()
    crew.answers = iter(["a:0", "a:20", 6.0, "a:10", "b:10", "b:30", "a:30"])
    found = [batches.wait_for(first) for first in (0, 10, 20, 30)]
    assert found == ["a:0", "a:10", "a:20", "a:30"]
    assert crew.lost == ["b"]
    assert (batches.copies, batches.repeats) == (2, 0)


def test_an_error_of_a_late_worker_whose_batch_is_answered_ends_nothing(
    plan: tuple[_FakeCrew, Schedule],
) -> None:
    crew, batches = plan
    crew.errors["b:10"] = _TaskError(ValueError())
    crew.answers = iter(["a:0", "a:20", 6.0, "a:10", "b:10", "b:30"])
    assert [batches.wait_for(first) for first in (0, 10, 20, 30)][3] == "b:30"


def test_a_worker_that_hangs_is_given_up_even_if_it_is_the_last(
    plan: tuple[_FakeCrew, Schedule],
) -> None:
    crew, batches = plan
    crew.lose(next(worker for worker in crew.workers if worker.name == "b"))
    crew.answers = iter(["a:0", schedule.HUNG_SECONDS - 2, 2.0, "a:10"])
    crew.errors["a:10"] = _RayError()
    assert batches.wait_for(0) == "a:0"
    with pytest.raises(StopIteration):
        batches.wait_for(10)
    assert crew.lost == ["b", "a"]
    assert batches.repeats == 1


def test_a_machine_without_the_files_takes_no_part(
    plan: tuple[_FakeCrew, Schedule],
) -> None:
    crew, batches = plan
    crew.errors["b:10"] = crew.errors["b:30"] = _TaskError(blocks.MissingFileError("Not there."))
    crew.answers = iter(["b:10", "b:30", "a:0", "a:20", "a:10", "a:30"])
    assert [batches.wait_for(first) for first in (0, 10)] == ["a:0", "a:10"]
    assert (crew.dismissed, crew.lost) == (["b"], [])


def test_a_folder_that_a_machine_lacks_is_told_and_no_file_skipped(tmp_path: Path) -> None:
    stored_runs.write_pictures(tmp_path / "data", 4)
    dataset = datasets.open_dataset(tmp_path / "data")
    (tmp_path / "data" / dataset.samples[1].path).unlink()
    block = blocks.make_block(PinnedDataset(dataset).dataset, dataset.samples)
    blocks.check_present(block)  # what is nowhere is skipped everywhere
    (batch,) = datasets.stream(block, 4)
    assert [entry.path for entry in batch.skipped] == [dataset.samples[1].path]
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    with pytest.raises(blocks.MissingFileError, match=r"the same path on every machine\.$"):
        blocks.check_present(block)


def _machines(monkeypatch: pytest.MonkeyPatch, *nodes: str, workers: int | None = None) -> Machines:
    """A cluster; a node is its name and resources, or its name alone when it is gone."""
    found = [
        {
            "NodeID": name,
            "Alive": bool(resources),
            "Resources": {key: float(value) for key, value in (it.split("=") for it in resources)},
        }
        for name, *resources in (node.split() for node in nodes)
    ]
    total = {name: 1.0 for node in found for name in node["Resources"]}
    fake = SimpleNamespace(
        put=lambda task: task, nodes=lambda: found, cluster_resources=lambda: total
    )
    monkeypatch.setitem(sys.modules, "ray", fake)
    return Machines(None, workers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("nodes", "workers", "taken", "missing"),
    [
        (("head CPU=0", "a CPU=8", "b CPU=1"), None, [], ["a", "b"]),
        (("head CPU=0", "a CPU=8", "late CPU=1"), None, ["a"], ["late"]),
        (("head CPU=0", "a CPU=8", "b"), None, ["a"], []),
        (("head CPU=0", "a", "b"), None, [], [ANYWHERE]),
        (("head CPU=0", "a CPU=2"), None, [ANYWHERE], []),
        (("a CPU=4 GPU=2", "b CPU=4"), None, ["a"], ["a"]),
        (("a CPU=4", "b CPU=4"), 3, ["a", "a"], [ANYWHERE]),
        (("a CPU=4", "b CPU=4"), 1, ["a"], []),
    ],
)
def test_workers_are_missing_where_machines_are(
    monkeypatch: pytest.MonkeyPatch,
    nodes: tuple[str, ...],
    workers: int | None,
    taken: list[str],
    missing: list[str],
) -> None:
    machines = _machines(monkeypatch, *nodes, workers=workers)
    assert machines.missing(Counter(taken)) == missing


@pytest.mark.ray
def test_a_machine_that_joins_late_completes_what_a_lost_one_began(
    shipped: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machines are nodes of a cluster, each with processes of its own."""
    from ray.cluster_utils import Cluster

    stored_runs.write_pictures(tmp_path / "data", FILES)
    dataset = datasets.open_dataset(tmp_path / "data")
    question: dict[str, Any] = {"attack": attacks.make("fgsm"), "epsilon": 8 / 255, "seed": 3}
    expected = evaluation.evaluate(shipped, dataset, **question)
    monkeypatch.setenv("RAY_memory_monitor_refresh_ms", "0")  # it would kill workers
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    crews, notices, machines = list[RayCrew](), list[str](), set[str]()
    rows = RayCrew.rows

    def kept(crew: RayCrew, *arguments: Any, **more: Any) -> Iterator[Any]:
        crews.append(crew)
        return rows(crew, *arguments, **more)

    monkeypatch.setattr(RayCrew, "rows", kept)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    first = cluster.add_node(num_cpus=1)

    def exchange(done: int, _: int) -> None:
        (crew,) = crews
        machines.update(crew.workers.values())
        if done == 2 * 32:
            cluster.add_node(num_cpus=1)
            crew.look()
            while crew.starting:
                crew.wait(())
            cluster.remove_node(first, allow_graceful=False)

    try:
        found = evaluation.evaluate(
            *(shipped, dataset),
            **question,
            engine=engines.Ray(address=cluster.address),
            progress=exchange,
            notice=notices.append,
        )
    finally:
        cluster.shutdown()
    assert len(machines) == 2
    assert found.paths == expected.paths
    np.testing.assert_array_equal(found.clean.logits, expected.clean.logits)
    np.testing.assert_array_equal(found.adversarial.logits, expected.adversarial.logits)

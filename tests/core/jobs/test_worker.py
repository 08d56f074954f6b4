"""A worker computes every job it can, and says why the others failed."""

from __future__ import annotations

import io
import os
import threading
import time
import types
import zipfile
from pathlib import Path

import needs
import pytest
import queued
import stored_runs
from full_disk import full

import facemask_core
from facemask_core import attacks, evaluation, robustness, runs
from facemask_core.engines import compute
from facemask_core.errors import RunInUseError, WorkerError
from facemask_core.jobs import Data, Job, Kind, Queue, State, uploads, worker, workers
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.packages import Package
from facemask_core.models.visiting import Host
from facemask_core.runs import schema
from facemask_core.runs.rows import join_rows


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    queued.patch(monkeypatch)


def stored_run(home: Path, job: Job) -> runs.StoredRun:
    with runs.Store(home) as store:
        found = store.get(str(job.run))
    assert found is not None
    return found


def test_a_job_s_run_is_that_of_the_command(queue: Queue, data: Path, tmp_path: Path) -> None:
    (job,) = queue.add("a", [queued.order(data)])
    assert worker.work(queue, idle=0) == 1
    done = queue.get(job.id)
    assert (done.state, done.done, done.total) == (State.DONE, 70, 70)
    assert stored_run(queue.home, done).state is runs.State.COMPLETE
    other = tmp_path / "other"
    with runs.Store(other) as store:
        order = done.order
        evaluation.evaluate(
            *(queued.judge(), order.open_dataset(other)),
            **{
                "attack": order.make_attack(lambda _: queued.judge()),
                "epsilon": order.epsilon,
                "seed": 3,
                "store": store,
            },
        )
    assert stored_runs.stored(other) == stored_runs.stored(queue.home)


def test_a_visitor_s_model_is_computed_as_long_as_it_is_there(
    queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, object]] = []

    def load(model: str, **how: object) -> facemask_core.Classifier:
        asked.append((model, how["choices"]))
        return queued.judge()

    monkeypatch.setattr(facemask_core, "load_classifier", load, raising=False)
    visitor = Host(queue.home).take(Package("own.h5", b"bytes"))
    name = visitor.note_reading("own", Choices(pixels="0..1"))
    (first,) = queue.add("a", [queued.order(data, model=name)])
    worker.work(queue, idle=0)
    assert queue.get(first.id).state is State.DONE
    assert asked == [(str(visitor.file), Choices(pixels="0..1"))]
    assert name not in queue.speeds()
    visitor.remove()
    (second,) = queue.add("a", [queued.order(data, model=name, seed=4)])
    worker.work(queue, idle=0)
    ended = queue.get(second.id)
    assert ended.state is State.FAILED
    assert "The model 'own' is no longer on this server" in str(ended.reason)


def test_a_search_is_that_of_the_command(queue: Queue, data: Path) -> None:
    (job,) = queue.add("a", [queued.order(data, epsilon=4 / 255, largest=4)])
    worker.work(queue, idle=0)
    stored = stored_run(queue.home, queue.get(job.id))
    assert stored.question.values["largest_level"] == 4
    with runs.Store(queue.home) as store:
        rows = join_rows(list(store.read(stored.question).rows()))
    found = robustness.find_smallest_epsilons(
        queued.judge(), job.order.open_dataset(queue.home), attacks.make("noise"), largest=4, seed=3
    )
    assert robustness.SmallestEpsilons.from_rows(stored.question.values, rows).as_dict() == (
        found.as_dict()
    )


def test_a_search_without_an_attack_fails_in_a_sentence(queue: Queue, data: Path) -> None:
    (job,) = queue.add("a", [queued.order(data, attack=None, largest=4)])
    worker.work(queue, idle=0)
    assert queue.get(job.id).reason == "A search for the smallest epsilon needs an attack."


def test_an_attack_made_on_another_model_says_so(queue: Queue, data: Path) -> None:
    (job,) = queue.add("a", [queued.order(data, source="vgg19")])
    worker.work(queue, idle=0)
    stated = stored_run(queue.home, queue.get(job.id)).question.values["threat_model"]
    assert (stated["attack"], stated["made_with"]) == ("transfer", "noise")
    assert stated["source"] == queued.judge().name


def test_the_second_job_finds_the_model_loaded_and_the_same_question_answered(
    queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(
        facemask_core, "load_classifier", lambda name, **_: loaded.append(name) or queued.judge()
    )
    first, second = (queue.add(owner, [queued.order(data)])[0] for owner in "ab")
    assert worker.work(queue, idle=0) == 2
    assert loaded == [queued.MODEL]
    assert queue.get(first.id).run == queue.get(second.id).run


def test_a_poisoned_job_fails_with_a_sentence_and_the_next_goes_on(
    queue: Queue, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str, **_: object) -> None:
        raise {"inceptionv3": ValueError("secret"), "vgg19": MemoryError}[name]

    models = (str(tmp_path / "vanished"), "inceptionv3", "vgg19")
    orders = [queued.order(data, model=model) for model in models]
    orders += [queued.order(tmp_path / "nowhere"), queued.order(data, settings={"x": 1})]
    failing = queue.add("a", orders)
    (good,) = queue.add("a", [queued.order(data, limit=4)])
    monkeypatch.setattr(
        facemask_core,
        "load_classifier",
        lambda name, **_: queued.judge() if name == queued.MODEL else broken(name),
    )
    worker.work(queue, idle=0)
    assert queue.get(good.id).state is State.DONE
    reasons = []
    for job in map(queue.get, (job.id for job in failing)):
        assert job.state is State.FAILED
        assert job.reason is not None
        assert job.reason.endswith(".")
        assert "secret" not in job.reason
        reasons.append(job.reason)
    assert "There is no model" in reasons[0]
    assert reasons[1] == reasons[2] == "The report failed; the worker's log says why."
    assert "There is no folder" in reasons[3]
    assert "no setting x" in reasons[4]


@needs.any_file_name
def test_a_reason_may_name_a_file_that_is_no_unicode(
    queue: Queue, data: Path, tmp_path: Path
) -> None:
    unreadable = tmp_path / "unreadable"
    for label in LABELS:
        (unreadable / label).mkdir(parents=True)
        (unreadable / label / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"no picture")
    bad, good = queue.add("a", [queued.order(unreadable), queued.order(data, limit=4)])
    assert worker.work(queue, idle=0) == 2
    failed = queue.get(bad.id)
    assert failed.state is State.FAILED
    assert failed.reason is not None
    assert r"/caf\udce9.jpg" in failed.reason
    assert queue.get(good.id).state is State.DONE


def test_a_job_whose_store_is_full_says_so_and_goes_on_once_there_is_room(
    queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = queue.add("a", [queued.order(data)])

    with monkeypatch.context() as patched:
        patched.setattr(schema, "connect", full(schema.connect, spare=1))
        worker.work(queue, idle=0)
    failed = queue.get(job.id)
    assert failed.state is State.FAILED
    assert failed.reason is not None
    assert "disk is full" in failed.reason
    assert failed.reason.endswith(
        "make room and ask for the same again, which goes on where it was."
    )
    queue.resume(failed)
    worker.work(queue, idle=0)
    assert queue.get(job.id).state is State.DONE


def test_a_model_that_vanishes_is_noticed_even_when_it_is_loaded(
    queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = queue.add("a", [queued.order(data, seed=seed) for seed in (1, 2)])
    with workers.register(queue.home) as name:
        worker_ = worker.Worker(queue, name, leave=lambda: None)
        worker_.compute(queue.take(name))
        monkeypatch.setattr(checkpoints, "MODELS_DIR", Path("nowhere"))
        monkeypatch.setattr(checkpoints.locate, "__defaults__", (Path("nowhere"),))
        monkeypatch.setattr(checkpoints.available, "__defaults__", (Path("nowhere"),))
        worker_.compute(queue.take(name))
    assert queue.get(first.id).state is State.DONE
    assert queue.get(second.id).state is State.FAILED


def test_a_run_in_other_hands_is_left_to_them_for_a_while(
    queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_use(*_: object, **__: object) -> None:
        raise RunInUseError("In use.")

    (job,) = queue.add("a", [queued.order(data)])
    with monkeypatch.context() as patched:
        patched.setattr(compute, "compute_rows", in_use)
        worker.work(queue, idle=0)
    assert queue.get(job.id).state is State.QUEUED
    assert not queue.has_work(), "not yet"
    monkeypatch.setattr(worker.time, "time", lambda: time.time_ns() / 1e9 + 10)
    assert queue.has_work()


def test_an_interrupted_worker_gives_its_job_back(
    queue: Queue, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    (job,) = queue.add("a", [queued.order(data)])
    monkeypatch.setattr(compute, "compute_rows", interrupt)
    with pytest.raises(KeyboardInterrupt):
        worker.work(queue, idle=0)
    left = queue.get(job.id)
    assert (left.state, left.crashes) == (State.QUEUED, 0)


def test_a_worker_is_told_when_its_job_is_cancelled(queue: Queue, data: Path) -> None:
    (job,) = queue.add("a", [queued.order(data)])
    left = threading.Event()
    with workers.register(queue.home) as name:
        taken = queue.take(name)
        assert taken is not None
        clock = worker._Clock(lambda: False)
        with worker.Worker(queue, name, leave=left.set)._watch(taken, clock):
            assert not left.wait(0.5)
            queue.cancel(job)
            assert left.wait(20)


def test_there_is_one_worker_a_folder_unless_asked_otherwise(queue: Queue) -> None:
    with workers.take_place(queue.home):
        assert workers.is_place_taken(queue.home)
        with pytest.raises(WorkerError, match=r"A worker is at work in .* already"):
            worker.work(queue, idle=0)
        assert worker.work(queue, idle=0, beside=True) == 0
    assert not workers.is_place_taken(queue.home)
    assert worker.work(queue, idle=0) == 0


def test_an_upload_is_read_where_it_lies_and_gone_afterwards(queue: Queue, data: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in data.rglob("*.png"):
            archive.write(path, path.relative_to(data))
    with uploads.pause_sweep(queue.home):
        name = uploads.save(queue.home, packed.getvalue())
        upload = Data(kind=Kind.UPLOAD, title="mine.zip", place=name, sha256="1")
        (job,) = queue.add("a", [queued.order(data, data=upload)])
    worker.work(queue, idle=0)
    assert queue.get(job.id).done == 70
    assert list((queue.home / "uploads").iterdir()) == []


def test_a_model_is_loaded_again_for_other_weights_and_another_precision(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = "a"
    loads: list[tuple[str, str, str]] = []

    def load(model: str, *, precision: str, **_: bool) -> object:
        loads.append((model, weights, precision))
        return object()

    monkeypatch.setattr(facemask_core, "load_classifier", load)
    monkeypatch.setattr(checkpoints, "locate", Path)
    monkeypatch.setattr(
        checkpoints, "read_card", lambda _: types.SimpleNamespace(weights_sha256=weights)
    )
    worker_ = worker.Worker(queue, "worker", leave=lambda: None)
    first = worker_._load("one", "exact")
    assert worker_._load("one", "exact") is first
    worker_._load("two", "exact")
    worker_._load("two", "fast")
    weights = "b"
    worker_._load("two", "fast")
    assert loads == [
        ("one", "a", "exact"),
        ("two", "a", "exact"),
        ("two", "a", "fast"),
        ("two", "b", "fast"),
    ]

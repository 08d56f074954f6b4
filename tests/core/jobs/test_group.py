"""The jobs of one request are counted as one."""

from __future__ import annotations

from pathlib import Path

import pytest
import queued

from facemask_core.jobs import Group, Queue, State, group_jobs, workers


def test_jobs_of_one_request_are_one_group(queue: Queue, tmp_path: Path) -> None:
    first = queue.add("a", [queued.order(tmp_path, seed=seed) for seed in range(3)], [10, 20, 30])
    second = queue.add("a", [queued.order(tmp_path, seed=9)], [5])
    groups = {group.name: group for group in group_jobs(queue.jobs("a"))}
    assert [len(groups[jobs[0].request].jobs) for jobs in (first, second)] == [3, 1]
    assert len(groups) == 2
    (own,) = (group for group in groups.values() if len(group.jobs) == 3)
    assert (own.share, own.seconds_left, own.ended) == (0.0, 60.0, 0)


def test_a_group_weighs_its_jobs_by_their_estimates(queue: Queue, tmp_path: Path) -> None:
    queue.add("a", [queued.order(tmp_path, seed=seed) for seed in range(3)], [10, 20, 30])
    with workers.register(queue.home) as name:
        job = queue.take(name)
        assert job is not None
        queue.record_progress(name, job, 4, 4, computed=True, seconds=5.0)
        queue.end(name, job, State.DONE)
        job = queue.take(name)
        assert job is not None
        queue.record_progress(name, job, 1, 4, computed=True)
        (group,) = group_jobs(queue.jobs("a"))
    assert group.ended == 1
    assert group.share == pytest.approx((10 + 20 / 4) / 60)
    assert group.seconds_left == pytest.approx((15 + 30) / 2), "the first took half its estimate"
    queue.cancel_all(group.active)
    (group,) = group_jobs(queue.jobs("a"))
    assert (group.share, group.seconds_left, group.active) == (1.0, 0.0, ())


def test_without_an_estimate_nothing_is_promised(queue: Queue, tmp_path: Path) -> None:
    (job,) = queue.add("a", [queued.order(tmp_path)])
    assert Group((job,)).seconds_left is None
    assert Group((job,)).share == 0.0


def test_what_is_asked_for_again_belongs_to_the_new_request(queue: Queue, tmp_path: Path) -> None:
    orders = [queued.order(tmp_path, seed=seed) for seed in range(2)]
    first, _ = queue.add("a", orders)
    queue.cancel(first)
    (again,) = queue.add("a", [orders[0]])
    assert again.id == first.id
    assert again.request != first.request

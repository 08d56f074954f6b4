"""The machines of a Ray cluster, and where on them the workers of a task belong."""

from __future__ import annotations

import socket
from collections import Counter
from typing import Any

from facemask_core.engines.worker import Worker
from facemask_core.errors import EngineError
from facemask_core.runs.task import Task

ANYWHERE = ""
"""The place of a worker whose machine Ray is to choose."""

AT_ONCE = 2
"""Batches that a worker has at a time: one is read while the other is computed."""

_HEAD_SECONDS = 3.0
"""Within which a head that is there takes a connection."""


def find_head() -> str:
    """Finds ``HOST:PORT`` of the process that keeps the cluster together."""
    import ray

    return str(ray.get_runtime_context().gcs_address)


def head_answers() -> bool:
    """Whether the cluster's head can be reached; where not, Ray's own questions to it hang."""
    host, _, port = find_head().rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_HEAD_SECONDS).close()
    except OSError:
        return False
    return True


class Machines:
    """Tells which workers are missing, and starts them; machines come and go meanwhile.

    A place is Ray's name of a machine, or :data:`ANYWHERE`.
    """

    def __init__(self, task: Task, workers: int | None) -> None:
        """Stores a task where all workers find it.

        Args:
            task: What they compute.
            workers: How many there are to be; None for one a GPU or, without any, one a machine.

        Raises:
            EngineError: The task cannot be sent to another process.
        """
        import ray

        try:
            self._task = ray.put(task)  # stored once for all workers
        except TypeError as error:
            raise EngineError(
                f"{task.classifier.name} cannot be sent to another process; use the local engine."
            ) from error
        self._workers = workers
        self._gpus = "GPU" in ray.cluster_resources()

    def missing(self, taken: Counter[str]) -> list[str]:
        """The places where a worker is to be started now.

        Args:
            taken: How many workers each place has, or is to have no more of.
        """
        if self._workers is not None:
            return [ANYWHERE] * (self._workers - taken.total())
        if taken[ANYWHERE]:  # it waits for the first machine that comes
            return []
        free = list((self._places() - taken).elements())
        return free or ([] if taken else [ANYWHERE])

    def start(self, place: str) -> Any:
        """Starts a worker.

        Args:
            place: Where.

        Returns:
            Ray's handle of it.
        """
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        options = {
            "num_cpus": 1,
            "num_gpus": int(self._gpus),
            "max_concurrency": AT_ONCE,
            "scheduling_strategy": "SPREAD"
            if place == ANYWHERE
            else NodeAffinitySchedulingStrategy(place, soft=False),
        }
        return ray.remote(Worker).options(**options).remote(self._task)

    def _places(self) -> Counter[str]:
        import ray

        resource = "GPU" if self._gpus else "CPU"
        found = {
            node["NodeID"]: int(node["Resources"].get(resource, 0))
            for node in ray.nodes()
            if node["Alive"]
        }
        if not self._gpus:  # a worker uses all processors of its machine
            found = {name: min(count, 1) for name, count in found.items()}
        return Counter(found)

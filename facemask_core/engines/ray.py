"""Computes on a Ray cluster: in worker processes of this machine, or of many."""

from __future__ import annotations

import atexit
import logging
import os
import re
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from facemask_core import backend, paths
from facemask_core.engines.base import Crew, Engine, Notice
from facemask_core.engines.crew import RayCrew
from facemask_core.engines.machines import Machines, head_answers
from facemask_core.engines.worker import make_introduction
from facemask_core.errors import EngineError
from facemask_core.runs.task import Task

_OBJECT_STORE = 512 * 2**20
"""Bytes of shared memory of a cluster of our own: room for a model and a few batches."""


@dataclass(frozen=True, kw_only=True)
class Ray(Engine):
    """Sends whole batches to workers, so that their rows are those of the local engine.

    A worker that dies is replaced, a batch that is late is given to another one, too, and a machine
    that joins the cluster meanwhile gets its worker. The workers read the files of a folder
    themselves, so it must have the same path on every machine; one that lacks it takes no part.

    Attributes:
        address: ``HOST:PORT`` of a cluster this machine belongs to, or ``auto`` for the one that
            was started on it; None starts one for this run, on this machine alone.
        workers: How many workers; None for one a GPU or, without any, one a machine. Each uses all
            processors of its machine.
    """

    name: ClassVar[str] = "ray"
    address: str | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise EngineError(f"There must be at least 1 worker; {self.workers} were asked for.")
        if self.address is not None and not re.fullmatch(r"auto|[^/\s]+:\d+", self.address):
            raise EngineError(f"{self.address!r} is no address; write HOST:PORT, or auto.")

    @contextmanager
    def start(self, task: Task, notice: Notice) -> Iterator[Crew]:
        with _connect(self.address, self.workers or 1):
            machines = Machines(task, self.workers)
            yield RayCrew(machines, task.batch_size, make_introduction(task), notice)


@contextmanager
def _connect(address: str | None, workers: int) -> Iterator[None]:
    """Connects to a cluster, or starts one; one that is connected already is used as it is.

    Raises:
        EngineError: Ray is not installed, or the cluster cannot be reached or started.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing about a run is reported to anyone
    if address is None:
        _keep_to_this_machine()
    try:
        import ray
    except ImportError as error:
        raise EngineError(
            "Ray is not installed; run pip install -r requirements-ray.txt, or leave --engine out."
        ) from error
    if ray.is_initialized():
        yield
        return
    if address not in {None, "auto"}:
        _check_address(str(address))
    own = {
        "include_dashboard": False,
        "num_cpus": max(os.cpu_count() or 1, workers),
        "object_store_memory": _OBJECT_STORE,
    }
    try:
        ray.init(
            address=address or "local",
            runtime_env={
                "py_modules": [str(paths.PACKAGE)],  # every worker runs this very code
                "excludes": [f"/{paths.SHIPPED.name}"],  # models are sent with the task
                "env_vars": {"KERAS_BACKEND": backend.name()},
            },
            log_to_driver=False,
            logging_level=logging.ERROR,
            **({} if address else own),
        )
    except SystemExit as error:  # Ray ends the program after two minutes of no answer
        raise EngineError(
            f"What answers at {address} is no Ray cluster of this version."
        ) from error
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        where = "cannot be started" if address is None else f"cannot be used at {address}"
        raise EngineError(f"Ray {where}: {reason}.") from error
    try:
        yield
    finally:
        _disconnect()


def _disconnect() -> None:
    """Leaves the cluster; where its head is gone Ray would wait for that, and end the program."""
    import ray

    if head_answers():
        ray.shutdown()
    else:
        atexit.unregister(ray.shutdown)


def _keep_to_this_machine() -> None:
    """Lets a cluster of our own listen to no other machine and to no other user of this one.

    Ray keeps to the loopback device, as it does by itself on macOS, where the first variable is set
    before its import. Its workers would also give way to every other program; these are as urgent
    as the process that waits for them.
    """
    if "ray" not in sys.modules:
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")
    if "RAY_AUTH_MODE" not in os.environ:
        os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))


def _check_address(address: str) -> None:
    """Refuses an address where nothing answers; Ray itself would try for a minute and abort.

    Raises:
        EngineError: Nothing answers.
    """
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise EngineError(f"No Ray cluster answers at {address}: {error}.") from error

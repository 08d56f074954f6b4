"""Jobs small enough to be killed often, and a worker whose model costs nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import stored_runs
from small_models import judging

import facemask_core
from facemask_core import Classifier
from facemask_core.jobs import Data, Kind, Order, Queue, worker
from facemask_core.pictures.images import INPUT_SIZE

OWNER = "somebody"
MODEL = "mobilenetv3"


def write(root: Path, count: int, *, broken: Iterable[int] = ()) -> Path:
    """Writes pictures of noise, and some files that are none."""
    stored_runs.write_pictures(root, count, broken=broken)
    return root


def order(root: Path, **more: Any) -> Order:
    """Random noise needs no gradient, so nothing is compiled long."""
    data = Data(kind=Kind.FOLDER, title="noise", place=str(root))
    asked = {"model": MODEL, "data": data, "attack": "noise", "epsilon": 8 / 255, "seed": 3}
    return Order(**asked | more)


@cache
def judge() -> Classifier:
    """A linear model in place of the shipped ones."""
    kernel = np.random.default_rng(1).normal(size=(INPUT_SIZE, INPUT_SIZE, 3))
    return judging(kernel, 0.0)


def patch(patched: pytest.MonkeyPatch) -> None:
    """Makes every worker of this process use the small model."""
    patched.setattr(facemask_core, "load_classifier", lambda *_, **__: judge(), raising=False)


def work(home: Path, log: Path, ready: Connection | None = None, **how: Any) -> None:
    """Works as the command does, in a process of its own, and notes every image it asks about."""
    patch(pytest.MonkeyPatch())
    judge().predict(np.zeros((32, INPUT_SIZE, INPUT_SIZE, 3), np.float32))
    stored_runs.Witness(judge(), log)
    if ready is not None:
        ready.send(os.getpid())
        ready.recv()
    worker.work(Queue(home), **{"idle": 0.0} | how)

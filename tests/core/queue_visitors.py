"""Visitors of the fair queue, and a queue that is kept busy until everybody is in line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.models.fair_queue import Arrays, FairQueue

Answer = list[NDArray[Any]]
STOPPER = "stopper"


class Visitor:
    """Records every message of the queue, and leaves on demand."""

    def __init__(self, key: Hashable, group: Hashable = None) -> None:
        self.key = key
        self.group, self.wish = group, None
        self.messages: list[int] = []
        self.seconds = 0.0
        self.leaving = threading.Event()

    def on_wait(self, ahead: int) -> None:
        self.messages.append(ahead)
        if self.leaving.is_set():
            raise KeyboardInterrupt  # like Streamlit's, no Exception

    def on_start(self) -> None:
        self.messages.append(-1)

    def on_finish(self, seconds: float) -> None:
        self.seconds += seconds

    def has_left(self) -> bool:
        return self.leaving.is_set()

    def end_work(self) -> None:
        raise KeyboardInterrupt


class Lab:
    """A queue whose processor is kept busy until everybody is in line."""

    def __init__(self) -> None:
        self.here: threading.local = threading.local()
        self.queue = FairQueue(lambda: self.here.visitor)
        self.batches: list[list[float]] = []
        self.pool = ThreadPoolExecutor(40)

    def ask(
        self,
        visitor: Visitor,
        *values: float,
        model: Hashable = "model",
        kind: Hashable = None,
        together: int = 1,
        work: Callable[[Arrays], Answer] | None = None,
    ) -> Future[Answer]:
        """Puts a batch in line, and returns once it stands there."""

        rows = np.array(values or [0.0])

        def asked() -> Answer:
            self.here.visitor = visitor
            return self.queue.compute(model, kind, [rows], work or self._work, together=together)

        before = self.queue._count
        future = self.pool.submit(asked)
        wait_until(lambda: self.queue._count > before)
        return future

    def _work(self, arrays: Sequence[NDArray[Any]]) -> Answer:
        self.batches.append(arrays[0].tolist())
        return [2 * arrays[0]]

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nothing is computed before the block ends."""
        opened, begun = threading.Event(), threading.Event()

        def blocked(arrays: Arrays) -> Answer:
            begun.set()
            assert opened.wait(20)
            return [arrays[0]]

        first = self.ask(Visitor(STOPPER), work=blocked)
        assert begun.wait(20)
        try:
            yield
        finally:
            opened.set()
            first.result(20)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)

"""The store: a folder of runs that several processes may use at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from facemask_core.errors import DamagedStoreError, RunInUseError, RunStoreError
from facemask_core.runs import schema
from facemask_core.runs.question import Question
from facemask_core.runs.run import Run
from facemask_core.storage import locks, place, sqlite_file

_MOMENT = 0.5
"""Seconds to wait for a process that only checks whether a run is being computed."""

Read = TypeVar("Read")


class State(Enum):
    """How far a run is."""

    COMPLETE = "complete"
    RUNNING = "running"
    UNFINISHED = "unfinished"


@dataclass(frozen=True)
class StoredRun:
    """A run in the store, without its rows.

    Attributes:
        question: Its question.
        started: When its first batch was stored, UTC, as ISO 8601 writes it.
        done: How many files are stored.
        state: How far it is.
    """

    question: Question
    started: str
    done: int
    state: State


class Store:
    """The runs in one folder; use it in the thread that opened it, and close it in the end.

    A damaged file is renamed, never overwritten, and a new one begun; :attr:`notes` says so.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Opens a store, and makes it if need be.

        Args:
            folder: Its folder; None for :func:`~facemask_core.storage.place.default_folder`.

        Raises:
            RunStoreError: The folder cannot be written, or holds something else or a newer store.
        """
        self.folder = folder or place.default_folder()
        self.path = self.folder / place.FILE
        self.notes: list[str] = []
        """What the user should know, such as that a damaged file was renamed."""
        self._locks = self.folder / "locks"
        self._open_files = ExitStack()
        with schema.speaking(self.path):
            locks.make_folder(self.folder)
        try:
            self._connect()
        except DamagedStoreError:
            self._set_aside(lambda: None)
            self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; nothing else may be called afterwards."""
        self._open_files.close()

    @contextmanager
    def claim(self, question: Question) -> Iterator[Run]:
        """Opens a run to complete it; only one process can at a time.

        Args:
            question: Its question. A complete run has nothing left to compute, so any number of
                processes can open it.

        Yields:
            The run, of which every stored row has been verified.

        Raises:
            RunInUseError: Another process is computing it.
        """
        run = self._verify(question)
        if run.complete:
            yield run
            return
        with self._lease(question):
            run = self._verify(question)  # with what another process has stored meanwhile
            yield run
            if run.complete:
                self._remove_lock(question)

    def runs(self) -> list[StoredRun]:
        """Lists all runs, newest first."""
        return [self._stored_run(*entry) for entry in self._retry(self._entries)]

    def get(self, sha256: str) -> StoredRun | None:
        """Looks a run up by its whole name; None if there is no such run.

        Args:
            sha256: Its question's.
        """
        entries = [entry for entry in self._retry(self._entries) if entry[0].sha256 == sha256]
        return self._stored_run(*entries[0]) if entries else None

    def find(self, beginning: str) -> StoredRun:
        """Looks a run up by the beginning of its name.

        Args:
            beginning: The first letters of its question's sha256.

        Raises:
            RunStoreError: There is none, or more than one.
        """
        runs = [run for run in self.runs() if run.question.sha256.startswith(beginning.lower())]
        if len(runs) != 1:
            count = f"{len(runs)} runs" if runs else "no run"
            raise RunStoreError(
                f"There is {count} whose name begins with {beginning!r}; "
                "the command runs list names them all."
            )
        return runs[0]

    def read(self, question: Question) -> Run:
        """Opens a run only to read it; another process may be computing it.

        Args:
            question: Its question.
        """
        return self._verify(question)

    def delete(self, question: Question) -> None:
        """Deletes a run.

        Args:
            question: Its question.

        Raises:
            RunInUseError: Another process is computing it.
        """
        name = (question.sha256,)
        with self._lease(question):
            with schema.speaking(self.path), sqlite_file.transaction(self._connection):
                for table in ("images", "batches"):
                    self._connection.execute(
                        f"DELETE FROM {table} WHERE run = (SELECT id FROM runs WHERE sha256 = ?)",  # noqa: S608
                        name,
                    )
                self._connection.execute("DELETE FROM runs WHERE sha256 = ?", name)
            self._remove_lock(question)

    def _stored_run(self, question: Question, started: str, done: int) -> StoredRun:
        state = State.COMPLETE
        if done < question.files:
            state = State.RUNNING if self._is_running(question) else State.UNFINISHED
        return StoredRun(question, started, done, state)

    def _is_running(self, question: Question) -> bool:
        lock = self._lock(question)
        if not lock.exists():
            return False
        try:
            with schema.speaking(lock), locks.held(lock, shared=True):
                return False
        except RunInUseError:
            return True

    def _lock(self, question: Question) -> Path:
        return self._locks / f"{question.sha256}.lock"

    def _remove_lock(self, question: Question) -> None:
        """Removes a run's lock. Only its holder may: a process that waits for it relies on that."""
        # Windows never removes it, because its holder has it open. It is an empty file, which the
        # next holder uses again.
        with suppress(OSError):
            self._lock(question).unlink()

    @contextmanager
    def _lease(self, question: Question) -> Iterator[None]:
        """Keeps other processes from a run; the lock ends with the process that holds it."""
        lock = self._lock(question)
        with ExitStack() as stack:
            try:
                with schema.speaking(lock):
                    stack.enter_context(locks.held(lock, wait=_MOMENT))
            except RunInUseError as error:
                raise RunInUseError(
                    "This run is being computed by another process; wait until that has ended."
                ) from error
            yield

    def _verify(self, question: Question) -> Run:
        """Opens a run, which reads and verifies every row of it."""
        return self._retry(lambda: Run(self._connection, self.path, question))

    def _entries(self) -> list[tuple[Question, str, int]]:
        with schema.speaking(self.path):
            rows = self._connection.execute(
                "SELECT question, runs.sha256, started, coalesce(sum(files), 0) FROM runs "
                "LEFT JOIN batches ON run = id GROUP BY id ORDER BY id DESC"
            ).fetchall()
        entries = [(Question(text), started, done) for text, _, started, done in rows]
        if any(entry[0].sha256 != row[1] for entry, row in zip(entries, rows, strict=True)):
            raise DamagedStoreError(f"The run store {self.path} is damaged: a question changed.")
        return entries

    def _retry(self, read: Callable[[], Read]) -> Read:
        """Reads from the file; from a new one if it is damaged."""
        try:
            return read()
        except DamagedStoreError:
            self._set_aside(read)
            self._connect()
            return read()

    def _connect(self) -> None:
        """Opens the file, and holds the users' lock for as long as it is open."""
        with ExitStack() as opening:
            with schema.speaking(self._users):
                opening.enter_context(sqlite_file.register_use(self._users))
            self._connection = opening.enter_context(closing(schema.connect(self.path)))
            self._open_files = opening.pop_all()

    @property
    def _users(self) -> Path:
        return self._locks / "store.lock"

    def _set_aside(self, read: Callable[[], object]) -> None:
        """Renames the damaged file, unless it is sound once no other process uses it."""
        self.close()
        try:
            with schema.speaking(self._users):
                aside = sqlite_file.set_aside_damaged(
                    self.path, self._users, lambda: self._is_damaged(read)
                )
        except RunInUseError as error:
            raise RunInUseError(
                f"The run store {self.path} is damaged, and another process is using it; end that "
                "and try again."
            ) from error
        if aside:
            self.notes.append(
                f"The run store was damaged; it is kept as {aside}, and a new one begun."
            )

    def _is_damaged(self, read: Callable[[], object]) -> bool:
        try:
            with closing(schema.connect(self.path)) as self._connection:
                read()
        except DamagedStoreError:
            return True
        return False

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
"""Seconds to wait for one who only looks whether a run is in hand."""

Read = TypeVar("Read")


class State(Enum):
    """How far a run is."""

    COMPLETE = "complete"
    RUNNING = "running"
    UNFINISHED = "unfinished"


@dataclass(frozen=True)
class Stored:
    """What the store tells of a run without its rows.

    Attributes:
        question: What it answers.
        started: When its first batch was stored, UTC, as ISO 8601 writes it.
        done: How many files are stored.
        state: How far it is.
    """

    question: Question
    started: str
    done: int
    state: State


class Store:
    """Runs in one folder, to be used in the thread that opened it and closed in the end.

    A file that turns out to be damaged is renamed, never overwritten, and a new one begun;
    :attr:`notes` says so.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Opens a store, and makes it if need be.

        Args:
            folder: Where it lies; None for :func:`~facemask_core.storage.place.default_folder`.

        Raises:
            RunStoreError: The folder cannot be written, or holds something else or a newer store.
        """
        self.folder = folder or place.default_folder()
        self.path = self.folder / place.FILE
        self.notes: list[str] = []
        """What the user should know, such as that a damaged file was renamed."""
        self._locks = self.folder / "locks"
        self._opened = ExitStack()
        with schema.speaking(self.path):
            locks.make_folder(self.folder)
        try:
            self._connect()
        except DamagedStoreError:
            self._lay_aside(lambda: None)
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
        """Lets go of the file; nothing else may be called afterwards."""
        self._opened.close()

    @contextmanager
    def claim(self, question: Question) -> Iterator[Run]:
        """Opens a run for whoever is to complete it; no two can at the same time.

        Args:
            question: What it answers. A run that is complete is nobody's to compute, and is there
                for all.

        Yields:
            The run, of which every stored row has been verified.

        Raises:
            RunInUseError: Someone else is computing it.
        """
        run = self._verified(question)
        if run.complete:
            yield run
            return
        with self._lease(question):
            run = self._verified(question)  # with what another has stored meanwhile
            yield run
            if run.complete:
                self._remove_lock(question)

    def runs(self) -> list[Stored]:
        """Lists all runs, newest first."""
        return [self._stored(*entry) for entry in self._sound(self._listed)]

    def named(self, sha256: str) -> Stored | None:
        """Looks a run up by its whole name; None if there is no such run.

        Args:
            sha256: Its question's.
        """
        found = [entry for entry in self._sound(self._listed) if entry[0].sha256 == sha256]
        return self._stored(*found[0]) if found else None

    def find(self, beginning: str) -> Stored:
        """Looks a run up.

        Args:
            beginning: The first letters of its question's sha256.

        Raises:
            RunStoreError: There is none, or more than one.
        """
        found = [run for run in self.runs() if run.question.sha256.startswith(beginning.lower())]
        if len(found) != 1:
            count = f"{len(found)} runs" if found else "no run"
            raise RunStoreError(
                f"There is {count} whose name begins with {beginning!r}; "
                "the command runs list names them all."
            )
        return found[0]

    def read(self, question: Question) -> Run:
        """Opens a run to read it only, whoever computes it.

        Args:
            question: What it answers.
        """
        return self._verified(question)

    def delete(self, question: Question) -> None:
        """Forgets a run.

        Args:
            question: What it answers.

        Raises:
            RunInUseError: Someone is computing it.
        """
        chosen = (question.sha256,)
        with self._lease(question):
            with schema.speaking(self.path), sqlite_file.transaction(self._connection):
                for table in ("images", "batches"):
                    self._connection.execute(
                        f"DELETE FROM {table} WHERE run = (SELECT id FROM runs WHERE sha256 = ?)",  # noqa: S608
                        chosen,
                    )
                self._connection.execute("DELETE FROM runs WHERE sha256 = ?", chosen)
            self._remove_lock(question)

    def _stored(self, question: Question, started: str, done: int) -> Stored:
        state = State.COMPLETE
        if done < question.files:
            state = State.RUNNING if self._in_hand(question) else State.UNFINISHED
        return Stored(question, started, done, state)

    def _in_hand(self, question: Question) -> bool:
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
        """Tidies up. Only who holds a lock may remove it: whoever waits for it relies on that."""
        # Windows never removes it, because its holder has it open. It is an empty file, which the
        # next holder uses again.
        with suppress(OSError):
            self._lock(question).unlink()

    @contextmanager
    def _lease(self, question: Question) -> Iterator[None]:
        """Keeps everyone else from a run; its lock goes with the process that holds it."""
        lock = self._lock(question)
        with ExitStack() as kept:
            try:
                with schema.speaking(lock):
                    kept.enter_context(locks.held(lock, wait=_MOMENT))
            except RunInUseError as error:
                raise RunInUseError(
                    "This run is being computed by another process; wait until that has ended."
                ) from error
            yield

    def _verified(self, question: Question) -> Run:
        """Opens a run and reads every row of it once, before anything is built on them."""
        return self._sound(lambda: Run(self._connection, self.path, question))

    def _listed(self) -> list[tuple[Question, str, int]]:
        with schema.speaking(self.path):
            found = self._connection.execute(
                "SELECT question, runs.sha256, started, coalesce(sum(files), 0) FROM runs "
                "LEFT JOIN batches ON run = id GROUP BY id ORDER BY id DESC"
            ).fetchall()
        entries = [(Question(text), started, done) for text, _, started, done in found]
        if any(entry[0].sha256 != row[1] for entry, row in zip(entries, found, strict=True)):
            raise DamagedStoreError(f"The run store {self.path} is damaged: a question changed.")
        return entries

    def _sound(self, read: Callable[[], Read]) -> Read:
        """Reads from the file, or from a new one where it turns out to be damaged."""
        try:
            return read()
        except DamagedStoreError:
            self._lay_aside(read)
            self._connect()
            return read()

    def _connect(self) -> None:
        """Opens the file, and tells other processes so for as long as it is open."""
        with ExitStack() as opening:
            with schema.speaking(self._users):
                opening.enter_context(sqlite_file.register_use(self._users))
            self._connection = opening.enter_context(closing(schema.connect(self.path)))
            self._opened = opening.pop_all()

    @property
    def _users(self) -> Path:
        return self._locks / "store.lock"

    def _lay_aside(self, read: Callable[[], object]) -> None:
        """Renames the damaged file, unless it turns out to be sound once nobody else uses it."""
        self.close()
        try:
            with schema.speaking(self._users):
                aside = sqlite_file.set_aside_damaged(
                    self.path, self._users, lambda: self._damaged(read)
                )
        except RunInUseError as error:
            raise RunInUseError(
                f"The run store {self.path} is damaged, and another process is using it; end that "
                "and run the command again."
            ) from error
        if aside:
            self.notes.append(
                f"The run store was damaged; it is kept as {aside}, and a new one begun."
            )

    def _damaged(self, read: Callable[[], object]) -> bool:
        try:
            with closing(schema.connect(self.path)) as self._connection:
                read()
        except DamagedStoreError:
            return True
        return False

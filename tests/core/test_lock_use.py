"""What several threads share is touched only while its lock is held.

Read from the code: a race shows itself once in many runs, a lock that was left out does so at once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("threading.Lock", "threading.RLock", "threading.Condition", "threading.BoundedSemaphore")
CHANGES = {
    *("add", "append", "clear", "discard", "extend", "insert", "move_to_end", "pop", "popitem"),
    *("remove", "setdefault", "update"),
}
"""Methods that change a collection."""
CALLED_WITH_IT = {
    "fair_queue.FairQueue": {"_is_next"},  # by wait_for
    "film.Film": {"_compute"},
}
"""Functions that hold no lock because who calls them does."""
WITHOUT = {
    "supervisor.Supervisor": {  # single values, each written by one thread
        *("_try: _queue_problem", "problem: _queue_problem", "problem: _worker_problem"),
        "stop: _process",  # nothing starts another by then
    },
    "fair_queue.FairQueue": {  # one batch is computed at a time
        *("_compute: _since", "_stop_clock: _since", "give_way: _since", "give_way: _running"),
    },
    "decoded_pixels.DecodedPixels": {"__get__: _recent"},  # to be decoded without the lock
    "answers.ChapterTruth": {  # readers never wait for a measurement; the truth is set once, whole
        *("__getitem__: _is_begun", "__getitem__: _truth", "measure: _is_begun"),
    },
    "film.Film": {  # parts are added and never taken away
        *("pack: done", "_reaches: done", "animate: done", "attacked_at: done", "before: done"),
        *("animate: _animations", "pack: _packed"),  # made twice they are the same
    },
    "uploads.UploadLedger": {"_count: _store", "watch: _store"},  # set before the first request
    "shared_cache.AnswerCache": {"__contains__: _entries"},  # a hint, old the next moment anyhow
    "waiting": {"hold_lock: _HOLDERS"},  # by the lock's holder alone; others ask for a hint
}
"""What may be touched without the lock, as ``function: name``."""


@dataclass
class Scope:
    """A class or a module that has locks.

    Attributes:
        name: Its file, and the class.
        text: The whole file.
        functions: Its functions by name.
        values: By name what the class or module sets up.
        prefix: ``self.`` before the names in a class.
    """

    name: str
    text: str
    functions: dict[str, ast.FunctionDef]
    values: dict[str, str]
    prefix: str

    @property
    def locks(self) -> set[str]:
        return {name for name, value in self.values.items() if any(lock in value for lock in LOCKS)}

    def read_name(self, node: ast.AST) -> str | None:
        """Reads the name of what belongs to the scope."""
        name = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""
        name = name.removeprefix(self.prefix) if name.startswith(self.prefix) else ""
        return name if name in self.values or name in self.functions else None

    def walk(self, node: ast.AST, *, held: bool = False) -> Iterator[tuple[ast.AST, bool]]:
        """Yields every node below one, and whether a lock is held there."""
        taken = isinstance(node, ast.With) and any(
            self.read_name(part) in self.locks
            for item in node.items
            for part in ast.walk(item.context_expr)
        )
        for child in ast.iter_child_nodes(node):
            inside = held or (taken and isinstance(child, ast.stmt))
            yield child, inside
            yield from self.walk(child, held=inside)

    def list_changing(self) -> set[str]:
        """Lists what changes after the scope is set up."""
        names = set[str | None]()
        for function in self.functions.values():
            for node in ast.walk(function):
                if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
                    names.add(self.read_name(getattr(node, "value", node)))  # of an item, its owner
                    names.add(self.read_name(node))
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    names |= (
                        {self.read_name(node.func.value)} if node.func.attr in CHANGES else set()
                    )
        events = {name for name, value in self.values.items() if "threading.Event" in value}
        return {name for name in names if name} - self.locks - events

    def list_covered(self) -> set[str]:
        """Lists the private functions whose callers all hold a lock."""
        calls: dict[str, list[tuple[str, bool]]] = {}
        for caller, function in self.functions.items():
            for node, held in self.walk(function):
                if (name := self.read_name(node)) in self.functions:
                    calls.setdefault(str(name), []).append((caller, held))
        given = CALLED_WITH_IT.get(self.name, set())
        covered = {name for name in calls if name.startswith("_")} | given
        while True:
            fewer = {
                name
                for name in covered
                if name in given or all(held or caller in covered for caller, held in calls[name])
            }
            if fewer == covered:
                return covered
            covered = fewer

    def list_bare(self) -> set[str]:
        """Lists what is touched without a lock although it changes."""
        changing, covered = self.list_changing(), self.list_covered()
        return {
            f"{name}: {self.read_name(node)}"
            for name, function in self.functions.items()
            if name not in covered
            for node, held in self.walk(function)
            if not held and self.read_name(node) in changing
        }


def read_scopes() -> Iterator[Scope]:
    """Reads the classes and modules that have locks."""
    for package in ("facemask_core", "facemask_ui"):
        for file in sorted((ROOT / package).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            tree = ast.parse(text if "threading." in text else "")
            for node in (tree, *(part for part in tree.body if isinstance(part, ast.ClassDef))):
                functions = {
                    part.name: part for part in node.body if isinstance(part, ast.FunctionDef)
                }
                places = [*node.body]
                if isinstance(node, ast.ClassDef) and "__init__" in functions:
                    places += functions.pop("__init__").body
                values = {
                    ast.unparse(target).removeprefix("self."): ast.unparse(part.value)
                    for part in places
                    if isinstance(part, ast.Assign | ast.AnnAssign) and part.value
                    for target in getattr(part, "targets", [getattr(part, "target", None)])
                }
                name = ".".join(filter(None, (file.stem, getattr(node, "name", ""))))
                scope = Scope(name, text, functions, values, "self." if node is not tree else "")
                if scope.locks:
                    yield scope


def test_what_threads_share_is_touched_under_its_lock() -> None:
    scopes = list(read_scopes())
    assert len(scopes) > 10
    assert {scope.name: bare for scope in scopes if (bare := scope.list_bare())} == WITHOUT


def test_every_lock_is_held_somewhere_in_its_file() -> None:
    for scope in read_scopes():
        for lock in scope.locks:
            assert re.search(rf"\n\s+with .*\b{lock}\b", scope.text), (scope.name, lock)

"""Models that visitors bring along: files in private folders, each for as long as its tab is open.

A report is computed in another process, so the file has to lie where that finds it: in a folder
under the lab's own, which only this user can read and whose name nobody can guess. The model's name
ends with that folder's, so no two visitors' models have the same name, and no cache can take one
for the other. A server that was killed leaves its folders behind; the next one removes them.

How a model is used is written beside it, once for each way that its visitor has chosen: a report
that waits is computed in the way it was asked for.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from facemask_core import system
from facemask_core.errors import ForeignModelError, RunInUseError
from facemask_core.models.foreign.content import LABELS_FILE
from facemask_core.models.foreign.packages import Package, unpack
from facemask_core.storage import locks

if TYPE_CHECKING:  # they start the numerical backend
    from facemask_core.models.foreign.choices import Choices

_FOLDER = "visiting"
_NOTES = "readings"
_MARK = "@"
_PLACE = re.compile(r"([0-9a-f]{16}-[0-9a-f]{32})-([0-9]{1,4})")


@dataclass
class Visitor:
    """A model that a visitor brought along.

    Attributes:
        file: The model's file, alone in its folder but for its class names.
        readings: How often the file was read in another way.
    """

    file: Path
    readings: int = field(default=0)

    def note_reading(self, title: str, choices: Choices) -> str:
        """Writes down how the model is used, and names it so.

        Args:
            title: The model's name for people.
            choices: How it is used.

        Returns:
            Its name on this server.

        Raises:
            ForeignModelError: That cannot be written.
        """
        self.readings += 1
        folder = self.file.parents[1]
        with _explain_errors():
            note = folder / _NOTES / f"{self.readings}.json"
            note.parent.mkdir(exist_ok=True)
            note.write_text(json.dumps(asdict(choices)), encoding="utf-8", newline="\n")
        return f"{title}{_MARK}{folder.name}-{self.readings}"

    def remove(self) -> None:
        """Removes its folder; a worker that has read the model keeps what it has read."""
        shutil.rmtree(self.file.parents[1], ignore_errors=True)


class Host:
    """The folders of one server process, which it holds by a lock."""

    def __init__(self, home: Path) -> None:
        """Takes a place, and removes what servers that are gone have left.

        Args:
            home: The lab's own folder.

        Raises:
            ForeignModelError: Nothing can be kept there.
        """
        self._home, self._key = home, secrets.token_hex(8)
        with _explain_errors():
            locks.make_folder(home)
            self._held = locks.held(_lock(home, self._key))
            self._held.__enter__()  # for as long as the process lives
            _sweep(home)

    def take(self, package: Package) -> Visitor:
        """Keeps a model's file.

        Args:
            package: The model.

        Raises:
            ForeignModelError: It cannot be written.
        """
        folder = self._home / _FOLDER / f"{self._key}-{secrets.token_hex(16)}"
        with _explain_errors():
            folder.parent.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700)
            try:
                (folder / "model").mkdir()
                return Visitor(unpack(package, folder / "model"))
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise


def is_visiting(name: str) -> bool:
    """Tells whether a name is that of a visitor's model.

    Args:
        name: A model's name.
    """
    return _PLACE.fullmatch(name.rpartition(_MARK)[2]) is not None


def write_title(name: str) -> str:
    """Writes what people call a model.

    Args:
        name: A shipped model's name, or that of a visitor's.
    """
    return name.rpartition(_MARK)[0] if is_visiting(name) else name


def find_visitor(home: Path, name: str) -> tuple[Path, Choices]:
    """Finds a visitor's model, and how it is used.

    Args:
        home: The lab's own folder.
        name: Its name.

    Raises:
        ForeignModelError: It is gone.
    """
    from facemask_core.models.foreign.choices import Choices

    found = _PLACE.fullmatch(name.rpartition(_MARK)[2])
    try:
        if found is None:
            raise FileNotFoundError
        folder = home / _FOLDER / found[1]
        said = json.loads((folder / _NOTES / f"{found[2]}.json").read_text(encoding="utf-8"))
        names = said.pop("classes")
        choices = Choices(**said, classes=None if names is None else tuple(names))
        (file,) = (path for path in (folder / "model").iterdir() if path.name != LABELS_FILE)
    except (OSError, ValueError, TypeError):
        raise ForeignModelError(
            f"The model {write_title(name)!r} is no longer on this server; choose its file again "
            "and run the report anew, which goes on where it was."
        ) from None
    return file, choices


def _sweep(home: Path) -> None:
    """Removes the folders of servers that are gone."""
    folder = home / _FOLDER
    for entry in folder.iterdir() if folder.is_dir() else ():
        lock = _lock(home, entry.name.partition("-")[0])
        try:
            with locks.held(lock, shared=True):
                shutil.rmtree(entry, ignore_errors=True)
        except RunInUseError:
            continue  # a server that lives
        system.remove_unless_open(lock)


def _lock(home: Path, key: str) -> Path:
    return home / "locks" / f"visiting-{key}.lock"


@contextmanager
def _explain_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise ForeignModelError(
            f"The model cannot be kept on the server while your tab is open: {why}."
        ) from error

"""Watching what a process writes: files that come and go, files without a name, and their content.

The kernel tells of every file below the watched folders (inotify, by watchdog); files that were
deleted while open have no folder, so the process's open files are looked at as well.
"""

from __future__ import annotations

import base64
import io
import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

_LONGEST = 64 * 2**20
_BEGINNINGS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n|RIFF....WEBP|GIF8[79]a|BM....\0\0\0\0", re.DOTALL
)
_IN_TEXT = re.compile(rb"data:image/[a-z]+;base64,([A-Za-z0-9+/=]{80,})")
_WRITABLE = os.O_WRONLY | os.O_RDWR


class Writes(FileSystemEventHandler):
    """What was written, by where.

    Attributes:
        seen: Every content of every file, the latest last.
    """

    def __init__(self) -> None:
        self.seen: dict[str, list[bytes]] = {}
        self._lock = threading.Lock()

    def on_any_event(self, event: FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            if path and not event.is_directory:
                self.look(Path(os.fsdecode(path)), os.fsdecode(path))

    def look(self, path: Path, name: str) -> None:
        """Takes down what is in a file just now, if it can be opened."""
        with suppress(OSError), path.open("rb") as file:
            content = file.read(_LONGEST)
            with self._lock:
                kept = self.seen.setdefault(name, [])
                if content and content not in kept:
                    kept.append(content)

    def found(self, marks: Sequence[bytes]) -> list[str]:
        """Where a picture was written, of any kind, or one of some marks.

        Args:
            marks: Pieces of what must not be written, in any shape it takes.
        """
        return [
            name
            for name, contents in self.seen.items()
            if any(holds(content, marks) for content in contents)
        ]


@contextmanager
def watched(folders: Sequence[Path], process: int) -> Iterator[Writes]:
    """Watches folders, and the open files of a process wherever they lie.

    Args:
        folders: Everything below them.
        process: Its number.
    """
    writes, over = Writes(), threading.Event()

    def look_at_open_files() -> None:
        while not over.wait(0.002):
            for entry in _open_for_writing(process):
                writes.look(entry, f"open file {_target(entry)}")

    observer = Observer()
    for folder in folders:
        observer.schedule(writes, str(folder), recursive=True)
    observer.start()
    looker = threading.Thread(target=look_at_open_files)
    looker.start()
    try:
        yield writes
    finally:
        over.set()
        looker.join()
        observer.stop()
        observer.join()
    for folder in folders:  # and what lies there in the end
        for path in folder.rglob("*"):
            if path.is_file():
                writes.look(path, str(path))


def _target(entry: Path) -> str:
    with suppress(OSError):
        return str(entry.readlink())
    return ""


def _open_for_writing(process: int) -> Iterator[Path]:
    """The process's regular files that it may write to, deleted ones too."""
    with suppress(OSError):
        for entry in Path(f"/proc/{process}/fd").iterdir():
            if not _target(entry).startswith("/") or not entry.is_file():
                continue  # a socket, a pipe, a device
            with suppress(OSError, ValueError):
                told = Path(f"/proc/{process}/fdinfo/{entry.name}").read_text(encoding="ascii")
                flags = int(re.search(r"flags:\s*(\d+)", told)[1], 8)  # type: ignore[index]
                if flags & _WRITABLE:
                    yield entry


def marks_of(data: bytes, count: int = 12, length: int = 48) -> list[bytes]:
    """Pieces of a file or of pixels, and what base64 makes of them, wherever they begin in it."""
    step = max(1, (len(data) - length) // count)
    pieces = [data[start : start + length] for start in range(step, len(data) - length, step)]
    return pieces + [base64.b64encode(piece[shift:])[:40] for piece in pieces for shift in range(3)]


def holds(content: bytes, marks: Sequence[bytes]) -> bool:
    """Whether bytes have one of some marks, or any picture, as it is or in base64."""
    if any(mark in content for mark in marks):
        return True
    begun = [content[found.start() :] for found in _BEGINNINGS.finditer(content)]
    begun += [_decoded(found[1]) for found in _IN_TEXT.finditer(content)]
    return any(_is_picture(data) for data in begun)


def _decoded(text: bytes) -> bytes:
    return base64.b64decode(text[: len(text) // 4 * 4])


def _is_picture(data: bytes) -> bool:
    with suppress(Exception), Image.open(io.BytesIO(data)) as picture:
        return min(picture.size) >= 8
    return False


def lately_written(folders: Sequence[Path], since: float) -> Iterator[Path]:
    """Files of some folders that were written since a time."""
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                path = Path(parent) / name
                with suppress(OSError):
                    if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= since:
                        yield path

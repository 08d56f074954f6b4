"""Finds the model, and its class names, among the files that somebody gives for one model.

Teachable Machine hands out a zip with ``keras_model.h5`` and ``labels.txt``; others give the two
files by themselves. A ``.keras`` file is a zip, too, but a model as it stands.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from facemask_core.data import zips
from facemask_core.models.foreign import limits
from facemask_core.models.foreign.content import LABELS_FILE, refuse

ENDINGS = (".h5", ".hdf5", ".keras", ".model", ".onnx")
"""Of the names of models in a zip; a single file may have any name."""
_KERAS_PARTS = {"config.json", "model.weights.h5"}
_ZIP = b"PK\x03\x04"
_MOST_ENTRIES = 1000
_LONGEST_NAME = 80
_LARGEST_LABELS = 10_000
_SMALL = 2**20
"""Bytes that a zip may unpack to however small it is."""
_DAMAGE = (*zips.DAMAGE, RuntimeError)
"""What Python raises of a zip that is damaged, or has a password."""


@dataclass(frozen=True)
class Package:
    """A model's file in memory, with what lies beside it.

    Attributes:
        name: The file's name, without folders.
        content: Its bytes.
        labels: The bytes of its class names; empty where there are none.
    """

    name: str
    content: bytes = field(repr=False)
    labels: bytes = b""

    @property
    def sha256(self) -> str:
        """The hash of the file and its class names, which tells it from any other."""
        return hashlib.sha256(self.labels + b"\n" + self.content).hexdigest()


def find_package(files: Mapping[str, bytes]) -> Package:
    """Finds one model among files, one of which may be a zip.

    Args:
        files: Their content by their names.

    Raises:
        ForeignModelError: There is none, or more than one, or a zip is damaged or too large.
    """
    models: dict[str, bytes] = {}
    labels = b""
    for name, content in _open_zips(files):
        if PurePosixPath(name).name.lower() == LABELS_FILE:
            labels = content[:_LARGEST_LABELS]
        else:
            models[name] = content
    if not models:
        raise refuse(
            "There is no model among these files", "give a .h5, .keras or .onnx file, or its zip"
        )
    if len(models) > 1:
        raise refuse(f"There are {len(models)} models among these files", "give one at a time")
    name, content = next(iter(models.items()))
    return Package(PurePosixPath(name.replace("\\", "/")).name, content, labels)


def unpack(package: Package, folder: Path) -> Path:
    """Writes a model into an empty folder, with its class names beside it.

    Args:
        package: The model.
        folder: The folder, which exists.

    Returns:
        The model's file, whose name is made of letters, digits, dots and hyphens.

    Raises:
        OSError: It cannot be written.
    """
    name = re.sub(r"[^\w.-]|^\.+", "-", package.name)[-_LONGEST_NAME:].lstrip(".")
    path = folder / (name if name not in {"", LABELS_FILE} else "model")
    path.write_bytes(package.content)
    if package.labels:
        (folder / LABELS_FILE).write_bytes(package.labels)
    return path


def is_zip_of_files(path: Path) -> bool:
    """Tells whether a file is a zip with a model in it, rather than a model.

    Args:
        path: The file.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_ZIP)) != _ZIP:
                return False
        with zipfile.ZipFile(path) as archive:
            return any(_is_wanted(entry) for entry in _list_entries(archive))
    except _DAMAGE:
        return False  # the model's reader says what is wrong


def _open_zips(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, content in files.items():
        if not content.startswith(_ZIP):
            yield name, content
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                entries = list(filter(_is_wanted, _list_entries(archive)))
                if entries:
                    most = min(
                        limits.LARGEST_FILE, limits.LARGEST_EXPANSION * len(content) + _SMALL
                    )
                    yield from _read_entries(archive, entries, most)
                else:  # a model as it stands, or none, of which its reader says so
                    yield name, content
        except _DAMAGE as why:
            raise refuse("The zip is damaged or has a password", "pack its files anew") from why


def _list_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Lists what a zip holds; nothing of a ``.keras`` file, which is one model."""
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise refuse(f"The zip has more than {_MOST_ENTRIES:,} files", "pack the model alone")
    return [] if set(archive.namelist()) >= _KERAS_PARTS else entries


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    is_model = path.suffix.lower() in ENDINGS
    return not (hidden or entry.is_dir()) and (is_model or path.name.lower() == LABELS_FILE)


def _read_entries(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], room: int
) -> Iterator[tuple[str, bytes]]:
    for entry in entries:
        with archive.open(entry) as file:
            content = file.read(room + 1)  # a zip may say what it likes of the size
        room -= len(content)
        if room < 0:
            raise refuse("The zip unpacks to more than a model may have", "give a smaller model")
        yield entry.filename, content

"""Reads a model's file as data: the JSON of its architecture, and its weights.

HDF5 can point to other files, describe petabytes in a kilobyte, and be a circle. So every link on
the way to an array is looked at, sizes are added up before anything is unpacked, and only plain
numbers are read. :mod:`~facemask_core.models.foreign.reader_process` calls this in a process of its
own, because the library that reads HDF5 is written in C.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import limits, onnx_graph
from facemask_core.models.foreign.content import Arrays, FileContent, refuse

_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"
_SAVE_AGAIN = "save the model again with model.save('model.h5') or model.save('model.keras')"
_OTHERS = {
    b"\x80": lambda name: f"{name} is a pickle, which is a program, and no pickle is opened here",
    b"TFL3": lambda name: f"{name} is a TensorFlow Lite model, which has no gradients",
}
_WEIGHTS, _CONFIG, _METADATA = "model.weights.h5", "config.json", "metadata.json"
_MOST_OBJECTS = 20_000
_DEEPEST_GROUP = 24


def read(path: Path) -> FileContent:
    """Reads a file of Keras, ``.h5`` of Keras 2 or 3 or ``.keras``, or an ONNX file.

    What a file is follows from its content, whatever its name.

    Args:
        path: The file.

    Raises:
        ForeignModelError: It is something else, damaged, too large, or holds what is not read.
    """
    name, save_again = path.name, _SAVE_AGAIN
    try:
        size = path.stat().st_size
        if size > limits.LARGEST_FILE:
            raise refuse(
                f"{name} has {size / 2**20:,.0f} MB",
                f"the limit is {limits.LARGEST_FILE // 2**20} MB; save it without its optimizer",
            )
        with path.open("rb") as file:
            head = file.read(8)
        if head == _HDF5:
            with h5py.File(path, "r", locking=False) as content:
                return _read_h5(content, size)
        if head[:4] == _ZIP:
            return _read_archive(path, size)
        if onnx_graph.is_onnx(head):
            from facemask_core.models.foreign.onnx_graph import reader  # half a second to import

            save_again = reader.EXPORT_AGAIN
            return reader.read(path)
    except (ForeignModelError, MemoryError):
        raise
    except Exception as error:  # h5py raises nearly every kind on a damaged file
        reason = "it is damaged or cut short" if not isinstance(error, OSError) else _why(error)
        raise refuse(f"{name} cannot be read ({reason})", save_again) from error
    for start, describe in _OTHERS.items():
        if head.startswith(start) or head[4:].startswith(start):
            raise refuse(describe(name), _SAVE_AGAIN)
    raise refuse(f"{name} is no Keras model and no ONNX model", _SAVE_AGAIN)


def _why(error: OSError) -> str:
    return error.strerror if error.strerror else "it is damaged or cut short"


def _read_h5(file: h5py.File, size: int) -> FileContent:
    architecture = _read_text(file, "model_config")
    if not architecture:
        raise refuse(
            "This file holds weights without an architecture",
            "save the whole model with model.save and not model.save_weights",
        )
    total = _Total(size)
    arrays: Arrays = {}
    weights = _follow(file, "model_weights") if "model_weights" in file else file
    for layer in _read_names(weights, "layer_names"):
        group = _follow(weights, layer)
        for weight in _read_names(group, "weight_names"):
            array = total.read(_follow(group, weight), f"{layer}/{weight}")
            if array is not None:
                arrays[f"{layer}\n{weight}"] = array
    version = _read_text(file, "keras_version") or "2"
    return FileContent("h5", version, architecture, _read_text(file, "training_config"), arrays)


def _read_text(group: Any, key: str) -> str:
    value = group.attrs.get(key, "")
    text = value.decode() if isinstance(value, bytes) else value
    if not isinstance(text, str) or len(text) > limits.LONGEST_ARCHITECTURE:
        raise refuse(f"The file's {key} is no text or is too long", _SAVE_AGAIN)
    return text


def _read_names(group: Any, key: str) -> list[str]:
    """Reads a list of names, which Keras cuts into parts where it is long."""
    if key in group.attrs:
        parts = [group.attrs[key]]
    else:
        parts = []
        while f"{key}{len(parts)}" in group.attrs:
            parts.append(group.attrs[f"{key}{len(parts)}"])
    names = [name for part in parts for name in np.asarray(part).ravel().tolist()]
    if len(names) > _MOST_OBJECTS:
        raise refuse(f"The file lists {len(names):,} names", "no model here may have so many")
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names]


def _follow(group: Any, path: str) -> Any:
    """Goes down a path by links that stay within the file."""
    for part in filter(None, path.split("/")):
        link = group.get(part, getlink=True) if isinstance(group, h5py.Group) else None
        if not isinstance(link, h5py.HardLink):
            raise refuse(f"{path[:80]!r} in the file is missing or leads out of it", _SAVE_AGAIN)
        group = group[part]
    return group


class _Total:
    """Reads arrays while they stay within what a file of its size may hold."""

    def __init__(self, size: int) -> None:
        self._most = min(4 * limits.MOST_PARAMETERS, limits.LARGEST_EXPANSION * size)
        self._bytes = 0

    def read(self, item: Any, name: str) -> Any:
        """Reads an array of floating-point numbers; None for one of others, such as counters."""
        if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual:
            raise refuse(f"The weight {name[:80]!r} does not lie in the file", _SAVE_AGAIN)
        if item.dtype.kind in "iu":
            return None
        if item.dtype.kind != "f":
            raise refuse(f"The weight {name[:80]!r} is no array of numbers", _SAVE_AGAIN)
        # In Python's own numbers: NumPy's product of a shape of petabytes would wrap around.
        count = 1
        for side in item.shape or ():
            count *= int(side)
        self._bytes += 4 * count
        if self._bytes > self._most:
            raise refuse(
                f"The weights up to {name[:80]!r} unpack to more than a file of this size can hold",
                _SAVE_AGAIN,
            )
        return np.asarray(item[()], dtype="<f4")


def _read_archive(path: Path, size: int) -> FileContent:
    with zipfile.ZipFile(path) as archive:
        names = {entry.filename: entry for entry in archive.infolist()}
        if any(name.endswith("data.pkl") for name in names):
            raise refuse(
                f"{path.name} is a PyTorch file, whose pickle is a program", "give a Keras file"
            )
        if not {_CONFIG, _WEIGHTS} <= names.keys():
            raise refuse(f"{path.name} is a zip without a Keras model in it", _SAVE_AGAIN)
        text = [
            _unpack(archive, names, name, limits.LONGEST_ARCHITECTURE)
            for name in (_CONFIG, _METADATA)
        ]
        most = min(limits.LARGEST_FILE, limits.LARGEST_EXPANSION * size)
        weights = _unpack(archive, names, _WEIGHTS, most)
    metadata = json.loads(text[1] or "{}")
    with h5py.File(io.BytesIO(weights), "r") as file:
        total = _Total(len(weights))
        arrays = {
            key: array
            for key, item in _walk(file, "", _DEEPEST_GROUP)
            if (array := total.read(item, key)) is not None
        }
    version = str(metadata.get("keras_version", "3"))
    return FileContent("keras", version, text[0].decode(), "", arrays)


def _unpack(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], name: str, most: int
) -> bytes:
    """Unpacks a file of a zip, whatever size the zip claims for it."""
    if name not in names:
        return b""
    try:
        with archive.open(names[name]) as file:
            content = file.read(most + 1)
    except (zlib.error, struct.error, NotImplementedError, EOFError) as error:
        raise refuse(f"{name} in the file is damaged", _SAVE_AGAIN) from error
    if len(content) > most:
        raise refuse(f"{name} in the file unpacks to more than it may", _SAVE_AGAIN)
    return content


def _walk(group: Any, path: str, deepest: int) -> Iterator[tuple[str, Any]]:
    """Yields the arrays below a group by their paths, those of the optimizer left out."""
    count, waiting = 0, [(path, group, 0)]
    while waiting:
        path, group, depth = waiting.pop()
        for name in group:
            count += 1
            if depth > deepest or count > _MOST_OBJECTS:
                raise refuse("The file's weights are nested without end", _SAVE_AGAIN)
            if depth == 0 and name in {"optimizer", "metrics", "loss_tracker"}:
                continue
            item, key = _follow(group, name), f"{path}{name}"
            if isinstance(item, h5py.Group):
                waiting.append((f"{key}/", item, depth + 1))
            else:
                yield key, item

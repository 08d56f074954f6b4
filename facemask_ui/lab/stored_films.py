"""Films of the lab's own pictures, made beforehand: shipped with a model, or in the cache folder.

What a visitor brings never gets here: films are written by :mod:`.sample_films` alone, which looks
at shipped pictures and at nothing else. Every film is checked before it is used. One that is
damaged, half written or of other weights counts as missing, and is computed again.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import paths
from facemask_core.epsilons import LINF
from facemask_core.storage import place
from facemask_ui.face.question import Question
from facemask_ui.lab import parts
from facemask_ui.lab.parts import Part

FORMAT = 1
"""To be raised when films hold something else, or attacks make other pictures."""
SUFFIX = ".film"
_FIGURES = {"linf", "l2", "changed", "pixels", "ssim", "psnr"}
_LARGEST = 2**24
"""Bytes of a film at most; one of PGD has two million."""


def cache_folder() -> Path:
    """Returns the folder of films that were computed while the server was idle."""
    return place.default_folder() / "films"


def shipped_file(model: str) -> Path:
    """Returns the file of films that is shipped with a model: a zip with one member a film."""
    return paths.ASSETS / "films" / f"{model}.zip"


def find_film(question: Question) -> list[Part] | None:
    """Finds the complete film of a question about one of the lab's own pictures.

    Args:
        question: The question.

    Returns:
        Its parts, or None where there is no film, or none that can be trusted.
    """
    if question.grid != LINF:
        return None
    key = question.key()
    data = _read_member(shipped_file(question.classifier.name), key)
    if data is None:
        data = _read_file(cache_folder() / f"{key}{SUFFIX}")
    return None if data is None else decode(data, question)


def _read_member(path: Path, name: str) -> bytes | None:
    try:
        with zipfile.ZipFile(path) as file:
            return file.read(name) if file.getinfo(name).file_size <= _LARGEST else None
    except (OSError, KeyError, zipfile.BadZipFile):
        return None


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def encode(question: Question, film: Sequence[Part]) -> bytes:
    """Writes a complete film: a hash of the rest, the length of the header, header and pictures.

    Args:
        question: What the film answers.
        film: All its parts.
    """
    last = {notch: part for part in film for notch in part.answers}
    notches = question.notches
    signs = [np.asarray(part.values) for part in film if part.kind == "sign"]
    if signs:
        kind, pictures = "sign", np.packbits(np.stack([signs[0] > 0, signs[0] != 0]).ravel())
    else:
        attacked = [last[notch].attacked_at(notch, question.face) for notch in notches]
        kind, pictures = "frames", np.stack(attacked) - question.face
    (figures,) = (part.header["figures"] for part in film if part.kind == "figures")
    (noise,) = (part.header["values"] for part in film if part.kind == "line")
    header = {
        "format": FORMAT,
        "key": question.key(),
        "kind": kind,
        "before": film[0].header["before"],
        "probabilities": [last[notch].answers[notch] for notch in notches],
        "figures": figures,
        "noise": noise,
    }
    text = zlib.compress(json.dumps(header).encode(), 9)
    rest = len(text).to_bytes(4, "little") + text + zlib.compress(pictures.tobytes(), 9)
    return hashlib.sha256(rest).digest() + rest


def decode(data: bytes, question: Question) -> list[Part] | None:
    """Reads a film; None where anything about it is not as it must be.

    Args:
        data: What :func:`encode` wrote.
        question: What the film answers.
    """
    try:
        return _decode(data, question)
    except (ValueError, KeyError, TypeError, zlib.error):
        return None


def _decode(data: bytes, question: Question) -> list[Part]:
    rest = data[32:]
    size = int.from_bytes(rest[:4], "little")
    header = json.loads(zlib.decompressobj().decompress(rest[4 : 4 + size], _LARGEST))
    notches = question.notches
    lines = [(int(notch), float(share)) for notch, share in header["noise"]]
    _require(
        hashlib.sha256(rest).digest() == data[:32],
        header["format"] == FORMAT,
        header["key"] == question.key(),
        len(header["probabilities"]) == len(header["figures"]) == len(notches),
        all(map(_is_answer, [header["before"], *header["probabilities"]])),
        all(set(figures) == _FIGURES for figures in header["figures"]),
        all(notch in LINF.notches and 0.0 <= share <= 1.0 for notch, share in lines),
    )
    packed = rest[4 + size :]
    shape = question.face.shape
    pictures: NDArray[np.uint8] | NDArray[np.int8]
    if header["kind"] == "sign":
        bits = np.frombuffer(_unpack(packed, 2 * question.face.size // 8), np.uint8)
        up, moved = np.unpackbits(bits).astype(np.int8).reshape(2, *shape)
        pictures, packed = (2 * up - 1) * moved, b""
    else:
        values = _unpack(packed, len(notches) * question.face.size)
        pictures = np.frombuffer(values, np.uint8).reshape(len(notches), *shape)
        changes = pictures.view(np.int8).reshape(len(notches), -1)
        lowest, highest = changes.min(axis=1).astype(int), changes.max(axis=1)
        _require(
            header["kind"] == "frames",
            bool((-lowest <= notches).all() and (highest <= notches).all()),
        )
    answers = {"levels": notches, "probabilities": header["probabilities"]}
    return [
        Part("face", "face", {"before": header["before"], "label": question.label}, question.face),
        Part(f"levels 0-{notches[-1]}", header["kind"], answers, pictures, packed),
        Part(
            f"figures 0-{notches[-1]}",
            "figures",
            {"levels": notches, "figures": header["figures"]},
        ),
        parts.describe_line("noise", lines),
        parts.END,
    ]


def _require(*conditions: bool) -> None:
    if not all(conditions):
        raise ValueError(conditions)


def _is_answer(shares: Any) -> bool:
    first, second = shares
    return 0.0 <= first <= 1.0 and abs(first + second - 1.0) < 1e-6


def _unpack(packed: bytes, size: int) -> bytes:
    unpacker = zlib.decompressobj()
    values = unpacker.decompress(packed, size + 1)
    _require(len(values) == size, unpacker.eof)
    return values

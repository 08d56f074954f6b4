"""What a model's class names mean, in the ``labels.txt`` of Teachable Machine or as a user says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from facemask_core.errors import DatasetError
from facemask_core.labels import WITH_MASK, WITHOUT_MASK, parse_label
from facemask_core.models.foreign.content import LABELS_FILE
from facemask_core.models.foreign.heads import WORN_WRONGLY

_LARGEST = 10_000
_WRONGLY = re.compile(
    r"incorrect|improper|wrong|bad(ly)?|half|partial|\bmal\b|errone|onjuist|verkeerd|fout|falsch|schlecht"
    r"|不规范|不規範|不正[确確]|错误|錯誤|正しく|неправильн",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(no|not|non|without|off|bare|sans|pas|aucun|geen|zonder|af|keine?|ohne|sin|sem|senza|bez|utan|uden"
    r"|без|нет)\b|\bun ?mask|nomask|withoutmask|nonmask|maskesiz|^face$"
    r"|未|没|沒|无|無|不戴|不佩|なし|していない|미착용|없",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"mas[kq]|m[aá]scar|mascher|mase(cz)?k|mondkapje|mundschutz|cubrebocas|barbijo|маск|口罩|マスク|마스크",
    re.IGNORECASE,
)
"""In the languages of those who train such models; other names are left, and trying decides."""
_NUMBER = re.compile(r"^\d+\s*[\s:;,.)=|-]\s*")
"""Before a name, as Teachable Machine and others write it."""


def read_beside(path: Path) -> list[str]:
    """Reads the class names beside a model, one a line with or without a number before it.

    Args:
        path: The model's file.

    Returns:
        The names; none where there is no such file or it is no short text.
    """
    try:
        with (path.parent / LABELS_FILE).open("rb") as file:
            text = file.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            return []
        lines = _decode(text).splitlines()
    except (OSError, ValueError):
        return []
    names = [_NUMBER.sub("", line.strip()).strip(" \t\"'") for line in lines if line.strip()]
    return [name for name in names if name]


def _decode(text: bytes) -> str:
    """Reads text as editors on Windows and elsewhere save it."""
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text.decode("utf-16")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("cp1252")


def read_meanings(names: Sequence[str]) -> list[int] | None:
    """Finds what class names mean.

    Args:
        names: Such as ``["Mask", "No mask"]``.

    Returns:
        Of each the lab's class or :data:`~facemask_core.models.foreign.heads.WORN_WRONGLY`; None
        where one is not understood, or two mean the same.
    """
    meanings = [_read_meaning(re.sub(r"[_\-.]+", " ", name)) for name in names]
    found = [meaning for meaning in meanings if meaning is not None]
    if len(found) < len(names) or len(set(found)) < len(found):
        return None
    return found if {WITH_MASK, WITHOUT_MASK} <= set(found) else None


def _read_meaning(name: str) -> int | None:
    with suppress(DatasetError):
        return parse_label(name)
    if _WRONGLY.search(name):
        return WORN_WRONGLY
    if _WITHOUT.search(name):
        return WITHOUT_MASK
    return WITH_MASK if _WITH.search(name) else None

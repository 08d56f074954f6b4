"""The chapters in their order; adding one is a file, a line here, and strings."""

from __future__ import annotations

from typing import Any

from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.lesson.chapters.defence import Defence
from facemask_ui.lesson.chapters.meaning import Meaning
from facemask_ui.lesson.chapters.noise import Noise
from facemask_ui.lesson.chapters.numbers import Numbers
from facemask_ui.lesson.chapters.others import Others
from facemask_ui.lesson.chapters.sign import Sign
from facemask_ui.lesson.chapters.smallest import Smallest
from facemask_ui.lesson.chapters.steps import Steps

CHAPTERS: tuple[Chapter[Any], ...] = (
    Numbers(),
    Smallest(),
    Sign(),
    Steps(),
    Noise(),
    Others(),
    Defence(),
    Meaning(),
)

__all__ = ["CHAPTERS", "Chapter"]

"""What a user says of a model, in place of what would be found by trying."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from facemask_core.errors import ForeignModelError
from facemask_core.labels import LABELS
from facemask_core.models.foreign import limits
from facemask_core.models.foreign.class_names import read_meanings
from facemask_core.models.foreign.heads import WORN_WRONGLY
from facemask_core.models.foreign.preparation import COLOURS, SCALES

_KEYS = ("pixels", "colours", "size", "classes", "worn-wrongly")


@dataclass(frozen=True)
class Choices:
    """What a user says; None for what is to be found.

    Attributes:
        pixels: A name in :data:`~facemask_core.models.foreign.preparation.SCALES`.
        colours: ``rgb`` or ``bgr``.
        size: Side of the input where the file leaves it open.
        classes: The model's class names in their order.
        worn_wrongly: The class that a mask worn wrongly counts to.
    """

    pixels: str | None = None
    colours: str | None = None
    size: int | None = None
    classes: tuple[str, ...] | None = None
    worn_wrongly: int | None = None


def parse_choices(words: Iterable[str]) -> Choices:
    """Reads what a user types.

    Args:
        words: Such as ``pixels=-1..1``, ``colours=bgr``, ``size=160``,
            ``classes=with_mask,without_mask`` or ``worn-wrongly=without_mask``.

    Raises:
        ForeignModelError: A word says nothing of a model.
    """
    choices = Choices()
    for word in words:
        key, _, value = word.partition("=")
        choices = _set(choices, key.strip().lower(), value.strip(), word)
    return choices


def _set(choices: Choices, key: str, value: str, word: str) -> Choices:
    if key == "pixels" and value in SCALES:
        return replace(choices, pixels=value)
    if key == "colours" and value.lower() in COLOURS:
        return replace(choices, colours=value.lower())
    if key == "size" and value.isdecimal() and 8 <= int(value) <= limits.LARGEST_SIDE:
        return replace(choices, size=int(value))
    if key == "worn-wrongly" and value in LABELS:
        return replace(choices, worn_wrongly=LABELS.index(value))
    if key == "classes":
        names = tuple(name.strip() for name in value.split(","))
        meanings = read_meanings(names)
        if meanings is not None and (len(names) == 2 or WORN_WRONGLY in meanings):
            return replace(choices, classes=names)
    allowed = {
        "pixels": " or ".join(SCALES),
        "colours": " or ".join(COLOURS),
        "size": f"8 to {limits.LARGEST_SIDE}",
        "worn-wrongly": " or ".join(LABELS),
        "classes": "names such as with_mask,without_mask in the model's order",
    }
    raise ForeignModelError(
        f"{word[:80]!r} says nothing of a model; give {', '.join(_KEYS)}, each with = and a value"
        + (f": {key} takes {allowed[key]}." if key in allowed else ".")
    )

"""Writes down how a model was found to be used, so that the next reading need not find it again."""

from __future__ import annotations

from collections.abc import Sequence

from facemask_core.labels import LABELS
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.preparation import GREY, Preparation

_WORN_WRONGLY = "worn incorrectly"


def settle(preparation: Preparation, meanings: Sequence[int]) -> Choices:
    """Settles every choice about a model; reading its file with them gives the same model.

    Args:
        preparation: How its pixels are prepared.
        meanings: What its scores stand for, as in
            :func:`~facemask_core.models.foreign.heads.join`.
    """
    names, third = _name_classes(meanings)
    return Choices(
        pixels=preparation.scale,
        colours=None if preparation.colours == GREY else preparation.colours,
        size=preparation.height if preparation.height == preparation.width else None,
        classes=names,
        worn_wrongly=third,
    )


def _name_classes(meanings: Sequence[int]) -> tuple[tuple[str, ...], int | None]:
    """Names a model's classes in its order; of two for one class the second is the third class."""
    if len(meanings) == 1:
        return (LABELS[1 - meanings[0]], LABELS[meanings[0]]), None
    names: list[str] = []
    third = None
    for meaning in meanings:
        if LABELS[meaning] in names:
            names.append(_WORN_WRONGLY)
            third = meaning
        else:
            names.append(LABELS[meaning])
    return tuple(names), third

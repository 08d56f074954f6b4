"""Links from page to page that show what they promise, whatever was chosen before.

A link leaves out settings at their defaults, which a new visitor has. Who follows one within the
lab may have chosen otherwise, so these links name the defaults as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from facemask_ui.choices import models
from facemask_ui.inspect import live
from facemask_ui.lab import attack_choice


def whole(page: str, query: Mapping[str, str]) -> dict[str, str]:
    """Completes a link.

    Args:
        page: The page it opens: ``Attack``, ``Inspect`` or ``Models``.
        query: Those of the page's settings that are to differ from their defaults.
    """
    return {**_USUAL[page](query), **query}


def _attack(query: Mapping[str, str]) -> dict[str, str]:
    return {
        "model": models.shipped()[0],
        "guess": "False",
        **attack_choice.usual(query.get("attack", next(iter(attack_choice.STRENGTHS)))),
    }


_USUAL = {
    "Attack": _attack,
    "Inspect": lambda _: {"view": live.PICTURE},
    "Models": lambda _: {"model": models.shipped()[0]},
}

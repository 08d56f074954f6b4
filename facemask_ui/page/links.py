"""Links from page to page that show the same to every visitor.

A link that visitors share leaves out settings at their defaults. A visitor who follows one within
the lab may have changed those settings, so the links here name the defaults as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from facemask_ui.choices import models
from facemask_ui.inspect import views
from facemask_ui.lab import attack_choice


def complete_link(page: str, query: Mapping[str, str]) -> dict[str, str]:
    """Completes a link with the page's default settings.

    Args:
        page: The page it opens: ``Attack``, ``Inspect`` or ``Models``.
        query: The settings that differ from their defaults.

    Returns:
        The query parameters of the link.
    """
    return {**_DEFAULTS[page](query), **query}


def _attack_defaults(query: Mapping[str, str]) -> dict[str, str]:
    return {
        "model": models.shipped()[0],
        "guess": "False",
        **attack_choice.usual_settings(query.get("attack", next(iter(attack_choice.STRENGTHS)))),
    }


_DEFAULTS = {
    "Attack": _attack_defaults,
    "Inspect": lambda _: {"view": views.PICTURE},
    "Models": lambda _: {"model": models.shipped()[0]},
}

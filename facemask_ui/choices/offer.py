"""Which models a server offers: all of them, or those that its operator names."""

from __future__ import annotations

import logging
import os

from facemask_core import paths
from facemask_core.errors import CheckpointError
from facemask_ui.base import mode
from facemask_ui.language import say

MODELS_VARIABLE = "FACEMASK_MODELS"
_log = logging.getLogger(__name__)


def list_offered() -> tuple[str, ...]:
    """Lists the models that visitors may choose: those the operator named, or all usable ones.

    Raises:
        CheckpointError: There is none.
    """
    from facemask_core.models import checkpoints

    names = checkpoints.usable()
    wish = _read_wish()
    offered = tuple(name for name in names if name in wish) if wish else names
    if offered:
        return offered
    if not mode.serves_developers():
        raise CheckpointError(say("models.offer.nothing"))
    if not names:
        raise CheckpointError(say("models.offer.none_shipped"))
    raise CheckpointError(
        say("models.offer.none_usable", variable=MODELS_VARIABLE, names=", ".join(names))
    )


def check_offered(name: str) -> None:
    """Refuses a model that this server does not offer, such as one that an old link names.

    Raises:
        CheckpointError: The model is not offered.
    """
    if _read_wish() and name not in list_offered():
        offered = ", ".join(list_offered())
        raise CheckpointError(say("models.offer.not_offered", name=name, names=offered))


def log_unknown_names() -> None:
    """Logs which names in the operator's list are no model's, before a visitor comes.

    Nothing is loaded for that. A server whose list has one good name serves that.
    """
    shipped = sorted(path.parent.name for path in paths.MODELS.glob("*/card.json"))
    wish = _read_wish()
    unknown = [name for name in wish if name not in shipped]
    if not unknown:
        return
    good = [name for name in wish if name in shipped]
    _log.log(
        logging.WARNING if good else logging.ERROR,
        "%s names %s, of which this lab has no model; visitors are offered %s. The lab has %s.",
        MODELS_VARIABLE,
        ", ".join(map(repr, unknown)),
        ", ".join(good) or "none",
        ", ".join(shipped) or "none",
    )


def _read_wish() -> list[str]:
    """Reads the names that the operator gives, each once; empty for all models."""
    parts = os.environ.get(MODELS_VARIABLE, "").split(",")
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))

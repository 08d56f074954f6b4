"""Who may use this server, and what they may do there.

The environment variable ``FACEMASK_MODE`` is ``local`` (the default), ``classroom`` or ``public``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from facemask_core.errors import ModeError
from facemask_core.jobs.budget import Budget
from facemask_core.jobs.queue import DEFAULT_LIMIT

VARIABLE = "FACEMASK_MODE"
VISITORS_VARIABLE = "FACEMASK_VISITORS"
OWN_MODELS_VARIABLE = "FACEMASK_OWN_MODELS"
UPLOADS_VARIABLE = "FACEMASK_UPLOADS"
UPLOADS_EACH_VARIABLE = "FACEMASK_UPLOADS_EACH"
VISITORS_EACH_VARIABLE = "FACEMASK_VISITORS_EACH"


@dataclass(frozen=True, kw_only=True)
class Mode:
    """What visitors may do.

    Attributes:
        folders: Whether they may name folders of the server, below those the operator allows.
        reports: How many reports may wait and run, unless ``FACEMASK_QUEUE_LIMIT`` says otherwise.
        reports_each: How many of those one visitor may have; None for all of them.
        reports_address: How many of those one address may have; None for all of them.
        images: How many pictures one report may cover.
        budget: How much computing reports may take, as estimated beforehand; None for any.
        burst: Seconds of the models' time a visitor may use at once; None for no limit.
        refill: Seconds of the models' time that each second gives back.
        keeps_shared: Whether a report on photographs that everyone may see stays when the visitor
            who ordered it deletes it: others may be looking at it.
        shares_by_address: Whether addresses, and not sessions alone, have equal shares of the
            models' time and of the computing of reports.
        gives_way: Whether a long batch is computed in parts, between which others may go first.
        visitors: How many tabs may be open at once, unless ``FACEMASK_VISITORS`` says otherwise;
            None for no limit.
        visitors_each: How many of those may come from one address, unless
            ``FACEMASK_VISITORS_EACH`` says otherwise; None for all of them.
        uploads: Megabytes of visitors' files that the server holds at most, unless
            ``FACEMASK_UPLOADS`` says otherwise; None for no limit.
        uploads_each: Megabytes of those from one address, unless ``FACEMASK_UPLOADS_EACH`` says
            otherwise; None for all of them.
        uploads_session: Megabytes of those from one tab; None for all of them.
        rooms: How many rooms of classes may be open at once.
        rooms_each: How many of those may come from one address; None for all of them.
        pupils: How many pupils a room takes.
        own_models: How many models of visitors the server holds at most, unless
            ``FACEMASK_OWN_MODELS`` says otherwise; 0 takes none.
        own_models_each: How many of those one tab may have.
        hides_errors: Whether pages hide the details of errors whatever Streamlit's settings say.
        serves_developers: Whether messages and addresses are answered, to browsers on the server
            itself, that Streamlit has for the developers of an app and no visitor's browser uses.
    """

    folders: bool = True
    reports: int = DEFAULT_LIMIT
    reports_each: int | None = None
    reports_address: int | None = None
    images: int = 25_000
    budget: Budget | None = None
    burst: float | None = None
    refill: float = 0.5
    keeps_shared: bool = False
    shares_by_address: bool = False
    gives_way: bool = False
    visitors: int | None = None
    visitors_each: int | None = None
    uploads: int | None = None
    uploads_each: int | None = None
    uploads_session: int | None = None
    rooms: int = 20
    rooms_each: int | None = None
    pupils: int = 100
    own_models: int = 8
    own_models_each: int = 4
    hides_errors: bool = False
    serves_developers: bool = False


_VISITORS = 240
"""At some 20 MB a visitor these take 5 GB, beside the 3 to 4 GB of the pages and the models."""
_VISITORS_EACH = 60
"""A class of forty behind the one address of its school, half of whom open a second tab."""
_MODES = {
    "local": Mode(serves_developers=True),
    "classroom": Mode(
        reports=60,
        reports_each=4,
        images=2000,
        budget=Budget(job=1800.0, batch=300.0, owner=3600.0),
        burst=300.0,
        keeps_shared=True,
        gives_way=True,
        visitors=_VISITORS,
        uploads=1500,
        uploads_session=420,
        rooms_each=8,
        own_models=12,
        own_models_each=2,
    ),
    "public": Mode(
        folders=False,
        reports=20,
        reports_each=2,
        reports_address=10,
        images=500,
        budget=Budget(job=600.0, batch=120.0, owner=900.0),
        burst=60.0,
        keeps_shared=True,
        shares_by_address=True,
        gives_way=True,
        visitors=_VISITORS,
        visitors_each=_VISITORS_EACH,
        uploads=600,
        uploads_each=400,
        uploads_session=220,
        rooms=40,
        rooms_each=4,
        pupils=50,
        own_models=0,
        own_models_each=1,
        hides_errors=True,
    ),
}


def serves_developers() -> bool:
    """Returns whether this server is its user's own; not if its mode has no meaning."""
    try:
        return read_mode().serves_developers
    except ModeError:
        return False


def read_mode() -> Mode:
    """Reads the mode that the operator chose for this server.

    Raises:
        ModeError: No mode has that name, or a limit is no number.
    """
    name = os.environ.get(VARIABLE, "") or "local"
    if name not in _MODES:
        raise ModeError(f"{VARIABLE} is {name!r}; start the lab with one of {', '.join(_MODES)}.")
    chosen = _MODES[name]
    return replace(
        chosen,
        visitors=_read_count(VISITORS_VARIABLE, chosen.visitors),
        visitors_each=_read_count(VISITORS_EACH_VARIABLE, chosen.visitors_each),
        uploads=_read_count(UPLOADS_VARIABLE, chosen.uploads),
        uploads_each=_read_count(UPLOADS_EACH_VARIABLE, chosen.uploads_each),
        own_models=_read_count(OWN_MODELS_VARIABLE, chosen.own_models, least=0) or 0,
    )


def _read_count(variable: str, default: int | None, least: int = 1) -> int | None:
    text = os.environ.get(variable, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= least):
        raise ModeError(f"{variable} is {text!r}; set it to a whole number from {least} on.")
    return int(text)

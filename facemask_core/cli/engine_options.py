"""Options about the engine that computes a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.errors import EngineError

if TYPE_CHECKING:
    from facemask_core.engines import Engine

EngineOption = Annotated[
    str, typer.Option(help="Where to compute: local, or ray for workers on a cluster.")
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        help="Ray cluster this machine belongs to, or auto (default: one started for this run).",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(help="Ray workers (default: one a GPU or, without any, one a machine)."),
]


def make_engine(name: str, address: str | None, workers: int | None) -> Engine:
    """Makes an engine from options.

    Raises:
        EngineError: There is no such engine, or an option is not one of its settings.
    """
    from facemask_core import engines

    options = {"address": address, "workers": workers}
    settings = {key: value for key, value in options.items() if value is not None}
    if settings and not engines.settings(name):
        raise EngineError(f"--{next(iter(settings))} is for clusters; add --engine ray.")
    return engines.make(name, **settings)

"""``app``: the lab itself, from a checkout or an installed package."""

from __future__ import annotations

import os
import runpy
import sys
from typing import Annotated, Literal

import typer

from facemask_core import paths
from facemask_core.classroom import Plan
from facemask_core.errors import ModeError

_ALL_ADDRESSES = "0.0.0.0"  # noqa: S104  (asked for by an option that says so)


def serve(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; 8501 if none is given.")
    ] = None,
    classroom: Annotated[
        bool,
        typer.Option(
            "--classroom",
            help="Let the other devices of this network in, open a room for a class, and print "
            "its code and the picture that phones read.",
        ),
    ] = False,
    minutes: Annotated[
        Literal["10", "25", "45"], typer.Option(help="The lesson of the classroom's room.")
    ] = "25",
    language: Annotated[
        Literal["en", "fr"], typer.Option(help="The language of the classroom's room.")
    ] = "en",
) -> None:
    """Serve the lab to browsers on this machine; Ctrl+C stops it."""
    options = [] if port is None else ["--server.port", str(port)]
    if classroom:
        options += ["--server.address", _ALL_ADDRESSES]
        os.environ.setdefault("FACEMASK_MODE", "classroom")
        Plan(int(minutes), language).hand_over()
    elif (minutes, language) != ("25", "en"):
        raise ModeError("--minutes and --language are for the room that --classroom opens.")
    # Streamlit reads the .streamlit/config.toml beside the script, whatever folder it starts in.
    sys.argv = ["streamlit", "run", str(paths.APP), *options]
    # By its name, because the core does not import Streamlit; in this process, because then Ctrl+C
    # and a service manager's signals reach the server on every system.
    runpy.run_module("streamlit", run_name="__main__")

"""``app``: the lab itself, from a checkout or an installed package."""

from __future__ import annotations

import runpy
import sys
from typing import Annotated

import typer

from facemask_core import paths


def serve(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; 8501 if none is given.")
    ] = None,
) -> None:
    """Serve the lab to browsers on this machine; Ctrl+C stops it."""
    options = [] if port is None else ["--server.port", str(port)]
    # Streamlit reads the .streamlit/config.toml beside the script, whatever folder it starts in.
    sys.argv = ["streamlit", "run", str(paths.APP), *options]
    # By its name, because the core does not import Streamlit; in this process, because then Ctrl+C
    # and a service manager's signals reach the server on every system.
    runpy.run_module("streamlit", run_name="__main__")

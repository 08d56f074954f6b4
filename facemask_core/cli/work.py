"""``work``: the worker that computes queued reports."""

from __future__ import annotations

import contextlib
import os
from typing import Annotated

import typer

from facemask_core.cli.store_options import StoreOption
from facemask_core.cli.terminal import print_line

_GENTLY = 5


def work(
    idle: Annotated[
        float, typer.Option(min=0.0, help="End after so many seconds without a job.")
    ] = 60.0,
    beside: Annotated[
        bool, typer.Option("--beside", help="Work even if another worker is at work.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Compute the queued reports, as the pages do; ends when idle."""
    from facemask_core import jobs, logs
    from facemask_core.jobs import worker

    with contextlib.suppress(OSError, AttributeError):  # not every system has it
        os.nice(_GENTLY)  # a visitor at the attack lab's slider goes first
    logs.set_up()
    count = worker.work(jobs.Queue(store), idle=idle, beside=beside)
    print_line(f"{count} jobs ended")

"""What holds from the server's start to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st

import facemask_ui.compat
from facemask_core import logs
from facemask_ui.choices import offer
from facemask_ui.rooms import ROOMS, streams, sweeping
from facemask_ui.server import (
    class_start,
    compat,
    drain,
    hosts,
    idle_films,
    idle_models,
    log_lines,
    metrics,
    network,
)
from facemask_ui.server.closed_tabs import ClosedTabs, Reaper
from facemask_ui.server.middleware import UPLOADS

_HEADER_SECONDS = 15.0
"""A browser sends the lines before a request's body in one piece."""


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Prepares the server before the first visitor comes, and tidies up after the last.

    Args:
        _app: The server's ASGI application.
    """
    logs.set_up()
    facemask_ui.compat.keep_uploads_in_memory()
    facemask_ui.compat.hide_missing_sessions()
    log_lines.hide_sessions()
    offer.log_unknown_names()
    metrics.serve_metrics()
    drain.drain_on_sigterm()
    network.allow_hosts(hosts.THIS_MACHINE)
    network.stay_offline()
    network.end_half_sent_requests(_HEADER_SECONDS)
    tabs, uploads = ClosedTabs(), compat.UploadStore()
    compat.replace_storage(tabs)
    compat.hush_threads_without_a_page()
    UPLOADS.watch(uploads)
    tasks = [
        asyncio.create_task(Reaper(tabs, uploads).run()),
        asyncio.create_task(idle_models.unload_idle_models(idle_models.read_idle_seconds())),
        asyncio.create_task(streams.end_streams_at_stop()),
        asyncio.create_task(sweeping.sweep_by_the_clock(ROOMS)),
        asyncio.create_task(class_start.serve_class()),
        asyncio.create_task(idle_films.compute_in_silence(idle_films.read_megabytes())),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

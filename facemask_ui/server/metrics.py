"""Figures for an operator's Prometheus, on this machine's own address alone.

``FACEMASK_METRICS_PORT`` names the port; without it nothing is served. Visitors never reach it,
not through a proxy either, because it is a server of its own on 127.0.0.1. The figures of reports
follow once the server has imported what its pages need.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from facemask_core.errors import FacemaskError, ModeError
from facemask_core.jobs import State
from facemask_ui.base import under_way
from facemask_ui.base.tally import TALLY
from facemask_ui.page import start

if TYPE_CHECKING:
    from prometheus_client.core import Metric

VARIABLE = "FACEMASK_METRICS_PORT"
_LOOPBACK = "127.0.0.1"


def serve_metrics() -> None:
    """Serves the figures in threads of their own, if the operator names a port.

    Raises:
        ModeError: The port is no port, or taken.
    """
    text = os.environ.get(VARIABLE, "")
    if not text:
        return
    from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(LabCollector())
    try:
        start_http_server(int(text), addr=_LOOPBACK, registry=registry)
    except (ValueError, OverflowError, OSError) as error:
        raise ModeError(
            f"{VARIABLE} is {text!r}; give the number of a free port ({error})."
        ) from error


class LabCollector:
    """Reads the lab's figures whenever Prometheus asks."""

    def collect(self) -> Iterator[Metric]:
        """Reads the figures of this moment."""
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            SummaryMetricFamily,
        )

        yield GaugeMetricFamily(
            "facemask_page_runs", "Page runs under way.", under_way.count_runs()
        )
        counts = TALLY.read()
        yield SummaryMetricFamily(
            "facemask_wait_seconds",
            "Waits of visitors' batches before a model.",
            count_value=counts.waits,
            sum_value=counts.wait_seconds,
        )
        yield CounterMetricFamily(
            "facemask_refused_pictures",
            "Pictures and zips that could not be used.",
            counts.refused_pictures,
        )
        yield CounterMetricFamily(
            "facemask_failed_pages", "Page runs that ended with a fault.", counts.failed_pages
        )
        if start.is_imported():
            yield from self._collect_reports()

    def _collect_reports(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        from facemask_ui.reports import server

        for name, meaning, value in _read_reports():
            yield GaugeMetricFamily(name, meaning, value)
        yield CounterMetricFamily(
            "facemask_worker_deaths",
            "Workers of this server that ended unplanned.",
            server.start_supervisor().deaths,
        )


def _read_reports() -> list[tuple[str, str, float]]:
    """Reads how many reports wait and run, and how long the oldest has waited."""
    from facemask_ui.reports import server

    try:
        queue = server.open_queue()
        jobs = queue.jobs() if queue.exists else []
    except FacemaskError:
        return []  # a queue that cannot be read has no figures; readiness says so
    waiting = [job for job in jobs if job.state is State.QUEUED]
    running = sum(job.state is State.RUNNING for job in jobs)
    now = datetime.now(UTC)
    ages = [(now - _parse_time(job.added)).total_seconds() for job in waiting]
    return [
        ("facemask_reports_waiting", "Reports that wait for a worker.", len(waiting)),
        ("facemask_reports_running", "Reports that a worker computes.", running),
        (
            "facemask_reports_oldest_seconds",
            "How long the oldest waiting report has waited.",
            max([0.0, *ages]),
        ),
    ]


def _parse_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

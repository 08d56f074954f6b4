"""Asking for reports: one job for each model and attack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from facemask_core.errors import FacemaskError
from facemask_core.jobs import Job, Kind, Order, State
from facemask_ui import attacking, report_data, report_open, reports, shell


def button(
    data: report_data.Chosen | None, names: Sequence[str], chosen: Sequence[attacking.Chosen]
) -> None:
    """Draws the button that queues what is chosen; nothing is asked that is answered already."""
    orders = [] if data is None else _orders(data, names, chosen)
    label = "Run report" if len(orders) < 2 else f"Run {len(orders)} reports"
    if st.button(label, icon=":material/play_arrow:", disabled=not orders, key="run-report"):
        try:
            _ask(orders, None if data is None else data.zip)
        except FacemaskError as error:
            shell.show_error(error)


def _ask(orders: list[Order], content: bytes | None) -> None:
    known = {job.order.key: job for job in reports.mine()}
    answers = [job for order in orders if (job := known.get(order.key)) and _stands(job)]
    answered = {job.order.key for job in answers}
    missing = [order for order in orders if order.key not in answered]
    asked = reports.ask(missing, content) if missing else []
    report_open.show_first([*answers, *asked])


def _stands(job: Job) -> bool:
    """Whether a job's answer still is one: a folder's files may have changed since."""
    if job.state is not State.DONE or job.order.data.kind is Kind.FOLDER:
        return False
    return reports.linked(job.run or "").complete


def _orders(
    data: report_data.Chosen, names: Sequence[str], chosen: Sequence[attacking.Chosen]
) -> list[Order]:
    return [
        Order(
            model=name,
            data=data.data,
            attack=None if one.attack is None else one.attack.name,
            settings={} if one.attack is None else asdict(one.attack),
            epsilon=one.epsilon,
            seed=one.seed,
            limit=data.limit,
        )
        for name in names
        for one in chosen
    ]

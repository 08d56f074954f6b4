"""Asking for reports: one job for each model and attack."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

import streamlit as st

from facemask_core import robustness
from facemask_core.epsilons import LINF
from facemask_core.errors import FacemaskError
from facemask_core.jobs import Job, Kind, Order, State
from facemask_ui.base import messages, settings
from facemask_ui.choices import attack_setup
from facemask_ui.reports import dataset_choice, lines, open_report
from facemask_ui.reports.orders import request_reports

_CURVE, _TRANSFER = "curve", "transfer"
_FURTHER = (
    (
        _CURVE,
        "Accuracy against epsilon",
        "One more report each: the smallest epsilon that fools the model on every image, up to "
        f"{LINF.write(robustness.LARGEST)}. Exact for FGSM; PGD is run several times.",
    ),
    (
        _TRANSFER,
        "Transfer between the models",
        "One more report for each pair of models: what was made on one is shown to the other.",
    ),
)


def button(
    data: dataset_choice.Chosen | None, names: Sequence[str], chosen: Sequence[attack_setup.Chosen]
) -> None:
    """Draws the button that queues what is chosen; nothing is asked that is answered already."""
    further = _further(names, chosen)
    orders = [] if data is None else _orders(data, names, chosen, further)
    label = "Run report" if len(orders) < 2 else f"Run {len(orders)} reports"
    if st.button(label, icon=":material/play_arrow:", disabled=not orders, key="run-report"):
        try:
            _ask(orders, None if data is None else data.zip)
        except FacemaskError as error:
            messages.show_error(error)


def _ask(orders: list[Order], content: bytes | None) -> None:
    known = {job.order.key: job for job in lines.mine()}
    answers = [job for order in orders if (job := known.get(order.key)) and _stands(job)]
    answered = {job.order.key for job in answers}
    missing = [order for order in orders if order.key not in answered]
    asked = request_reports(missing, content) if missing else []
    open_report.show_first([*answers, *asked])


def _stands(job: Job) -> bool:
    """Whether a job's answer still is one: a folder's files may have changed since."""
    if job.state is not State.DONE or job.order.data.kind is Kind.FOLDER:
        return False
    return lines.linked(job.run or "").complete


def _further(names: Sequence[str], chosen: Sequence[attack_setup.Chosen]) -> set[str]:
    """Draws what can be asked of the same attacks beside one epsilon on one model."""
    if all(one.attack is None for one in chosen):
        return set()
    asked = set()
    with st.container(horizontal=True, gap="medium"):
        for name, label, meaning in _FURTHER:
            alone = name == _TRANSFER and len(names) < 2
            bound = settings.bind(name, False, settings.yes_no)
            if st.toggle(label, help=meaning, disabled=alone, **bound) and not alone:
                asked.add(name)
    return asked


def _orders(
    data: dataset_choice.Chosen,
    names: Sequence[str],
    chosen: Sequence[attack_setup.Chosen],
    further: Collection[str],
) -> list[Order]:
    plain = [
        Order(
            model=name,
            data=data.data,
            attack=None if one.attack is None else one.attack.name,
            settings={} if one.attack is None else asdict(one.attack),
            epsilon=one.epsilon,
            seed=one.seed,
            limit=data.limit,
            crop=data.crop,
        )
        for name in names
        for one in chosen
    ]
    attacked, asked = [order for order in plain if order.attack is not None], list(plain)
    if _CURVE in further:
        asked += [
            replace(order, largest=robustness.LARGEST, epsilon=LINF.epsilon(robustness.LARGEST))
            for order in attacked
        ]
    if _TRANSFER in further:
        asked += [
            replace(order, source=source)
            for order in attacked
            for source in names
            if source != order.model
        ]
    return asked

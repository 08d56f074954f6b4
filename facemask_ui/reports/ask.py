"""The button that runs reports: one job for each model and attack."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

import streamlit as st

from facemask_core import robustness
from facemask_core.epsilons import LINF
from facemask_core.errors import FacemaskError, TooLongReportError
from facemask_core.jobs import Job, Kind, Order, State
from facemask_ui.base import messages, settings
from facemask_ui.choices import report_attacks
from facemask_ui.choices.report_attacks import AttackChoice
from facemask_ui.language import say
from facemask_ui.reports import dataset_choice, lines, open_report
from facemask_ui.reports.orders import estimate_reports, request_reports
from facemask_ui.reports.words import write_span

_CURVE, _TRANSFER = "curve", "transfer"


def show_run_button(
    data: dataset_choice.DatasetChoice | None,
    names: Sequence[str],
    attack_choices: Sequence[AttackChoice],
) -> None:
    """Shows the button that queues reports; a report that exists already is opened instead.

    Args:
        data: The dataset; None while there is none.
        names: The models.
        attack_choices: The attacks.
    """
    further = _choose_further(names, attack_choices)
    orders = [] if data is None else _make_orders(data, names, attack_choices, further)
    label = say("report.ask.run", count=max(1, len(orders)))
    if st.button(
        label, icon=":material/play_arrow:", disabled=not orders, type="primary", key="run-report"
    ):
        try:
            if data is not None:
                _request(orders, data.zip, data.images)
                st.rerun()  # the bar stands on top, and the form folds
        except FacemaskError as error:
            messages.show_error(error)
    elif data is not None and orders:
        _show_estimate(orders, data.images)


def _show_estimate(orders: list[Order], images: int) -> None:
    """Shows how much computing the reports may take, or why they would be refused."""
    try:
        seconds = sum(estimate_reports(orders, images))
    except TooLongReportError as error:
        st.caption(f":material/hourglass_disabled: {messages.write_problem(str(error))}")
    except FacemaskError:
        return  # the report says it, once it is asked for
    else:
        key = "report.ask.estimate" if len(orders) == 1 else "report.ask.estimate_all"
        st.caption(f":material/hourglass_empty: {say(key, span=write_span(seconds))}")


def _request(orders: list[Order], content: bytes | None, images: int) -> None:
    jobs = {job.order.key: job for job in lines.list_own_jobs()}
    current = {
        order.key: job for order in orders if (job := jobs.get(order.key)) and _is_current(job)
    }
    missing = [order for order in orders if order.key not in current]
    new = request_reports(missing, content, images) if missing else []
    open_report.open_once_ready([*current.values(), *new])


def _is_current(job: Job) -> bool:
    """Whether a job's report is still valid: a folder's files may have changed since."""
    if job.state is not State.DONE or job.order.data.kind is Kind.FOLDER:
        return False
    return lines.find_line(job.run or "").complete


def _choose_further(names: Sequence[str], attack_choices: Sequence[AttackChoice]) -> set[str]:
    """Shows the further reports on the same attacks, and returns the names of those chosen."""
    if all(one.attack is None for one in attack_choices):
        return set()
    impossible = {
        _CURVE: not any(_can_search(one) for one in attack_choices),
        _TRANSFER: len(names) < 2,
    }
    kinds = set()
    with st.container(horizontal=True, gap="medium"):
        for name, is_impossible in impossible.items():
            is_on = st.toggle(
                say(f"report.ask.{name}.title"),
                help=say(f"report.ask.{name}.meaning", largest=LINF.write(robustness.LARGEST)),
                disabled=is_impossible,
                **settings.bind(name, False, settings.yes_no),
            )
            if is_on and not is_impossible:
                kinds.add(name)
    return kinds


def _can_search(choice: AttackChoice) -> bool:
    return choice.attack is not None and report_attacks.can_search(choice.attack)


def _make_orders(
    data: dataset_choice.DatasetChoice,
    names: Sequence[str],
    attack_choices: Sequence[AttackChoice],
    further: Collection[str],
) -> list[Order]:
    """Makes one order for each model and attack, and then the further ones."""
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
        for one in attack_choices
    ]
    with_attack, orders = [order for order in plain if order.attack is not None], list(plain)
    if _CURVE in further:
        searchable = {one.attack.name for one in attack_choices if one.attack and _can_search(one)}
        orders += [
            replace(order, largest=robustness.LARGEST, epsilon=LINF.epsilon(robustness.LARGEST))
            for order in with_attack
            if order.attack in searchable
        ]
    if _TRANSFER in further:
        orders += [
            replace(order, source=source)
            for order in with_attack
            for source in names
            if source != order.model
        ]
    return orders

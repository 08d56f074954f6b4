"""What stands on top: how far the reports are, and the open one in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from facemask_core.epsilons import LINF
from facemask_core.errors import FacemaskError
from facemask_core.evaluation.report import Evaluation
from facemask_core.jobs import Group, Job, State, group_jobs
from facemask_core.robustness import SmallestEpsilons
from facemask_core.text import write_span
from facemask_ui.base import messages, page_runs
from facemask_ui.choices import attack_setup
from facemask_ui.language import percent
from facemask_ui.reports import epsilon_curve, headline_figures, orders, stored
from facemask_ui.reports.line import Line
from facemask_ui.reports.lines import list_own_jobs
from facemask_ui.reports.words import describe_line

PLACE = "result"
"""The key of the container in which it stands."""
_POLL_SECONDS = 1.0
_PROBLEM = "cancel-problem"


def show_result(line: Line | None) -> None:
    """Shows the bars of what is being computed, and below them the open report in a sentence.

    Args:
        line: The open report's line; None while none is open.
    """
    jobs = list_own_jobs()
    if any(job.state.active for job in jobs):
        page_runs.draw_apart(_show_bars, run_every=_POLL_SECONDS)(
            {job.id: job.state for job in jobs}
        )
    if line is None or not line.complete:
        return
    title, subtitle = describe_line(line)
    about = messages.escape_markdown(f"{title} · {subtitle}")
    if line.is_search:
        search = stored.read_search(line)
        if search is not None:
            st.header(write_search(search), anchor=False)
            st.caption(f"{about}. {_write_threat_model(search.threat_model)}")
        return
    report = stored.read_report(line)
    if report is not None:
        st.header(write_sentence(report), anchor=False)
        st.markdown(f"{write_interval(report)}  \n{about}")
        st.caption(_write_threat_model(report.threat_model))


def write_sentence(report: Evaluation) -> str:
    """Writes a report as one sentence: how many images are right, before and after the attack."""
    images = len(report.paths)
    before = f"{int(report.clean.right.sum())} of {images} right"
    if report.robust is None or report.threat_model is None:
        return f"{before}."
    attack = attack_setup.name_stored_attack(report.threat_model)
    return f"{before}; after {attack}: {int(report.robust.sum())} of {images}."


def write_interval(report: Evaluation) -> str:
    """Writes the share of right answers that a report ends with, and its 95 % interval."""
    figures = {figure.label: figure for figure in headline_figures.list_figures(report)}
    attacked = report.robust is not None
    figure = figures[headline_figures.ROBUST if attacked else headline_figures.CLEAN]
    when = "Right before and after the attack" if attacked else "Right"
    interval = f", 95 % interval {figure.interval_text}" if figure.interval_text else ""
    return f"{when}: **{percent(figure.value)}**{interval}."


def write_search(search: SmallestEpsilons) -> str:
    """Writes a search as one sentence: the epsilon up to which half of the images are fooled."""
    images = len(search.levels)
    attack = attack_setup.title_stored_attack(search.threat_model)
    standing = int(np.isinf(search.levels).sum())
    largest = LINF.write(search.largest)
    if np.isinf(search.median):
        return f"{standing} of {images} stay right under {attack} up to {largest}."
    if search.median == 0:
        return f"Half of the {images} are wrong without any attack."
    return f"Half of the {images} are fooled by {attack} at {epsilon_curve.write_median(search)}."


def _write_threat_model(threat_model: dict[str, object] | None) -> str:
    if threat_model is None:
        return ":material/gavel: No attack."
    stated = messages.escape_markdown(attack_setup.describe_threat_model(threat_model))
    return f":material/gavel: Threat model: {stated}."


def _show_bars(before: dict[str, State]) -> None:
    """Shows one bar for each request under way; runs every second, without the rest of the page.

    Args:
        before: The visitor's jobs as the page's last run knew them.
    """
    with messages.show_errors():
        if (problem := st.session_state.pop(_PROBLEM, None)) is not None:
            messages.show_error(problem)
        jobs = list_own_jobs()
        if {job.id: job.state.active for job in jobs} != {
            name: state.active for name, state in before.items()
        }:
            st.rerun()
        for group in group_jobs(jobs):
            if group.active:
                _show_bar(group)


def _show_bar(group: Group) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"group-{group.name}"):
        st.progress(group.share, describe_group(group))
        many = len(group.active) > 1
        st.button(
            "Cancel all" if many else "Cancel",
            key=f"cancel-group:{group.name}",
            icon=":material/close:",
            on_click=partial(_cancel, group.active),
        )


def describe_group(group: Group) -> str:
    """Writes how far a request's reports are: per cent, reports, and the time that is left."""
    parts = [f"{int(100 * group.share)} %"]
    if len(group.jobs) > 1:
        parts.append(f"{group.ended} of {len(group.jobs)} reports")
    first = next((job for job in group.jobs if job.state is State.RUNNING), group.active[0])
    if first.state is State.RUNNING:
        parts.append(f"{first.done} of {first.total} images" if first.total else "starting")
    elif first.ahead:
        parts.append(f"waits behind {first.ahead} {'other' if first.ahead == 1 else 'others'}")
    else:
        parts.append("waits for the worker")
    if group.seconds_left is not None:
        parts.append(f"about {write_span(group.seconds_left)} left")
    return " · ".join(parts)


def _cancel(jobs: Sequence[Job]) -> None:
    try:
        orders.cancel_jobs(jobs)
    except FacemaskError as error:
        st.session_state[_PROBLEM] = error

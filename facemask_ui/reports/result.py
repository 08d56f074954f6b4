"""What stands on top: how far the reports are, and the open one in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from facemask_core.errors import FacemaskError
from facemask_core.jobs import Group, Job, State, group_jobs
from facemask_ui.base import messages, page_runs
from facemask_ui.choices import attack_setup
from facemask_ui.language import number, say
from facemask_ui.reports import orders, sentences, stored
from facemask_ui.reports.line import Line
from facemask_ui.reports.lines import list_own_jobs
from facemask_ui.reports.words import describe_line, write_span

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
            st.header(sentences.write_search(search), anchor=False)
            st.caption(f"{about}. {_write_threat_model(search.threat_model)}")
        return
    report = stored.read_report(line)
    if report is not None:
        st.header(sentences.write_sentence(report), anchor=False)
        interval = sentences.write_interval(report, mark="**")
        st.markdown(f"{interval}  \n{about}")
        st.caption(_write_threat_model(report.threat_model))


def _write_threat_model(threat_model: dict[str, object] | None) -> str:
    if threat_model is None:
        return f":material/gavel: {say('report.result.no_attack')}"
    stated = messages.escape_markdown(attack_setup.describe_threat_model(threat_model))
    return f":material/gavel: {say('report.result.threat_model', stated=stated)}"


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
            say("report.result.cancel_all" if many else "report.result.cancel"),
            key=f"cancel-group:{group.name}",
            icon=":material/close:",
            on_click=partial(_cancel, group.active),
        )


def describe_group(group: Group) -> str:
    """Writes how far a request's reports are: per cent, reports, and the time that is left."""
    parts = [say("report.result.share", number=int(100 * group.share))]
    if len(group.jobs) > 1:
        ended = number(group.ended)
        parts.append(say("report.result.reports", ended=ended, count=len(group.jobs)))
    first = next((job for job in group.jobs if job.state is State.RUNNING), group.active[0])
    if first.state is State.RUNNING and first.total:
        parts.append(say("report.line.done", done=number(first.done), count=first.total))
    elif first.state is State.RUNNING:
        parts.append(say("report.result.starting"))
    elif first.ahead:
        parts.append(say("report.result.behind", count=first.ahead))
    else:
        parts.append(say("report.result.next"))
    if group.seconds_left is not None:
        parts.append(say("report.line.left", span=write_span(group.seconds_left)))
    return " · ".join(parts)


def _cancel(jobs: Sequence[Job]) -> None:
    try:
        orders.cancel_jobs(jobs)
    except FacemaskError as error:
        st.session_state[_PROBLEM] = error

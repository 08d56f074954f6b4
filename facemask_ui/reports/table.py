"""The list of reports: how far each is, its figures, and the buttons to act on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import streamlit as st

from facemask_core.errors import FacemaskError
from facemask_core.jobs import Group, State, group_jobs
from facemask_ui.base import messages, page_runs
from facemask_ui.language import number, percent, say
from facemask_ui.reports import (
    epsilon_curve,
    headline_figures,
    open_report,
    orders,
    server,
    stored,
)
from facemask_ui.reports.headline_figures import Figure
from facemask_ui.reports.line import Line
from facemask_ui.reports.lines import list_own_jobs
from facemask_ui.reports.words import describe_line, describe_progress

_POLL_SECONDS = 2.0
_UNFOLDED = 4
"""The most reports of one request that are listed without being unfolded first."""
_CSS = """[class*="st-key-report-"] button em { position: absolute; width: 1px; height: 1px;
overflow: hidden; clip-path: inset(50%); white-space: nowrap; }"""
"""What a button is about is said to those who hear the page; others see the line it stands in."""
_PROBLEM = "report-problem"
_FIGURES = (headline_figures.CLEAN, headline_figures.ROBUST, headline_figures.FOOLED)
_WIDTHS = [4, 6, 3]
_FIGURE_WIDTH = 102
"""Pixels; three stand beside each other on a phone."""


def show_table(lines: Sequence[Line]) -> None:
    """Shows this visitor's reports, and under them those that everyone may see."""
    st.html(f"<style>{_CSS}</style>")
    own = [line for line in lines if line.mine]
    others = [line for line in lines if not line.mine]
    if own:
        st.header(say("report.table.own"), anchor=False)
        busy = any(line.job is not None and line.job.state.active for line in own)
        page_runs.draw_apart(_show_own, run_every=_POLL_SECONDS if busy else None)(
            own, open_report.read_open_run()
        )
    if others:
        title = say("report.table.others", count=number(len(others)))
        with st.expander(title, icon=":material/groups:", expanded=not own):
            for line in others:
                _show_row(line)


def _show_own(lines: Sequence[Line], open_run: str) -> None:
    """Shows this visitor's reports; runs again every second, without the rest of the page.

    Args:
        lines: The reports as the page's last run knew them.
        open_run: The report that was open then.
    """
    with messages.show_errors():
        if (problem := st.session_state.pop(_PROBLEM, None)) is not None:
            messages.show_error(problem)
        now = {job.id: job for job in list_own_jobs()}
        before = {line.job.id: line.job.state for line in lines if line.job is not None}
        if {name: job.state.active for name, job in now.items()} != {
            name: state.active for name, state in before.items()
        } or open_report.read_open_run() != open_run:
            st.rerun()
        current = {
            line.job.id: replace(line, job=now[line.job.id])
            for line in lines
            if line.job is not None
        }
        for group in group_jobs(now.values()):
            _show_group(group, [current[job.id] for job in group.jobs])
        problem = server.start_supervisor().problem
        if problem is not None and any(job.state.active for job in now.values()):
            st.warning(messages.write_problem(problem), icon=":material/engineering:")


def _show_group(group: Group, lines: Sequence[Line]) -> None:
    """Shows the reports of one request; many of them fold into one line."""
    failures = sum(job.state is State.FAILED for job in group.jobs)
    done = sum(job.state is State.DONE for job in group.jobs)
    counts = {"count": len(lines), "done": number(done), "failed": number(failures)}
    title = say("report.table.group_failed" if failures else "report.table.group", **counts)
    is_long = len(lines) > _UNFOLDED
    with (
        st.expander(title, icon=":material/stacks:", expanded=bool(failures))
        if is_long
        else nullcontext()
    ):
        for line in lines:
            _show_row(line)


def _show_row(line: Line) -> None:
    title, subtitle = describe_line(line)
    with st.container(border=True, key=f"report-{line.key}"):
        what, state, actions = st.columns(_WIDTHS, gap="small", vertical_alignment="center")
        what.markdown(
            f"**{messages.escape_markdown(title)}**  \n:small[{messages.escape_markdown(subtitle)}]"
        )
        with state:
            _show_state(line)
        with actions.container(horizontal=True, horizontal_alignment="right", gap="small"):
            _show_actions(line)


def _show_state(line: Line) -> None:
    job = line.job
    if line.complete and line.is_search:
        search = stored.read_search(line)
        if search is not None:
            _show_figure(say("report.table.median"), epsilon_curve.write_median(search))
    elif line.complete:
        summary = stored.read_summary(line)
        _show_figures([] if summary is None else summary.figures)
    elif job is not None and job.state.active:
        st.progress(job.done / max(job.total, 1), describe_progress(job))
    elif job is not None and job.state is State.FAILED:
        st.markdown(f":material/error: {messages.write_problem(job.reason or '')}")
    elif job is not None and job.state is State.CANCELLED:
        key = "report.table.cancelled_after" if job.total else "report.table.cancelled"
        reached = say(key, done=number(job.done), total=number(job.total))
        st.markdown(f":material/cancel: {reached}")
    else:
        st.markdown(f":material/delete: {say('report.table.gone')}")


def _show_figures(figures: Sequence[Figure]) -> None:
    named = {figure.name: figure for figure in figures}
    with st.container(horizontal=True, gap="xsmall"):
        for name in _FIGURES:
            figure = named.get(name)
            value = "–" if figure is None else percent(figure.value)
            interval = (
                "&nbsp;" if figure is None or not figure.interval_text else figure.interval_text
            )
            with st.container(width=_FIGURE_WIDTH):
                _show_figure(headline_figures.name_figure(name), value, interval)


def _show_figure(label: str, value: str, interval: str = "&nbsp;") -> None:
    st.markdown(f":small[{label}]  \n**{value}**  \n:small[{interval}]")


def _show_actions(line: Line) -> None:
    job = line.job
    if line.complete:
        _show_button("open", "open_in_full", line, partial(open_report.open_run, line.run))
    if job is None or not line.mine:
        return
    if job.state.active:
        _show_button("cancel", "close", line, partial(orders.cancel_jobs, [job]))
    elif not line.complete:
        _show_button("resume", "refresh", line, partial(orders.resume_job, job))
    with st.popover(
        say("report.table.ask", line=_name(line)),
        icon=":material/delete:",
        type="tertiary",
        key=f"ask:{line.key}",
    ):
        is_kept = orders.keeps_run(job)
        st.markdown(say("report.table.warning_shared" if is_kept else "report.table.warning"))
        _show_button("delete", "delete_forever", line, partial(orders.delete_job, job))


def _name(line: Line) -> str:
    """Names what a button is about, in Markdown that the style above hides from sight."""
    return f"*{messages.escape_markdown(', '.join(describe_line(line)))}*"


def _show_button(name: str, icon: str, line: Line, act: Callable[[], None]) -> None:
    def act_safely() -> None:
        try:
            act()
        except FacemaskError as error:
            st.session_state[_PROBLEM] = error

    st.button(
        say(f"report.table.{name}", line=_name(line)),
        key=f"{name}:{line.key}",
        icon=f":material/{icon}:",
        on_click=act_safely,
        type="tertiary",
    )

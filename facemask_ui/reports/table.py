"""The table of reports: how far each is, its figures, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from facemask_core.errors import FacemaskError
from facemask_core.jobs import State
from facemask_core.text import visible
from facemask_ui.base import messages
from facemask_ui.base.palette import percent
from facemask_ui.reports import epsilon_curve, open_report, orders, server, stored
from facemask_ui.reports.headline_figures import Figure
from facemask_ui.reports.line import Line
from facemask_ui.reports.lines import mine
from facemask_ui.reports.words import described, progress

_POLL_SECONDS = 1.0
_FAILED = "report-problem"
_SHOWN = ("Clean accuracy", "Robust accuracy", "Success rate")
_WIDTHS = [4, 6, 3]
_WARNING = "This cannot be undone. Its link leads nowhere then, unless others asked too."
_WARNING_SHARED = (
    "This takes it off your list. Its figures stay for everyone who may read the dataset, and so "
    "does its link."
)
_FIGURE_WIDTH = 102
"""Pixels; three stand beside each other on a phone."""


def show(lines: Sequence[Line]) -> None:
    """Draws this visitor's reports, and under them those that everyone may see."""
    own = [line for line in lines if line.mine]
    others = [line for line in lines if not line.mine]
    if own:
        st.header("Your reports", anchor=False)
        busy = any(line.job is not None and line.job.state.active for line in own)
        st.fragment(_own, run_every=_POLL_SECONDS if busy else None)(own, open_report.shown())
    if others:
        title = f"Reports on what everyone here may see ({len(others)})"
        with st.expander(title, icon=":material/groups:", expanded=not own):
            for line in others:
                _row(line)


def _own(drawn: Sequence[Line], opened: str) -> None:
    """Looks at the jobs once a second, without running the rest of the page.

    Args:
        drawn: What the page's last run knew of them.
        opened: The report it showed in full.
    """
    with messages.show_errors():
        if (problem := st.session_state.pop(_FAILED, None)) is not None:
            messages.show_error(problem)
        now = {job.id: job for job in mine()}
        before = {line.job.id: line.job.state for line in drawn if line.job is not None}
        if {name: job.state.active for name, job in now.items()} != {
            name: state.active for name, state in before.items()
        } or open_report.shown() != opened:
            st.rerun()
        for line in drawn:
            if line.job is not None:
                _row(replace(line, job=now[line.job.id]))
        problem = server.supervise().problem
        if problem is not None and any(job.state.active for job in now.values()):
            st.warning(messages.escape_markdown(problem), icon=":material/engineering:")


def _row(line: Line) -> None:
    title, subtitle = described(line)
    with st.container(border=True, key=f"report-{line.key}"):
        what, state, actions = st.columns(_WIDTHS, gap="small", vertical_alignment="center")
        what.markdown(
            f"**{messages.escape_markdown(title)}**  \n:small[{messages.escape_markdown(subtitle)}]"
        )
        with state:
            _state(line)
        with actions.container(horizontal=True, horizontal_alignment="right", gap="small"):
            _actions(line)


def _state(line: Line) -> None:
    job = line.job
    if line.complete and line.searched:
        search = stored.search(line)
        if search is not None:
            _figure("Median smallest fooling epsilon", epsilon_curve.median(search))
    elif line.complete:
        _figures(stored.figures(line))
    elif job is not None and job.state.active:
        st.progress(job.done / max(job.total, 1), progress(job))
    elif job is not None and job.state is State.FAILED:
        st.markdown(f":material/error: {messages.escape_markdown(visible(job.reason or ''))}")
    elif job is not None and job.state is State.CANCELLED:
        reached = f" after {job.done} of {job.total} images" if job.total else ""
        st.markdown(f":material/cancel: Cancelled{reached}.")
    else:
        st.markdown(":material/delete: Its rows are no longer in the store.")


def _figures(found: Sequence[Figure]) -> None:
    named = {figure.label: figure for figure in found}
    with st.container(horizontal=True, gap="xsmall"):
        for label in _SHOWN:
            figure = named.get(label)
            value = "–" if figure is None else percent(figure.value)
            between = "&nbsp;" if figure is None or not figure.between else figure.between
            with st.container(width=_FIGURE_WIDTH):
                _figure(label, value, between)


def _figure(label: str, value: str, between: str = "&nbsp;") -> None:
    st.markdown(f":small[{label}]  \n**{value}**  \n:small[{between}]")


def _actions(line: Line) -> None:
    job = line.job
    if line.complete:
        _button("Open", "open_in_full", line, partial(open_report.show_next, line.run))
    if job is None or not line.mine:
        return
    if job.state.active:
        _button("Cancel", "close", line, partial(orders.cancel, job))
    elif not line.complete:
        _button("Resume", "refresh", line, partial(orders.resume, job))
    with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"ask:{line.key}"):
        st.markdown(_WARNING_SHARED if orders.outlives(job) else _WARNING)
        _button("Delete for good", "delete_forever", line, partial(orders.delete, job))


def _button(label: str, icon: str, line: Line, act: Callable[[], None]) -> None:
    def clicked() -> None:
        try:
            act()
        except FacemaskError as error:
            st.session_state[_FAILED] = error

    st.button(
        label,
        key=f"{label.lower()}:{line.key}",
        icon=f":material/{icon}:",
        on_click=clicked,
        type="tertiary",
    )

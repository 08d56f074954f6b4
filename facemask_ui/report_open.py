"""Which report is shown in full, and which beside it; both travel in the page's link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from facemask_core.jobs import Job
from facemask_core.searches import SmallestEpsilons
from facemask_ui import (
    report_compare,
    report_view,
    reports,
    robustness,
    settings,
    transfers,
)
from facemask_ui.printed import Company
from facemask_ui.report_words import described, progress
from facemask_ui.reports import Line

_RUN, _BESIDE = "run", "beside"
_AWAITED = "awaited"
_POLL_SECONDS = 1.0


def shown() -> str:
    """The run that is shown in full; empty for none."""
    return settings.peek(_RUN, "", settings.sha256)


def show_next(run: str) -> None:
    """Shows a run in full from the next run of the page on.

    Args:
        run: Its whole name; empty for none.
    """
    st.session_state.pop(_AWAITED, None)
    for name, value in ((_RUN, run), (_BESIDE, "")):
        settings.remember(name, value, "")
        st.session_state[name] = value  # the choice's own: it may tell of a change right after this


def show_first(jobs: Sequence[Job]) -> None:
    """Shows the first of some jobs' reports that gets ready.

    Args:
        jobs: What was asked for just now.
    """
    show_next("")
    st.session_state[_AWAITED] = {job.id for job in jobs}


def _show_awaited(lines: Sequence[Line]) -> None:
    awaited = st.session_state.get(_AWAITED, set())
    for line in lines:
        if line.complete and line.job is not None and line.job.id in awaited:
            show_next(line.run)
            return


def draw(lines: Sequence[Line]) -> None:
    """Draws the choice of report, and the report; one that a link names need be in no list."""
    _show_awaited(lines)
    complete = {line.run: line for line in lines if line.complete}
    asked = settings.current(_RUN, "", settings.sha256)
    if asked and asked not in complete:
        line = reports.linked(asked)
        if not line.complete:
            _unfinished(line)
            return
        complete = {asked: line, **complete}
    if not complete:
        return
    st.header("Report", anchor=False)
    first, second = st.columns(2, gap="large")
    with first:
        run = _choice("Shown in full", _RUN, complete)
    others = {name: line for name, line in complete.items() if name != run}
    beside = ""
    if run and others and not complete[run].searched:
        others = {name: line for name, line in others.items() if not line.searched}
        with second:
            beside = _choice("Beside it", _BESIDE, others)
    if run:
        _draw(complete[run], complete.get(beside), complete.values())


def _choice(label: str, name: str, complete: Mapping[str, Line]) -> str:
    def title(run: str) -> str:
        return " · ".join(described(complete[run])) if run else "None"

    options = ["", *complete]
    bound = settings.bound(name, "", settings.one_of(options))
    return str(st.selectbox(label, options, format_func=title, **bound))


def _draw(line: Line, beside: Line | None, among: Iterable[Line]) -> None:
    alike = list(reports.on_the_same(line, among))
    searches = _searches(alike)
    travels = transfers.tables([_told(other) for other in alike if not other.searched])
    if not line.searched:
        _draw_report(line, beside, among, Company(line.cropped, searches=searches, travels=travels))
    if searches:
        st.header("Accuracy against epsilon", anchor=False)
        robustness.show(searches, key="robustness")
    transfers.show(travels)


def _told(line: Line) -> transfers.Told:
    assert line.stored is not None  # noqa: S101  (for the type checker; the line is complete)
    return line.stored.question.values, reports.figures(line)


def _searches(lines: Iterable[Line]) -> dict[str, SmallestEpsilons]:
    """Every search there is on the same photographs, by what it is called."""
    return {
        described(line)[0].replace(", smallest epsilon", ""): search
        for line in lines
        if line.searched and (search := reports.search(line)) is not None
    }


def _draw_report(line: Line, beside: Line | None, among: Iterable[Line], company: Company) -> None:
    found = reports.report(line)
    other = None if beside is None else reports.report(beside)
    if found is None:
        return
    if other is not None:
        report_compare.show(found, other)
    rivals = [reports.report(rival) for rival in reports.asked_the_same(line, among)]
    known = [rival for rival in rivals if rival is not None]
    report_view.show(found, known, reports.photographs(line), company)


def _unfinished(line: Line) -> None:
    """Shows where a run stands that a link names and nobody has completed."""
    job = line.job
    if job is not None and job.state.active:
        st.fragment(_watch, run_every=_POLL_SECONDS)(line.run)
    elif line.stored is not None:
        st.info(
            f"This report is not finished: {line.stored.done} of {line.stored.question.files} "
            "images are stored.",
            icon=":material/pending:",
        )
    else:
        st.info(
            "There is no report of this name on this server; it may have been deleted.",
            icon=":material/search_off:",
        )


def _watch(run: str) -> None:
    job = reports.linked(run).job
    if job is None or not job.state.active:
        st.rerun()
    st.progress(job.done / max(job.total, 1), progress(job))

"""The report that is open, and the one beside it; the page's link holds both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from facemask_core.jobs import Job
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.base import page_runs, reveal, settings
from facemask_ui.language import number, say
from facemask_ui.reports import epsilon_curve, side_by_side, stored, transfer_table, view
from facemask_ui.reports.line import Line
from facemask_ui.reports.lines import find_line
from facemask_ui.reports.printed import Supplement
from facemask_ui.reports.words import describe_line, describe_progress, name_search

_RUN, _BESIDE = "run", "beside"
_AWAITED = "awaited"
_POLL_SECONDS = 1.0


def read_open_run() -> str:
    """Reads which run is open; empty for none."""
    return settings.peek(_RUN, "", settings.sha256)


def open_run(run: str) -> None:
    """Opens a run, from the next rerun of the page on, and brings its result into the window.

    Args:
        run: Its whole name; empty for none.
    """
    _set_open(run)
    reveal.request()


def _set_open(run: str) -> None:
    st.session_state.pop(_AWAITED, None)
    for name, value in ((_RUN, run), (_BESIDE, "")):
        settings.remember(name, value, "")
        st.session_state[name] = value  # the widget's own: a change may follow


def open_once_ready(jobs: Sequence[Job]) -> None:
    """Opens a report of some jobs once all of them have ended: one of an attack, if there is any.

    Args:
        jobs: The jobs to wait for.
    """
    open_run("")
    st.session_state[_AWAITED] = {job.id for job in jobs}


def open_awaited(lines: Sequence[Line]) -> None:
    """Opens a report that was waited for, once it is there.

    Args:
        lines: All lines.
    """
    names = st.session_state.get(_AWAITED, set())
    awaited = [line for line in lines if line.job is not None and line.job.id in names]
    if any(line.job is not None and line.job.state.active for line in awaited):
        return
    complete = [line for line in awaited if line.complete]
    if complete:
        _set_open(min(complete, key=lambda line: (line.is_search, line.attack is None)).run)


def find_open(lines: Sequence[Line]) -> Line | None:
    """Finds the line of the open report, also one that a link names and no list has.

    Args:
        lines: All lines.

    Returns:
        The line, which may be unfinished; None while nothing is open.
    """
    run = settings.read(_RUN, "", settings.sha256)
    if not run:
        return None
    listed = (line for line in lines if line.complete and line.run == run)
    return next(listed, None) or find_line(run)


def show_open_report(lines: Sequence[Line], line: Line | None) -> None:
    """Shows the choice of report, and the report in full.

    Args:
        lines: All lines.
        line: That of the open report; None while none is open.
    """
    complete = {it.run: it for it in lines if it.complete}
    if line is not None and line.run not in complete:
        if not line.complete:
            _show_unfinished(line)
            return
        complete = {line.run: line, **complete}
    if not complete:
        return
    st.header(say("report.open.title"), anchor=False)
    first, second = st.columns(2, gap="large")
    with first:
        run = _choose_run(say("report.open.shown"), _RUN, complete)
    others = {name: line for name, line in complete.items() if name != run}
    beside = ""
    if run and others and not complete[run].is_search:
        others = {name: line for name, line in others.items() if not line.is_search}
        with second:
            beside = _choose_run(say("report.open.beside"), _BESIDE, others)
    if run:
        _show_line(complete[run], complete.get(beside), complete.values())


def _choose_run(label: str, name: str, complete: Mapping[str, Line]) -> str:
    def title(run: str) -> str:
        return " · ".join(describe_line(complete[run])) if run else say("report.open.none")

    options = ["", *complete]
    bound = settings.bind(name, "", settings.one_of(options))
    return str(st.selectbox(label, options, format_func=title, **bound))


def _show_line(line: Line, beside: Line | None, among: Iterable[Line]) -> None:
    alike = list(line.find_same_images(among))
    searches = _read_searches(alike)
    transfers = transfer_table.tabulate_transfers(
        [_read_for_transfer(other) for other in alike if not other.is_search]
    )
    if not line.is_search:
        _show_report(
            line, beside, among, Supplement(line.cropped, searches=searches, transfers=transfers)
        )
    if searches:
        st.subheader(say("report.curve.title"), anchor=False)
        epsilon_curve.show_curves(searches, key="robustness")
    transfer_table.show_tables(transfers)


def _read_for_transfer(line: Line) -> transfer_table.StoredReport:
    summary = stored.read_summary(line)
    return line.values, [] if summary is None else summary.figures


def _read_searches(lines: Iterable[Line]) -> dict[str, SmallestEpsilons]:
    """Reads the searches among some lines, by model and attack."""
    return {
        name_search(line): search
        for line in lines
        if line.is_search and (search := stored.read_search(line)) is not None
    }


def _show_report(
    line: Line, beside: Line | None, among: Iterable[Line], supplement: Supplement
) -> None:
    report = stored.read_report(line)
    other = None if beside is None else stored.read_report(beside)
    if report is None:
        return
    if other is not None:
        side_by_side.show_comparison(report, other)
    rivals = [stored.read_report(rival) for rival in line.find_rivals(among)]
    known = [rival for rival in rivals if rival is not None]
    view.show_report(report, known, stored.find_photographs(line), supplement)


def _show_unfinished(line: Line) -> None:
    """Shows how far a run is that a link names and that is not complete."""
    job = line.job
    if job is not None and job.state.active:
        page_runs.draw_apart(_show_progress, run_every=_POLL_SECONDS)(line.run)
    elif line.stored is not None:
        st.info(
            say(
                "report.open.unfinished",
                done=number(line.stored.done),
                total=number(line.stored.question.files),
            ),
            icon=":material/pending:",
        )
    else:
        st.info(say("report.open.unknown"), icon=":material/search_off:")


def _show_progress(run: str) -> None:
    job = find_line(run).job
    if job is None or not job.state.active:
        st.rerun()
    st.progress(job.done / max(job.total, 1), describe_progress(job))

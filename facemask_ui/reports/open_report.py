"""Which report is shown in full, and which beside it; both travel in the page's link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from facemask_core.jobs import Job
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.base import settings
from facemask_ui.reports import epsilon_curve, side_by_side, stored, transfer_table, view
from facemask_ui.reports.line import Line
from facemask_ui.reports.lines import linked
from facemask_ui.reports.printed import Supplement
from facemask_ui.reports.words import described, progress

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
    asked = settings.read(_RUN, "", settings.sha256)
    if asked and asked not in complete:
        line = linked(asked)
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
    bound = settings.bind(name, "", settings.one_of(options))
    return str(st.selectbox(label, options, format_func=title, **bound))


def _draw(line: Line, beside: Line | None, among: Iterable[Line]) -> None:
    alike = list(line.on_the_same(among))
    searches = _searches(alike)
    travels = transfer_table.tables([_told(other) for other in alike if not other.searched])
    if not line.searched:
        _draw_report(
            line, beside, among, Supplement(line.cropped, searches=searches, transfers=travels)
        )
    if searches:
        st.header("Accuracy against epsilon", anchor=False)
        epsilon_curve.show(searches, key="robustness")
    transfer_table.show(travels)


def _told(line: Line) -> transfer_table.Told:
    return line.values, stored.figures(line)


def _searches(lines: Iterable[Line]) -> dict[str, SmallestEpsilons]:
    """Every search there is on the same photographs, by what it is called."""
    return {
        described(line)[0].replace(", smallest epsilon", ""): search
        for line in lines
        if line.searched and (search := stored.search(line)) is not None
    }


def _draw_report(
    line: Line, beside: Line | None, among: Iterable[Line], supplement: Supplement
) -> None:
    found = stored.report(line)
    other = None if beside is None else stored.report(beside)
    if found is None:
        return
    if other is not None:
        side_by_side.show(found, other)
    rivals = [stored.report(rival) for rival in line.asked_the_same(among)]
    known = [rival for rival in rivals if rival is not None]
    view.show(found, known, stored.photographs(line), supplement)


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
    job = linked(run).job
    if job is None or not job.state.active:
        st.rerun()
    st.progress(job.done / max(job.total, 1), progress(job))

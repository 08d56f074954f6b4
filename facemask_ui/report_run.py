"""Running a report: the button, the progress, and the answer when there is one."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from facemask_core import evaluation
from facemask_core.classifier import Classifier
from facemask_core.datasets import Dataset
from facemask_core.evaluation import Evaluation
from facemask_core.reading import Progress
from facemask_ui import attacking, report_data, shell
from facemask_ui.jobs import Board, Job, State

_POLL_SECONDS = 0.5


@st.cache_resource(scope="session", show_spinner=False, on_release=Board.close)
def board() -> Board:
    """The visitor's board; what runs on it stops when the session ends."""
    return Board()


def answer(
    classifier: Classifier, data: report_data.Chosen, chosen: attacking.Chosen
) -> Evaluation | None:
    """Draws the button and the progress, and returns the answer once it is there."""
    own = board()
    question = (classifier.card.weights_sha256, data.identity, repr(chosen))
    job = own.job
    running = job is not None and job.active
    asked = st.button("Run report", icon=":material/play_arrow:", disabled=running, key="run")
    if asked and own.answer(question) is None:
        own.start(_job(question, classifier, data.dataset, chosen))
        st.rerun()
    if running:
        _watch(own)
    elif job is not None and job.question == question:
        _say_how_it_ended(job)
    return own.answer(question)


def _job(
    question: Hashable, classifier: Classifier, dataset: Dataset, chosen: attacking.Chosen
) -> Job:
    def compute(progress: Progress) -> Evaluation:
        return evaluation.evaluate(
            classifier,
            dataset,
            attack=chosen.attack,
            epsilon=chosen.epsilon,
            seed=chosen.seed,
            progress=progress,
        )

    return Job(question, len(dataset), compute)


@st.fragment(run_every=_POLL_SECONDS)
def _watch(own: Board) -> None:
    """Looks at the job twice a second, without running the rest of the page."""
    job = own.job
    if job is None or not job.active:
        st.rerun()
        return
    if job.state is State.WAITING:
        text = "Waiting for another visitor's report to end."
    else:
        text = f"{job.done} of {job.total} images{_pace(job)}"
    st.progress(job.done / max(job.total, 1), text)
    st.button(
        "Cancelling…" if job.stopping else "Cancel",
        key="cancel",
        icon=":material/close:",
        on_click=job.cancel,
        disabled=job.stopping,
    )


def _pace(job: Job) -> str:
    if not job.done:
        return ""
    left = (job.total - job.done) / max(job.rate, 1e-6)
    return f" · {job.rate:.1f} a second · about {left:.0f} s left"


def _say_how_it_ended(job: Job) -> None:
    if job.error is not None:
        shell.show_error(job.error)
    elif job.state is State.CANCELLED:
        st.info(f"Cancelled after {job.done} of {job.total} images.", icon=":material/cancel:")

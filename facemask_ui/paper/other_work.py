"""What the paper quotes of other work on masks and attacks, beside the models measured here."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper import experiments, results
from facemask_core.paper.experiments import Experiment
from facemask_core.paper.printed import Paper
from facemask_ui.base.palette import keep_together
from facemask_ui.choices import attack_setup, models
from facemask_ui.language import percent, say
from facemask_ui.paper import words
from facemask_ui.paper.reports import read_accuracy

_NONE = "\N{EN DASH}"


def show_other_work(paper: Paper) -> None:
    """Shows the accuracies as a table.

    Args:
        paper: The paper's printed figures.
    """
    st.header(say("paper.other_work.heading"), anchor=False)
    st.table(list_rows(paper), hide_index=True, border="horizontal", width="content")
    st.caption(
        say(
            "paper.other_work.caption",
            where=words.name_place(paper.other_work.where).lower(),
            doi=paper.other_work.doi,
            epsilon=attack_setup.write_epsilon(experiments.EPSILON),
        )
    )


def list_rows(paper: Paper) -> list[dict[str, str]]:
    """Lists each network with its accuracy before an attack, under FGSM and under PGD."""
    quoted = [
        _write_row(say("paper.other_work.quoted"), it.model, (it.clean, it.fgsm, it.pgd))
        for it in paper.other_work.rows
    ]
    here = [
        _write_row(
            say("paper.other_work.here"),
            models.title(name),
            (
                _read_accuracy(experiments.clean(name)),
                _read_accuracy(experiments.fgsm(name)),
                _read_accuracy(experiments.pgd(name)),
            ),
        )
        for name in experiments.MODELS
    ]
    return [*quoted, *here]


def _read_accuracy(experiment: Experiment) -> float | None:
    result = results.read(experiment)
    return None if result is None else read_accuracy(result)


def _write_row(source: str, name: str, accuracies: tuple[float | None, ...]) -> dict[str, str]:
    cells = [_NONE if it is None else keep_together(percent(it)) for it in accuracies]
    return {
        say("paper.other_work.network"): name,
        "": source,
        say("paper.other_work.clean"): cells[0],
        "FGSM": cells[1],
        "PGD": cells[2],
    }

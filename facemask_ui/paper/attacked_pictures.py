"""The paper's pictures, made again from the lab's portraits."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper import experiments
from facemask_core.paper.printed import Example, Paper
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import before_after
from facemask_ui.language import number, say
from facemask_ui.paper import portrait, words
from facemask_ui.paper.other_pictures import show_other_pictures


def show_attacked_pictures(paper: Paper, model: str) -> None:
    """Shows what the paper's pictures show, made here, once a visitor opens the fold.

    The paper shows photographs of somebody; here it is a portrait of nobody.

    Args:
        paper: The paper's printed figures.
        model: Name of the model under attack.
    """
    st.header(_say("heading"), anchor=False)
    st.markdown(_say("text"))
    folded = st.expander(
        _say("fold"), icon=":material/photo_library:", key="attacked-pictures", on_change="rerun"
    )
    if folded.open:
        with folded:
            columns = st.columns(len(paper.examples), gap="large")
            for column, example in zip(columns, paper.examples, strict=True):
                with column:
                    _show_example(example, model)
            epsilon = attack_setup.write_epsilon(experiments.EPSILON)
            st.caption(_say("caption", model=models.title(model), epsilon=epsilon))
            show_other_pictures(model)


def _show_example(example: Example, model: str) -> None:
    """Shows the portrait under one attack, with the paper's two figures and the same here."""
    title = _say("example", where=words.name_place(example.where), attack=example.attack.upper())
    st.subheader(title, anchor=False)
    made = portrait.attack_portrait(model, experiments.EPSILON, attack=example.attack)
    before_after.show_pictures(made.result, made.alt, made.note)
    result = made.result
    here = [float(one.probabilities[result.label]) for one in (result.before, result.after)]
    st.table(
        [
            _write_row("printed", example.before, example.after),
            _write_row("here", *here),
        ],
        hide_index=True,
        border="horizontal",
        width="content",
    )


def _write_row(whose: str, before: float, after: float) -> dict[str, str]:
    return {
        _say("probability"): say(f"paper.{whose}"),
        _say("before"): number(before, 3),
        _say("after"): number(after, 3),
    }


def _say(key: str, **values: object) -> str:
    return say(f"paper.attacked_pictures.{key}", **values)

"""Point 10: pictures are called fooling though the model is still right about them."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.language import number, say
from facemask_ui.paper import words
from facemask_ui.paper.points.base import Point, draw_table


def _show_examples(paper: Paper, model: str) -> None:
    quote = paper.quotes["fooled"]
    st.markdown(_say("text", where=words.name_place(quote.where), quote=quote.text))
    draw_table(
        [
            {
                _say("picture"): words.name_place(example.where),
                say("paper.attack"): example.attack.upper(),
                _say("before"): number(example.before, 3),
                _say("after"): number(example.after, 3),
                _say("other_class"): _subtract_from_one(example.after),
                _say("answer"): _say("changed" if example.after < 1 / 2 else "same"),
            }
            for example in paper.examples
        ]
    )
    st.markdown(_say("instead"))


def _subtract_from_one(share: float) -> str:
    return f"1 − {number(share, 3)} = **{number(1 - share, 3)}**"


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.still_right.{key}", **values)


POINT = Point("still_right", _show_examples)

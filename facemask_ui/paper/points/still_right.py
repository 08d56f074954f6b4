"""Point 10: pictures are called fooling though the model is still right about them."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_ui.paper.points.base import Point, draw_table


def _show_examples(paper: Paper, model: str) -> None:
    quote = paper.quotes["fooled"]
    st.markdown(
        f"{quote.where}: “{quote.text}”. The figures printed with the pictures are the probability "
        "with which the model was “able to predict the image”, before and after. Of two classes "
        "the one with more than one half is the answer, so each of these models still gives the "
        "answer it gave before:"
    )
    draw_table(
        [
            {
                "Picture": example.where,
                "Attack": example.attack.upper(),
                "Before": f"{example.before:.3f}",
                "After": f"{example.after:.3f}",
                "Other class": f"1 − {example.after:.3f} = **{1 - example.after:.3f}**",
                "Answer": "changed" if example.after < 1 / 2 else "**the same**",
            }
            for example in paper.examples
        ]
    )
    st.markdown(
        "If instead the second number belongs to the *other* class, the answer changed; but then "
        "the text compares the probabilities of two different answers. A fall of confidence is no "
        "wrong answer, which is why this lab keeps the two apart everywhere: success rate and "
        "confidence drop."
    )


POINT = Point("Fooled, and still right", _show_examples)

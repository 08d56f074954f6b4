"""Point 11: Table 2 describes another network than the one that was trained."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_core.pictures.images import INPUT_SIZE
from facemask_ui.language import say
from facemask_ui.paper import words
from facemask_ui.paper.points.base import Point, draw_table

HERE = (
    f"{INPUT_SIZE}×{INPUT_SIZE}×3",
    "111×111×32",
    "109×109×32",
    "109×109×64",
    "54×54×64",
    "54×54×80",
    "52×52×192",
    "25×25×192",
    "12×12×768",
    "5×5×1280",
    "5×5×2048",
    "1×1×2048",
    "1×1×2",
)
"""What goes into each part of this lab's InceptionV3; a test reads it off the network."""


def _show_sizes(paper: Paper, model: str) -> None:
    quote, table = paper.quotes["size"], paper.composition
    st.markdown(
        _say(
            "text",
            where=words.name_place(quote.where),
            quote=quote.text,
            number=table.number,
            first=table.rows[0][2],
            last=table.rows[-1][2],
        )
    )
    draw_table(
        [
            {
                _say("part"): part,
                _say("patch"): patch,
                _say("table", number=table.number): theirs,
                say("paper.here"): ours,
            }
            for (part, patch, theirs), ours in zip(table.rows, HERE, strict=True)
        ]
    )
    st.caption(_say("caption"))


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.composition.{key}", **values)


POINT = Point("composition", _show_sizes)

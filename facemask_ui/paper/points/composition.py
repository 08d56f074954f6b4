"""Point 11: Table 2 describes another network than the one that was trained."""

from __future__ import annotations

import streamlit as st

from facemask_core.paper.printed import Paper
from facemask_core.pictures.images import INPUT_SIZE
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
        f"{quote.where}: “{quote.text}”. Table {table.number}, the composition of InceptionV3, "
        f"begins with {table.rows[0][2]} and ends with {table.rows[-1][2]}: it is the table of the "
        "network's inventors (Szegedy et al., arXiv:1512.00567), for another task of many more "
        "classes. In the paper's own protocol every part sees less:"
    )
    draw_table(
        [
            {"Part": part, "Patch and stride": patch, f"Table {table.number}": theirs, "Here": ours}
            for (part, patch, theirs), ours in zip(table.rows, HERE, strict=True)
        ]
    )
    st.caption(
        "Here: what goes into the same part of this lab's InceptionV3, as Keras builds it. Its "
        "fifth part is a convolution of 1×1, its sixth one of 3×3 with stride 1, its seventh a "
        "pooling of 3×3 with stride 2; its Inception modules are 3, 5 and 3 with the two that "
        "reduce."
    )


POINT = Point("A table of another network", _show_sizes)

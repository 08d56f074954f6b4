"""What the paper's Figures 1, 3 and 4 show, beside the like of this lab."""

from __future__ import annotations

import streamlit as st

from facemask_core.data import samples
from facemask_core.epsilons import LEVELS
from facemask_core.labels import LABELS
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import before_after
from facemask_ui.face.portrait_words import describe_portrait
from facemask_ui.language import say
from facemask_ui.paper import portrait

BLOCK = (
    ("expand", "1×1", "28×28×96"),
    ("filter", "5×5, /2", "14×14×96"),
    ("squeeze", "1×1", "1×1×24"),
    ("excite", "1×1", "1×1×96"),
    ("project", "1×1", "14×14×40"),
)
"""The parts of the fourth block of this lab's MobileNetV3-Small: kernel, and what comes out; a test
reads both off the network."""
_EXAMPLE_LEVEL = 2
"""The epsilon of the example beside Figure 4, in steps of 1/255."""
_EACH = 3


def show_other_pictures(model: str) -> None:
    """Shows the three figures' counterparts side by side.

    Args:
        model: Name of the model under attack.
    """
    faces, block, example = st.columns(3, gap="large")
    with faces:
        st.subheader(_say("faces"), anchor=False)
        _show_faces()
        st.caption(_say("faces_caption"))
    with block:
        st.subheader(_say("block"), anchor=False)
        rows = [
            {_say("part"): _say(part), _say("kernel"): kernel, _say("output"): output}
            for part, kernel, output in BLOCK
        ]
        st.table(rows, hide_index=True, border="horizontal", width="content")
        st.caption(_say("block_caption"))
    with example:
        st.subheader(_say("example"), anchor=False)
        made = portrait.attack_portrait(model, _EXAMPLE_LEVEL / LEVELS)
        before_after.show_pictures(made.result, made.alt, made.note)
        epsilon = attack_setup.write_epsilon(_EXAMPLE_LEVEL / LEVELS)
        st.caption(_say("example_caption", model=models.title(model), epsilon=epsilon))


def _show_faces() -> None:
    """Shows a few portraits of each class, one class a line."""
    portraits = samples.read_portraits(samples.GALLERY_DIR)
    for label in range(len(LABELS)):
        with st.container(horizontal=True, wrap=False):
            for one in [it for it in portraits if it.label == label][:_EACH]:
                with st.container():
                    st.image(str(one.path), width="stretch", alt=describe_portrait(one.alt))


def _say(key: str, **values: object) -> str:
    return say(f"paper.other_pictures.{key}", **values)

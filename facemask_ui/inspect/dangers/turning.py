"""One dial: the face as it changes it, and what each model answers then."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from facemask_core.errors import FacemaskError
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures import model_input
from facemask_core.pictures.lab_note import LabNote
from facemask_ui.base import charts, messages, settings
from facemask_ui.choices import models as choices
from facemask_ui.face.answers import Face
from facemask_ui.inspect.dangers.dials import Dial, EpsilonDial
from facemask_ui.inspect.headline import write_headline
from facemask_ui.language import say

_PICTURE = 280


def show_dial(face: Face, dials: Sequence[Dial], models: Sequence[str], note: LabNote) -> None:
    """Shows the choice of dial, the dial, the changed face, and every model's answer to it.

    Args:
        face: uint8 (224, 224, 3).
        dials: The dials.
        models: Names of the models.
        note: What the face says about itself where a visitor saves it.
    """
    titles = {dial.name: dial.title for dial in dials}
    name = st.pills(
        say("inspect.dangers.dial"),
        list(titles),
        format_func=lambda name: titles[name],
        required=True,
        wrap=True,
        **settings.bind("danger", dials[0].name, settings.one_of(list(titles))),
    )
    dial = next(dial for dial in dials if dial.name == name)
    as_it_is = say("inspect.dangers.as_it_is")
    notch = st.select_slider(
        dial.title,
        range(dial.last + 1),
        format_func=lambda notch: dial.describe(notch) if notch else as_it_is,
        **settings.bind(f"danger-{dial.name}", 0, _parse_notch(dial.last)),
    )
    verdicts: dict[str, Verdict] = {}
    for model in models:
        try:
            verdicts[choices.title(model)] = dial.judge(face, model)[notch]
        except FacemaskError as error:  # the other models still answer
            messages.show_error(error)
    if not verdicts:
        return
    left, right = st.columns([1, 2], gap="large")
    state = dial.describe(notch) if notch else as_it_is
    with left:
        st.image(
            model_input.encode(
                dial.draw(face, notch, models[0]) if notch else face,
                note.model_copy(update=dial.describe_change(notch, models[0])) if notch else note,
            ),
            say("inspect.dangers.pictured", dial=dial.title, state=state),
            width=_PICTURE,
            output_format="PNG",
            alt=say("inspect.dangers.alt", dial=dial.title.lower(), state=state),
        )
        if isinstance(dial, EpsilonDial) and len(models) > 1:
            first = messages.escape_markdown(choices.title(models[0]))
            st.caption(say("inspect.dangers.attacks_first", model=first))
    with right:
        st.markdown(f"#### {write_headline(verdicts)}")
        charts.draw_probabilities(verdicts, key="danger-probabilities")


def _parse_notch(last: int) -> settings.Parse[int]:
    def parse(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() and int(text) <= last else None

    return parse

"""One picture and several models: what each answers, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from facemask_core.evaluation.verdicts import Verdict
from facemask_ui.base import charts, messages
from facemask_ui.choices import models
from facemask_ui.face import answers, complaint, cropping, lab_pictures, pictures, truth
from facemask_ui.face.answers import Face
from facemask_ui.inspect import dangers, why
from facemask_ui.inspect.headline import write_check, write_headline
from facemask_ui.language import say

_PICTURES_WIDTH = 560
"""Pixels of the two pictures together, so that they stand on one screen with the verdict."""


def show_inspection() -> None:
    """Shows the choice of picture and models, each model's answer, and its heat map."""
    choice, answer = st.columns([2, 3], gap="large")
    with choice:
        picture = pictures.choose_picture()
        label = None if picture is None or picture.shipped else truth.choose_label(picture)
    if picture is None:
        return
    with answer:
        headline = st.empty()
        names = models.choose_models()
        bars = st.container()
        with st.container(width=_PICTURES_WIDTH):
            region = cropping.choose_crop(picture)
            face = cropping.cut_face(picture, region)
            cropping.show_crop(picture, region, face)
    framed = cropping.is_about_a_face(picture, region)
    with bars:
        verdicts = _judge_face(face, names, headline, framed=framed)
        if verdicts and framed and not picture.shipped:
            if label is not None:
                st.markdown(write_check(_name_models(verdicts), label))
            complaint.offer_reasons(picture, region, face)
        if verdicts:
            charts.draw_probabilities(_name_models(verdicts), key="probabilities")
            st.page_link(
                "pages/2_Attack.py",
                label=say("inspect.view.attack_face" if framed else "inspect.view.attack_picture"),
                icon=":material/bolt:",
            )
        elif not names:
            st.info(say("inspect.view.no_model"), icon=":material/info:")
    if verdicts:
        why.show_heat_maps(face, verdicts, lab_pictures.note_crop(picture, region))
        dangers.show_dangers(picture, region, face, list(verdicts))


def _judge_face(
    face: Face, names: Sequence[str], headline: DeltaGenerator, *, framed: bool
) -> dict[str, Verdict]:
    """Asks one model after the other, and keeps the headline true meanwhile."""
    verdicts: dict[str, Verdict] = {}
    for number, name in enumerate(names, 1):
        with messages.show_errors():  # a damaged model costs its own answer alone
            verdicts[name] = answers.judge_face(models.load(name), face)
        # The first answer is on the screen while the next model loads.
        waiting = "" if number == len(names) else " …"
        if verdicts and framed:
            headline.header(write_headline(_name_models(verdicts)) + waiting, anchor=False)
    if verdicts and not framed:
        headline.markdown(say("inspect.view.faceless"))
    return verdicts


def _name_models(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    return {models.title(name): verdict for name, verdict in verdicts.items()}

"""One picture and several models: what each answers, and why."""

from __future__ import annotations

import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_ui.base import charts, messages
from facemask_ui.choices import models
from facemask_ui.face import answers, complaint, cropping, lab_pictures, pictures, truth
from facemask_ui.inspect import dangers, why
from facemask_ui.inspect.headline import write_check, write_headline


def show_inspection() -> None:
    """Shows the choice of picture and models, each model's answer, and its heat map."""
    choice, answer = st.columns([2, 3], gap="large")
    verdicts: dict[str, Verdict] = {}
    with choice:
        picture = pictures.choose_picture()
        names = models.choose_models()
    if picture is None:
        return
    with choice:
        region = cropping.choose_crop(picture)
        label = None if picture.shipped else truth.choose_label(picture)
    framed = cropping.is_about_a_face(picture, region)
    face = cropping.cut_face(picture, region)
    with answer:
        cropping.show_crop(picture, region, face)
        headline = st.empty()
        # The first answer is on the screen while the next model loads.
        for number, name in enumerate(names, 1):
            with messages.show_errors():  # a damaged model costs its own answer alone
                verdicts[name] = answers.judge_face(models.load(name), face)
            titled = {models.title(name): verdict for name, verdict in verdicts.items()}
            waiting = "" if number == len(names) else " …"
            if verdicts and framed:
                headline.header(write_headline(titled) + waiting, anchor=False)
        if verdicts and not framed:
            headline.markdown(
                "No face was found or framed, so these answers are about the whole picture and "
                "say nothing about a mask."
            )
        if verdicts and framed and not picture.shipped:
            if label is not None:
                st.markdown(write_check(titled, label))
            complaint.offer_reasons(picture, region, face)
        if verdicts:
            charts.draw_probabilities(titled, key="probabilities")
            st.page_link(
                "pages/2_Attack.py",
                label="Attack this face" if framed else "Attack this picture",
                icon=":material/bolt:",
            )
        elif not names:
            st.info("Choose at least one model.", icon=":material/info:")
    if verdicts:
        why.show_heat_maps(face, verdicts, lab_pictures.note_crop(picture, region))
        dangers.show_dangers(picture, region, face, list(verdicts))

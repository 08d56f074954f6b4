"""One picture before several models: what each says of it, and why."""

from __future__ import annotations

import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_ui.base import charts, messages
from facemask_ui.choices import models
from facemask_ui.face import answers, cropping, pictures
from facemask_ui.inspect import headline as verdicts
from facemask_ui.inspect import why


def show() -> None:
    """Draws the choice of picture and models, and below it what each says and why."""
    choice, answer = st.columns([2, 3], gap="large")
    judged: dict[str, Verdict] = {}
    with choice:
        picture = pictures.choose()
        names = models.choose_several()
    if picture is None:
        return
    with choice:
        region = cropping.choose(picture)
    face = cropping.square(picture, region)
    with answer:
        cropping.show(picture, region, face)
        headline = st.empty()
        for number, name in enumerate(names, 1):  # the first stands while the next is loaded
            with messages.show_errors():  # a model that is damaged costs its own answer alone
                judged[name] = answers.judge(models.load(name), face)
            titled = {models.title(name): verdict for name, verdict in judged.items()}
            waiting = "" if number == len(names) else " …"
            if judged:
                headline.header(verdicts.headline(titled) + waiting, anchor=False)
        if judged:
            charts.draw_probabilities(titled, key="probabilities")
            st.page_link("pages/2_Attack.py", label="Attack this face", icon=":material/bolt:")
        elif not names:
            st.info("Choose at least one model.", icon=":material/info:")
    if judged:
        why.show(face, judged)

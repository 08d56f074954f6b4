"""One picture before several models: what each says of it, and why."""

from __future__ import annotations

import streamlit as st

from facemask_core.verdicts import Verdict
from facemask_ui import charts, cropping, models, pictures, results, verdicts, why


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
        for name in names:  # the first stands while the next is still being loaded
            judged[name] = results.judge(models.load(name), face)
            titled = {models.title(name): verdict for name, verdict in judged.items()}
            waiting = "" if len(judged) == len(names) else " …"
            headline.header(verdicts.headline(titled) + waiting, anchor=False)
        if judged:
            charts.probabilities(titled, key="probabilities")
            st.page_link("pages/2_Attack.py", label="Attack this face", icon=":material/bolt:")
        else:
            st.info("Choose at least one model.", icon=":material/info:")
    if judged:
        why.show(face, judged)

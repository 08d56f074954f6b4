"""Inspect: a face in, every chosen model's verdict out."""

import streamlit as st

from facemask_ui import charts, cropping, models, palette, pictures, results, shell, verdicts

with shell.page(
    "Inspect",
    "Mask or no mask?",
    "Choose a picture. The lab finds the face, and each model says what it sees.",
):
    choice, answer = st.columns([2, 3], gap="large")
    with choice:
        picture = pictures.choose()
        names = models.choose_several()
    if picture is not None:
        with choice:
            region = cropping.choose(picture)
        face = cropping.square(picture, region)
        with answer:
            cropping.show(picture, region, face)
            headline = st.empty()
            judged = {}
            for name in names:  # the first stands while the next is still being loaded
                verdict = results.judge(models.load(name), face)
                judged[models.title(name)] = verdict
                headline.header(verdicts.headline(judged), anchor=False)
                st.caption(
                    f"{models.title(name)}: with mask {palette.percent(verdict.probabilities[1])}, "
                    f"without mask {palette.percent(verdict.probabilities[0])}"
                )
            if judged:
                charts.probabilities(judged, key="probabilities")
                st.page_link("pages/2_Attack.py", label="Attack this face", icon=":material/bolt:")
            else:
                st.info("Choose at least one model.", icon=":material/info:")

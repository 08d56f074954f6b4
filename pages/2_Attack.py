"""Attack: epsilon under the hand; picture, noise and the model's answer move with it."""

import streamlit as st

from facemask_ui import cropping, lab, models, pictures, shell, truth
from facemask_ui.lab import attack_choice

with shell.page(
    "Attack",
    "How little noise does it take?",
    "The attack changes the picture, within epsilon, so that the model gets it wrong.",
):
    choice, answer = st.columns([2, 3], gap="large")
    with choice:
        picture = pictures.choose()
        if picture is not None:
            region = cropping.choose_folded(picture)
            label = truth.choose(picture)
        model = models.choose()
        attack, seed = attack_choice.choose()
    if picture is not None:
        with answer:
            lab.show(picture, region, label, model, attack, seed)

"""Attack: a slider of epsilon; picture, noise and the model's answer move with it."""

import streamlit as st

from facemask_ui.page import frame

with frame.page(
    "Attack",
    "How little noise does it take?",
    "The attack changes the picture, within epsilon, so that the model gets it wrong.",
):
    from facemask_ui import lab
    from facemask_ui.choices import class_link, models
    from facemask_ui.face import cropping, pictures, truth
    from facemask_ui.lab import attack_choice

    hidden = class_link.hidden()
    shown = {name: name not in hidden for name in class_link.GROUPS}
    if any(shown[name] for name in ("picture", "model", "attack")):
        choice, answer = st.columns([2, 3], gap="large")
    else:
        choice, answer = st.container(), st.container()
    with choice:
        picture = pictures.choose(shown=shown["picture"])
        if picture is not None:
            region = (
                cropping.choose_folded(picture) if shown["picture"] else cropping.at_first(picture)
            )
            label = truth.choose(picture)
        model = models.choose(shown=shown["model"])
        attack, seed = attack_choice.choose(shown=shown["attack"], advanced=shown["advanced"])
    if picture is not None:
        with answer:
            chosen = (picture, region, label, model, attack, seed)
            lab.show(*chosen, look_further=shown["further"])

"""Attack: move epsilon, and see the picture, the noise and the model's answer move."""

import streamlit as st

from facemask_core import images
from facemask_ui import attacking, cropping, faces_shown, models, pictures, results, shell, truth

with shell.page(
    "Attack",
    "How little noise does it take?",
    "The attack changes the picture, within epsilon, so that the model gets it wrong.",
):
    choice, answer = st.columns([2, 3], gap="large")
    with choice:
        picture = pictures.choose()
        if picture is not None:
            with st.expander("Crop", icon=":material/crop:", expanded=not picture.framed):
                region = cropping.choose(picture)
            label = truth.choose(picture)
        model = models.choose()
        chosen = attacking.choose()
    if picture is not None and chosen.attack is not None:
        face = cropping.square(picture, region)
        result = results.attack(models.load(model, to_attack=True), face, chosen, label)
        with answer:
            faces_shown.outcome(result)
            faces_shown.pictures(result, picture.alt)
            faces_shown.confidence(result, key="probabilities")
            faces_shown.distances(result)
            st.caption(
                f":material/gavel: Threat model: "
                f"{attacking.statement(chosen.attack.threat_model(chosen.epsilon, chosen.seed))}. "
                f"Model {models.title(model)}, sha256 {models.sha256(model)[:12]}."
            )
            st.download_button(
                "Download the attacked picture",
                images.encode_png(result.attacked),
                file_name=f"attacked-{chosen.attack.name}-{chosen.levels}.png",
                mime="image/png",
                icon=":material/download:",
                on_click="ignore",
            )

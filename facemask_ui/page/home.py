"""Home: what this lab is, and what an attack does to one face."""

import streamlit as st

from facemask_ui.page import frame


def show() -> None:
    """Draws the page."""
    with frame.page(
        "Home",
        "How little does it take to fool a face-mask detector?",
        "A neural network looks at a face and says whether it wears a mask. It is often right. "
        "This lab changes the picture so little that you would not notice, and watches it go "
        "wrong.",
    ):
        from facemask_core import attacks
        from facemask_core.epsilons import LINF
        from facemask_ui.base import palette
        from facemask_ui.choices import attack_setup, models
        from facemask_ui.face import (
            answers,
            before_after,
            cropping,
            lab_pictures,
            pictures,
            truth,
        )
        from facemask_ui.face.question import Question
        from facemask_ui.page import cards, links, presets

        picture = pictures.read_sample(pictures.DEFAULT_SAMPLE)
        model = models.shipped()[0]
        attack = attacks.make("fgsm")
        epsilon = LINF.epsilon(LINF.usual)
        face = cropping.cut_face(picture, None)
        images, answer = st.columns([3, 2], gap="large")
        first_answer = answer.empty()
        before = answers.judge_face(
            models.load(model), face
        )  # seconds before an attack is compiled
        first_answer.markdown(f"Before the attack: {palette.write_verdict(before)}")
        label = truth.settle_label(picture.label, before)
        question = Question(face, models.load(model, to_attack=True), label, attack, seed=0)
        result = answers.attack_face(question, epsilon)
        first_answer.empty()
        with images:
            note = lab_pictures.note_question(question, picture.label, None, epsilon=epsilon)
            before_after.show_pictures(result, picture.alt, note)
            st.caption(
                f"{models.title(model)}, computed by this server. "
                f"{attack_setup.describe_threat_model(attack.threat_model(epsilon))}."
            )
        with answer:
            before_after.show_outcome(result)
            before_after.show_confidence(result, key="probabilities")

        st.header("Try it yourself", anchor=False)
        with st.container(horizontal=True, gap="small"):
            for preset in presets.PRESETS:
                st.page_link(
                    "pages/2_Attack.py",
                    label=preset.label,
                    icon=preset.icon,
                    query_params=links.complete_link("Attack", preset.query),
                )
        cards.show_cards()

        st.header("What this shows, and what it does not", anchor=False)
        st.markdown(
            "- **The attacker knows everything.** These are white-box attacks: they use the "
            "model's own gradients. Someone without the model has a harder time.\n"
            "- **The attack is digital.** It changes the pixels of a file, not a face in front of "
            "a camera.\n"
            "- **The model is small** and trained for teaching. Nothing here says how well any "
            "real access control works, or how to get past it.\n"
            "- **The portraits show nobody.** They are rendered; one photograph is NASA's."
        )

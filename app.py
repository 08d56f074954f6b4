"""Home: what this lab is, and one face that has been judged and attacked already."""

import streamlit as st

from facemask_ui.page import frame

with frame.page(
    "Home",
    "How little does it take to fool a face-mask detector?",
    "A neural network looks at a face and says whether it wears a mask. It is often right. "
    "This lab changes the picture so little that you would not notice, and watches it go wrong.",
):
    from facemask_core import attacks
    from facemask_core.epsilons import LINF
    from facemask_ui.base import palette
    from facemask_ui.choices import attack_setup, models
    from facemask_ui.face import answers, before_after, cropping, pictures, truth
    from facemask_ui.face.question import Question
    from facemask_ui.page import links, presets

    picture = pictures.sample(pictures.DEFAULT_SAMPLE)
    model = models.shipped()[0]
    attack = attacks.make("fgsm")
    epsilon = LINF.epsilon(LINF.usual)
    face = cropping.square(picture, None)
    shown, told = st.columns([3, 2], gap="large")
    at_first = told.empty()
    before = answers.judge(models.load(model), face)  # seconds before an attack is compiled
    at_first.markdown(f"Before the attack: {palette.write_verdict(before)}")
    label = truth.settle(picture.label, before)
    question = Question(face, models.load(model, to_attack=True), label, attack, seed=0)
    result = answers.attack(question, epsilon)
    at_first.empty()
    with shown:
        before_after.pictures(result, picture.alt)
        st.caption(
            f"{models.title(model)}, computed by this server. "
            f"{attack_setup.statement(attack.threat_model(epsilon))}."
        )
    with told:
        before_after.outcome(result)
        before_after.confidence(result, key="probabilities")

    st.header("Try it yourself", anchor=False)
    with st.container(horizontal=True, gap="small"):
        for preset in presets.PRESETS:
            st.page_link(
                "pages/2_Attack.py",
                label=preset.label,
                icon=preset.icon,
                query_params=links.complete_link("Attack", preset.query),
            )
    inspect, lab, report = st.columns(3)
    cards, lesson, paper = st.columns(3)
    with inspect.container(border=True, height="stretch"):
        st.page_link("pages/1_Inspect.py", label="**Inspect**", icon=":material/search:")
        st.write("Give it a face, and see what every model says and where it looks.")
    with lab.container(border=True, height="stretch"):
        st.page_link("pages/2_Attack.py", label="**Attack**", icon=":material/bolt:")
        st.write("Choose an attack and its strength, and compare original, noise and result.")
    with report.container(border=True, height="stretch"):
        st.page_link("pages/3_Report.py", label="**Report**", icon=":material/bar_chart:")
        st.write("Ask how often that happens on a whole dataset, before and after the attack.")
    with cards.container(border=True, height="stretch"):
        st.page_link("pages/4_Models.py", label="**Models**", icon=":material/neurology:")
        st.write("Read how each model learned, how well it does, and where it fails.")
    with lesson.container(border=True, height="stretch"):
        st.page_link("pages/5_Learn.py", label="**Learn**", icon=":material/school:")
        st.write("Guess, then look: a lesson of 25 minutes, with worksheet and teacher's notes.")
    with paper.container(border=True, height="stretch"):
        st.page_link("pages/6_Paper.py", label="**Paper**", icon=":material/article:")
        st.write("Set the paper's figures beside this lab's, and try out what does not add up.")

    st.header("What this shows, and what it does not", anchor=False)
    st.markdown(
        "- **The attacker knows everything.** These are white-box attacks: they use the model's "
        "own gradients. Someone without the model has a harder time.\n"
        "- **The attack is digital.** It changes the pixels of a file, not a face in front of a "
        "camera.\n"
        "- **The model is small** and trained for teaching. Nothing here says how well any real "
        "access control works, or how to get past it.\n"
        "- **The portraits show nobody.** They are rendered; one photograph is NASA's."
    )

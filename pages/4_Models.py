"""Models: all of them in one table, and a card for each with what it can do and where it fails."""

import streamlit as st

from facemask_ui.page import frame

with frame.page("models"):
    from facemask_ui import model_card
    from facemask_ui.base import messages, reveal
    from facemask_ui.choices import models

    model_card.apply_choice()
    model_card.show_drop()
    overview = st.container()
    with st.container(key=model_card.CARD):
        reveal.follow(model_card.CARD)
        one, other = st.columns(2, gap="large", vertical_alignment="bottom")
        with one:
            name = models.choose_model()
        with overview, messages.show_errors():
            model_card.show_overview(name)
        with other, messages.show_errors():
            beside = model_card.choose_second(name)
        if beside:
            with messages.show_errors():
                model_card.show_comparison(name, beside)
        st.header(models.title(name), anchor=False)
        model_card.show_card(name)

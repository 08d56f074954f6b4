"""Home: what an attack does to one face, and where to begin with one's own."""

import streamlit as st

from facemask_ui.page import frame


def show() -> None:
    """Draws the page."""
    with frame.page("home", has_stage=True):
        from facemask_ui.choices import models
        from facemask_ui.face import pictures
        from facemask_ui.lab import sample_stage
        from facemask_ui.language import say, say_all
        from facemask_ui.page import bench, cards

        stage, choices = bench.split_bench(choices=True)
        with choices:
            _draw_first_step()
            cards.show_presets()
        with stage:
            sample_stage.show_sample_stage(pictures.DEFAULT_SAMPLE, models.shipped()[0], key="hero")
        cards.show_cards()
        st.header(say("home.limits_heading"), anchor=False)
        st.markdown("\n".join(f"- {limit}" for limit in say_all("home.limits")))


def _draw_first_step() -> None:
    """Draws the page's one primary button."""
    from facemask_ui.base import settings
    from facemask_ui.face import pictures
    from facemask_ui.lab import on_device
    from facemask_ui.language import say

    if st.button(
        say("home.own"),
        key="own",
        type="primary",
        icon=":material/add_a_photo:",
        width="stretch",
        help=say("home.own_hint"),
    ):
        own = next(it for it in on_device.list_sources() if it != pictures.SAMPLES)
        settings.remember("source", own, pictures.SAMPLES, in_link=False)
        st.switch_page("pages/2_Attack.py")

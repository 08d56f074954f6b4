"""Home: what an attack does to one face, and where to begin with one's own."""

import streamlit as st

from facemask_ui.page import frame

"""What can be read on the accent colour, in the dark theme and in the light one."""


def show() -> None:
    """Draws the page."""
    with frame.page("home", has_stage=True):
        from facemask_ui.lab import hero
        from facemask_ui.page import bench, cards

        stage, choices = bench.split_bench(choices=True)
        with choices:
            _draw_first_step()
            cards.show_presets()
        with stage:
            hero.show_hero()
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


def _draw_first_step() -> None:
    """Draws the page's one primary button."""
    from facemask_ui.base import settings
    from facemask_ui.face import pictures

    if st.button(
        "Try your own face",
        key="own",
        type="primary",
        icon=":material/add_a_photo:",
        width="stretch",
        help="Your picture stays in this tab and is never written to disk.",
    ):
        settings.remember("source", pictures.UPLOAD, pictures.SAMPLES, in_link=False)
        st.switch_page("pages/2_Attack.py")

"""Models: a card for each, with what it can do, where it fails, and how it was made."""

from facemask_ui.page import frame

with frame.page(
    "Models",
    "What are these models?",
    "Every model of this lab has a card: how it learned, how well it does, and what it is not for.",
):
    from facemask_ui import model_card
    from facemask_ui.choices import models

    name = models.choose_model()
    model_card.show_card(name)

"""The page Models: how well a model does, where it fails, and how it was made."""

from __future__ import annotations

from facemask_ui.model_card.overview import CARD, choose_second, show_comparison, show_overview
from facemask_ui.model_card.own import show_drop
from facemask_ui.model_card.own.use import apply_choice
from facemask_ui.model_card.view import show_card

__all__ = [
    "CARD",
    "apply_choice",
    "choose_second",
    "show_card",
    "show_comparison",
    "show_drop",
    "show_overview",
]

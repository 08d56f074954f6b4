"""A model's card on the screen: what it is, how well it does, where it fails, how it was made."""

from __future__ import annotations

from facemask_ui.model_card.view import show

__all__ = ["show"]

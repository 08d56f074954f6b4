"""The paper beside the lab, and its seven odd figures, on the screen."""

from __future__ import annotations

from facemask_ui.paper.view import show

__all__ = ["show"]

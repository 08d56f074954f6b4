"""The page Paper: the paper's figures beside the lab's, and what does not add up."""

from __future__ import annotations

from facemask_ui.paper.view import show_paper

__all__ = ["show_paper"]

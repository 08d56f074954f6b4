"""What stands below the frames of a film that a visitor takes home as a GIF."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from facemask_core.pictures.animation import Mark
from facemask_ui.base.palette import name_class
from facemask_ui.language import percent, read_current, say


def name_captions(*, truth_known: bool) -> str:
    """Names the captions of a film, which differ by language.

    Args:
        truth_known: Whether they call answers wrong, or only changed.
    """
    return f"{read_current().language} {'known' if truth_known else 'unknown'}"


def write_caption(epsilon: str, shares: Sequence[float], mark: Mark) -> tuple[str, str]:
    """Writes the two lines below a frame: the epsilon, and the model's answer to the picture.

    Args:
        epsilon: Epsilon as the page writes it.
        shares: The probability of each class.
        mark: What stands behind the answer.
    """
    winner = int(np.argmax(shares))
    answer, share = name_class(winner).lower(), percent(shares[winner])
    lines = (
        say("lab.film.epsilon", epsilon=epsilon),
        say(f"lab.film.{mark or 'answer'}", answer=answer, share=share),
    )
    return _simplify(lines[0]), _simplify(lines[1])


def _simplify(text: str) -> str:
    """Takes accents away and makes every space a plain one: the frames' font has ASCII alone."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()

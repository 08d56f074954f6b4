"""The code by which a class finds its room."""

from __future__ import annotations

import secrets
import unicodedata

LETTERS = "BCDFGHJKMNPRSTWXYZ"
"""No two of these look alike on a wall, and without vowels they make no words."""
LENGTH = 6
"""34 million codes: 10,000 answered guesses find one of twenty rooms once in 170 times."""
_LONGEST = 32


def make_code() -> str:
    """Makes a code that nobody can foresee."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def normalise_code(text: str) -> str:
    """Reads a code as people type it: in small or wide letters, with spaces, hyphens or accents.

    Args:
        text: What was typed, or stands in an address.

    Returns:
        The code; empty if the text cannot be one.
    """
    plain = unicodedata.normalize("NFKD", text[:_LONGEST]).upper()
    code = "".join(sign for sign in plain if sign.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else ""

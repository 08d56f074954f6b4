"""Text for a table that a spreadsheet opens."""

from __future__ import annotations

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def escape_formula(text: str) -> str:
    """Keeps a spreadsheet from taking a stranger's file name for a formula.

    An apostrophe in front is the convention that spreadsheets understand (OWASP, CSV injection).
    """
    return f"'{text}" if text.startswith(_FORMULAS) else text

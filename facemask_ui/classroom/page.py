"""The pages of a room as HTML."""

from __future__ import annotations


def pupil_page(language: str) -> str:
    """Writes the pupil's page.

    Args:
        language: The language that it speaks.
    """
    return _write_page(language)


def projector_page(language: str) -> str:
    """Writes the projector's page.

    Args:
        language: The language that it speaks.
    """
    return _write_page(language)


def _write_page(language: str) -> str:
    return f'<!doctype html><html lang="{language}"><meta charset="utf-8"><body></body></html>'

"""A card as one HTML page: no script, no request, nothing beside the file, and it prints well."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from facemask_core.inspection.card import InspectionCard
from facemask_core.inspection.sections import Section, list_sections, write_headline
from facemask_core.inspection.words import IN_ENGLISH, Words
from facemask_core.text import visible

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_page(card: InspectionCard, words: Words = IN_ENGLISH) -> str:
    """Writes a card as a page.

    Args:
        card: The card.
        words: How it speaks; English unless others are given.
    """
    title = _write(words.say("title", model=card.model))
    lines = [
        "<!doctype html>",
        f'<html lang="{escape(words.language, quote=True)}">',
        '<head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head>",
        f"<body><main><h1>{title}</h1>",
    ]
    if headline := write_headline(card, words):
        lines.append(f'<p class="headline">{_write(headline)}</p>')
    for section in list_sections(card, words):
        lines += _write_section(section)
    lines += [*_write_section(_identify(card, words)), "</main></body></html>"]
    return "\n".join(lines) + "\n"


def _write_section(section: Section) -> Iterator[str]:
    yield f"<section><h2>{_write(section.title)}</h2>"
    yield from (f"<p>{_write(sentence)}</p>" for sentence in section.lead)
    if section.head:
        heads = "".join(f'<th scope="col">{_write(head)}</th>' for head in section.head)
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
        for first, *others in section.rows:
            cells = "".join(f"<td>{_write(cell)}</td>" for cell in others)
            yield f'<tr><th scope="row">{_write(first)}</th>{cells}</tr>'
        yield "</tbody></table>"
    yield from (f'<p class="note">{_write(sentence)}</p>' for sentence in section.notes)
    yield "</section>"


def _identify(card: InspectionCard, words: Words) -> Section:
    line = words.say(
        "identity_line",
        sha256=card.model_sha256,
        device=card.device,
        seconds=round(card.seconds),
        versions=", ".join(f"{name} {version}" for name, version in card.versions.items()),
    )
    return Section(words.say("identity"), [line])


def _write(text: str) -> str:
    """Writes text that may be a stranger's: nothing in it is HTML, and nothing is hidden."""
    return escape(visible(text), quote=True)

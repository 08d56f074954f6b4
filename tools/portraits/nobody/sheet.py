"""A contact sheet: many portraits at a glance."""

from __future__ import annotations

import csv
from pathlib import Path

from PIL import Image

from nobody.catalogue import TABLE

_BEHIND = (150, 152, 156)
"""Lies behind portraits without a background."""


def contact_sheet(folder: Path, columns: int, side: int, limit: int | None = None) -> Image.Image:
    """Lays out the portraits of a folder in the order of its table."""
    with (folder / TABLE).open(encoding="utf-8", newline="") as file:
        files = [folder / row["file"] for row in csv.DictReader(file)][:limit]
    rows = -(-len(files) // columns)
    sheet = Image.new("RGB", (columns * side, max(rows, 1) * side), _BEHIND)
    for i, path in enumerate(files):
        with Image.open(path) as picture:
            tile = picture.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(tile, (i % columns * side, i // columns * side), tile)
    return sheet

"""``attacks``: the list of attacks."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from facemask_core.cli.options import JsonFlag
from facemask_core.cli.terminal import print_json, print_line


def attacks(as_json: JsonFlag = False) -> None:
    """List the attacks, what they know of the model, and their settings with defaults."""
    from facemask_core import attacks as registry

    rows: list[dict[str, Any]] = []
    for name in registry.names():
        kind = registry.get(name)
        own = {
            field.name: field.default
            for field in fields(kind)
            if isinstance(field.default, bool | int | float | str | None)
        }
        rows.append(
            {
                "name": name,
                "title": kind.title,
                "knowledge": kind.knowledge,
                "reference": (kind.__doc__ or "").partition("\n")[0],
                "settings": own,
            }
        )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print_line(f"{row['name']}: {row['title']}, {row['knowledge']}. {row['reference']}")
        settings = ", ".join(f"{key}={value}" for key, value in row["settings"].items())
        print_line(f"    {settings}")

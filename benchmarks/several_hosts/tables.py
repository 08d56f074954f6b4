"""What the results on several hosts say, as the page of results shows it."""

from __future__ import annotations

from typing import Any

RATE = "4mbit"
"""What a narrow link carries, as tc writes it."""

_LOCAL = "local"


def table(values: dict[str, Any]) -> str:
    """The situations as a Markdown table.

    Args:
        values: What the result file holds.
    """
    rows = [
        "| situation | the command | from then on | processor time of the two hosts | rows |",
        "|---|---|---|---|---|",
    ]
    for name, found in values.items():
        if name != _LOCAL:
            first, *others = found["processor_s"]
            shares = f"{first:.0f} s" + "".join(f", {share:.0f} s" for share in others)
            rows.append(
                f"| {name} | {_end(found['code'])} | {found['after_s']:.0f} s | {shares} "
                f"| {'the same' if is_same(found, values[_LOCAL]) else 'OTHERS'} |"
            )
    return "\n".join(rows)


def is_same(found: dict[str, Any], local: dict[str, Any]) -> bool:
    """Whether a run has the question and the rows of the local one, to the bit."""
    return all(found[key] == local[key] for key in ("question_sha256", "rows_sha256"))


def _end(code: int | None) -> str:
    if code is None:
        return "was given up"
    return "ended with a sentence" if code else "succeeded"

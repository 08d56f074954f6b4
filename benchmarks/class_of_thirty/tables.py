"""What a class waited for, as docs/results.md shows it."""

from __future__ import annotations

import statistics
from typing import Any


def table(values: dict[str, Any]) -> str:
    """The waits as Markdown, in seconds.

    Args:
        values: What the result file holds.
    """
    return _tabulate(values["waits"]["kinds"])


def table_of_own(values: dict[str, Any]) -> str:
    """The waits for the visitors' own pictures under each attack, by model, as Markdown.

    Args:
        values: What the result file holds.
    """
    models = values["waits"]["models"]
    return _tabulate({name: found for name, found in models.items() if "own picture" in name})


def _tabulate(kinds: dict[str, Any]) -> str:
    heads = "| asked for | times | left before the end | first answer, median / 95th percentile "
    lines = [f"{heads}| all of it, median / 95th percentile |", "|---|---|---|---|---|"]
    for kind, found in kinds.items():
        cells = (_written(found[key]) for key in ("answer", "complete"))
        lines.append(f"| {kind} | {found['asked']} | {found['left']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _written(spread: dict[str, float] | None) -> str:
    return "–" if spread is None else f"{spread['median']:.1f} s / {spread['p95']:.1f} s"


def memory(values: dict[str, Any]) -> str:
    """The server's memory in a sentence: when the class has come, and in its last quarter.

    Args:
        values: What the result file holds.
    """
    quarters = [_median(values, share, share + 0.25) for share in (0.25, 0.5, 0.75)]
    told = ", ".join(f"{quarter:.0f}" for quarter in quarters)
    before = values["memory_before_mib"]
    each = (quarters[-1] - before) / values["visitors"]
    most = max(held for _, held in values["memory_mib"])
    return (
        f"With every model loaded the server holds {before:.0f} MiB, and {each:.0f} MiB more for "
        f"each visitor; in the second, third and last quarter it holds {told} MiB, at most "
        f"{most:.0f} MiB."
    )


def company(values: dict[str, Any]) -> str:
    """What computing eight visitors' batches as one saves, as Markdown.

    Args:
        values: What the result file holds.
    """
    lines = ["| model | verdict | gradient | PGD |", "|---|---|---|---|"]
    for model, found in values["together"].items():
        cells = (f"{found[key]:.2f}" for key in ("verdict", "gradient", "pgd"))
        lines.append(f"| {model} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _median(values: dict[str, Any], first: float, last: float) -> float:
    end = values["memory_mib"][-1][0]
    return statistics.median(
        held for when, held in values["memory_mib"] if first * end <= when <= last * end
    )

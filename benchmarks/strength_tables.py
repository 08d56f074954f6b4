"""The figures of ``attack_strength.json`` as tables in Markdown and sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.attack_strength import MODELS, REMEMBERED
from facemask_core import attacks
from facemask_core.evaluation.confidence_intervals import bound_proportion


def table_distances(values: dict[str, Any]) -> str:
    """The distances of the attacks that look for the nearest image beside the peers'."""
    lines = [
        "| model | norm | attack | passes a photograph | median distance | fooled |",
        "|---|---|---|---|---|---|",
    ]
    for name, value in sorted(values.items(), key=_place):
        kind, norm, model, *whose = name.split()
        if kind == "fab":
            named = {
                contender: figures
                for contender, figures in value.items()
                if isinstance(figures, dict) and "median" in figures
            }
        elif kind in ("hopskipjump", "boundary") and whose:
            named = {whose[0]: value}
        else:
            continue
        title, count = attacks.get(kind).title, value["asked"]["photographs"]
        for contender, figures in named.items():
            passes = figures.get("queries") or value["passes"]
            shown = f"{title}, {contender}" if kind != "fab" or contender == "ours" else contender
            cells = (model, norm, shown, f"{passes:.0f}", _write(figures["median"], norm))
            lines.append(f"| {' | '.join(cells)} | {figures['fooled']} of {count} |")
    return "\n".join(lines)


def _place(item: tuple[str, Any]) -> tuple[int, str, str]:
    """Places a row by its attack, model and norm, in whatever order they were measured."""
    kind, norm, model, *_ = item[0].split()
    order = ("fab", "hopskipjump", "boundary")
    return order.index(kind) if kind in order else len(order), model, norm


def table_universal(values: dict[str, Any]) -> str:
    """How many held-out photographs one noise fools, in Markdown."""
    lines = [
        "| model | epsilon | noise | passes to train it | fooled, held out | without a mask "
        "| with a mask |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, value in values.items():
        kind, epsilon, model, *_ = name.split()
        if kind == "universal":
            total = sum(value["held_out"])
            for whose, fooled in value["fooled"].items():
                trained = {"ours": "at most ", "art": ""}.get(whose)
                passes = "–" if trained is None else f"{trained}{value['passes']:,}"
                parts = zip(value["of_class"][whose], value["held_out"], strict=True)
                each = [f"{count} of {held}" for count, held in parts]
                lines.append(
                    f"| {model} | {epsilon} | {whose} | {passes} | "
                    f"{_count(fooled, total)} | {' | '.join(each)} |"
                )
    return "\n".join(lines)


def _count(hits: int, total: int) -> str:
    """Writes a count and the 95 % interval of its share."""
    interval = bound_proportion(np.arange(total) < hits)
    if interval is None:
        return f"{hits} of {total}"
    ends = f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"
    return f"{hits} of {total} ({ends})"


def _write(median: float | None, norm: str) -> str:
    if median is None:
        return "infinite"
    return f"{255 * median:.2f}/255" if norm == "linf" else f"{median:.3f}"


def table_ensembles(values: dict[str, Any]) -> str:
    """What withstands the ensemble and PGD, and what felled the others, in Markdown."""
    lines = [
        "| model | epsilon | withstand PGD-20 | withstand the ensemble | felled by |",
        "|---|---|---|---|---|",
    ]
    for name, value in values.items():
        kind, epsilon, model, *_ = name.split()
        if kind == "ensemble":
            count = value["asked"]["photographs"]
            felled = ", ".join(f"{it} {number}" for it, number in value["felled_by"].items())
            stood = (f"{value[key]} of {count}" for key in ("standing_pgd", "standing"))
            lines.append(f"| {' | '.join((model, epsilon, *stood, felled))} |")
    return "\n".join(lines)


def describe_cycles(values: dict[str, Any]) -> str:
    """Says of how many images PGD's way closes, in a sentence."""
    cycles = {name.split()[1]: it for name, it in values.items() if name.startswith("cycles ")}
    counts = ", ".join(f"{it['returned']} at {level}" for level, it in cycles.items())
    asked = next(iter(cycles.values()))["asked"]
    return (
        f"Of {asked['photographs']} validation photographs on {MODELS[0]} so many returned to one\n"
        f"of their last {REMEMBERED} places within {asked['effort']}: {counts}."
    )

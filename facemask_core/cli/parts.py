"""The figures of a dataset's parts as text: of sources, classes, and real and drawn masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from facemask_core.cli.terminal import print_line

if TYPE_CHECKING:
    from facemask_core.evaluation.report import Evaluation

_HEADS = {
    "accuracy": "accuracy",
    "robust_accuracy": "robust accuracy",
    "success_rate": "success rate",
}
_COUNTS = {"unsure": "unsure", "unsure_attacked": "unsure after"}
_CELL = 24
"""Wide enough for ``0.9813 (0.9623 to 0.9909)``."""


def print_sources(result: Evaluation) -> None:
    """Prints one line a source, and what is wrong with the manifest.

    Args:
        result: The report.
    """
    figures = result.by_source()
    if result.manifest_problem is not None:
        print_line()
        consequence = "manifest" if figures else "no figures per source"
        print_line(f"{consequence}: {result.manifest_problem}")
    if not figures:
        return
    width = max(map(len, figures))
    heads = ["images", "accuracy", "balanced"]
    if result.adversarial is not None:
        heads.append("robust")
    print_line()
    print_line(f"{'source':{width}}" + "".join(f"{head:>10}" for head in heads))
    for name, row in figures.items():
        shares = [row["accuracy"], row["balanced_accuracy"]]
        if result.adversarial is not None:
            shares.append(row["robust_accuracy"])
        cells = "".join(f"{share:>10.4f}" for share in shares)
        print_line(f"{name:{width}}{row['images']:>10}{cells}")
    named = sum(bool(origin.source) for origin in result.origins.values())
    if unnamed := len(result.paths) - named:
        print_line(f"without a source in the manifest: {unnamed} images")


def print_parts(result: Evaluation) -> None:
    """Prints the figures of each class and kind of mask, of all sources and of each.

    Args:
        result: The report.
    """
    from facemask_core.evaluation.parts import count_felled, list_parts

    parts = list(list_parts(result.parts | {"sources": result.by_source()}))
    shown = {key: head for key, head in _HEADS.items() if key in parts[0].figures}
    counted = {key: head for key, head in _COUNTS.items() if key in parts[0].figures}
    names = [f"{part.source or 'all'}: {part.name}" for part in parts]
    title = "by class, with 95 % intervals"
    width = max(map(len, [title, *names]))
    print_line()
    print_line(
        f"{title:{width}}  images"
        + "".join(f"  {head}" for head in counted.values())
        + "".join(f"  {head:<{_CELL}}" for head in shown.values()).rstrip()
    )
    for name, part in zip(names, parts, strict=True):
        cells = (_write_share(part.figures, key) for key in shown)
        line = f"{name:{width}}  {part.figures['images']:>6}"
        line += "".join(f"  {part.figures[key]:>{len(head)}}" for key, head in counted.items())
        print_line(line + "".join(f"  {cell:<{_CELL}}" for cell in cells).rstrip())
    if result.felled_by is not None:
        print_line()
        print_line(f"{'felled by':{width}}  {_write_felled(count_felled(result.felled_by))}")
        for name, part in zip(names, parts, strict=True):
            print_line(f"{name:{width}}  {_write_felled(part.figures['felled_by'])}")
    if (counting := result.parts["without_drawn"]) is None:
        return
    shown = {"balanced_accuracy": "balanced accuracy"}
    if result.adversarial is not None:
        shown["balanced_robust_accuracy"] = "balanced robust accuracy"
    print_line(f"without drawn masks, {counting['images']} images, the figures that count:")
    for key, head in shown.items():
        print_line(f"{head} {_write_share(counting, key)}")


def _write_felled(counts: Mapping[str, int]) -> str:
    """Writes how many images each of several attacks felled, such as ``fab 3, square 1``."""
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _write_share(figures: Mapping[str, Any], key: str) -> str:
    """Writes a share and its interval, such as ``0.9813 (0.9623 to 0.9909)``."""
    if figures[key] is None:
        return "-"
    interval = figures["intervals"][key]
    return f"{figures[key]:.4f} ({interval['low']:.4f} to {interval['high']:.4f})"

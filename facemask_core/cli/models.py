"""``models``: the list of models that are ready to use."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from facemask_core.cli.options import JsonFlag
from facemask_core.cli.terminal import print_json, print_note, print_table


def models(as_json: JsonFlag = False) -> None:
    """List the models that are ready to use."""
    from facemask_core.models import checkpoints

    for name, error in checkpoints.find_faulty_cards().items():
        print_note(f"The model {name} is left out: {error}")
    cards = [checkpoints.read_card(checkpoints.locate(name)) for name in checkpoints.usable()]
    rows: list[dict[str, Any]] = [
        {
            "name": card.name,
            "backbone": card.backbone,
            "initial_weights": card.initial_weights,
            "weights_sha256": card.weights_sha256,
            "balanced_accuracy": {
                split: figures["balanced_accuracy"]
                for split, figures in card.metrics.items()
                if "balanced_accuracy" in figures
            },
            "balanced_accuracy_without_drawn": {
                split: figures["without_drawn"]["balanced_accuracy"]
                for split, figures in card.metrics.items()
                if figures.get("without_drawn")
            },
        }
        for card in cards
    ]
    if as_json:
        print_json(rows)
        return
    table = Table()
    for title in ("model", "backbone", "initial weights", "balanced accuracy", "sha256"):
        table.add_column(title, no_wrap=title in {"model", "backbone", "sha256"})
    print_table(table, map(_cells, rows))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    real = row["balanced_accuracy_without_drawn"]
    scores = ", ".join(
        f"{split} {100 * value:.2f} %"
        + (f" (real masks {100 * real[split]:.2f} %)" if split in real else "")
        for split, value in row["balanced_accuracy"].items()
    )
    sha256 = row["weights_sha256"][:12]
    return row["name"], row["backbone"], row["initial_weights"], scores, sha256

"""``corrupt`` of a dataset: balanced accuracy by corruption and severity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from facemask_core.cli.dataset_options import data_row, open_data, preparation
from facemask_core.cli.outputs import check_files, refusing
from facemask_core.cli.store_options import note_stored_count, open_store_unless
from facemask_core.cli.terminal import (
    model_row,
    print_json,
    print_line,
    print_note,
    print_precision,
    print_table,
    progress_bar,
)
from facemask_core.labels import LABELS

if TYPE_CHECKING:
    from facemask_core.corruptions import Corruption
    from facemask_core.robustness import CorruptionTable


def measure_dataset(
    data: Path,
    model: str,
    kinds: Sequence[Corruption],
    *,
    severities: Sequence[int] | None,
    seed: int,
    crop: bool,
    limit: int | None,
    store: Path | None,
    no_store: bool,
    write_card: bool,
    as_json: bool,
) -> None:
    """Measures a model on a dataset under corruptions, and prints the table.

    Args:
        data: The dataset's folder.
        model: A model's name, or its folder.
        kinds: The corruptions.
        severities: The severities; None for all.
        seed: Seed of all randomness.
        crop: Whether to crop to the face first.
        limit: How many images to use; None for all.
        store: The store's folder; None for the default one.
        no_store: Whether to do without a store.
        write_card: Whether to write the table to the model's card.
        as_json: Whether to print JSON.

    Raises:
        FacemaskError: Something cannot be read, stored or computed.
    """
    from facemask_core import load_classifier, robustness
    from facemask_core.corruptions import SEVERITIES
    from facemask_core.engines import RunContext
    from facemask_core.models import checkpoints

    folder = checkpoints.locate(model)
    check_files({"--write-card": folder / checkpoints.CARD_FILE if write_card else None})
    dataset = open_data(data, limit)
    classifier = load_classifier(model, warm_up=False)
    with open_store_unless(store, no_store=no_store) as runs, progress_bar() as report:
        table = robustness.measure_corruptions(
            classifier,
            dataset,
            kinds=kinds,
            severities=SEVERITIES if severities is None else severities,
            seed=seed,
            prepare=preparation(crop=crop),
            context=RunContext(
                store=runs,
                progress=lambda done, total: report("images", done, total),
                recalled=note_stored_count,
            ),
        )
    figures = data_row(dataset, crop=crop) | table.as_dict()
    if as_json:
        print_json(model_row(classifier) | figures)
    else:
        print_corruptions(classifier.name, table)
        print_precision(classifier)
    if write_card:
        _write_to_card(folder, figures)


def _write_to_card(folder: Path, figures: dict[str, Any]) -> None:
    """Writes a table to the card in a folder, without the names of files that were left out."""
    from facemask_core.models import checkpoints

    card = checkpoints.read_card(folder)  # it may have been written to while this was measured
    table = {key: value for key, value in figures.items() if key != "skipped"}
    with refusing(folder / checkpoints.CARD_FILE):
        checkpoints.write_card(folder, replace(card, corruptions=table))
    print_note(f"The table is on the card of {card.name}.")


def print_corruptions(model: str, table: CorruptionTable) -> None:
    """Prints a table of corruptions as text.

    Args:
        model: Name of the model.
        table: The table.
    """
    print_line(f"{model} on {len(table.labels)} images, {len(table.skipped)} skipped")
    print_line(f"balanced accuracy as they are: {table.clean_accuracy:.4f}")
    if table.unsure_below:
        print_line(
            f"unsure below a confidence of {table.unsure_below}: {table.clean_unsure} as they are"
        )
    grid = Table()
    names = ["corruption", "severity", "value", "images", "balanced accuracy", "95 % interval"]
    if table.unsure_below:
        names += ["unsure", "with unsure as half"]
    for name in names:
        grid.add_column(name)
    print_table(
        grid,
        [
            (
                cell.corruption,
                str(cell.severity),
                cell.value,
                str(cell.images),
                f"{cell.balanced_accuracy:.4f}",
                f"{cell.interval.low:.4f} to {cell.interval.high:.4f}",
                *(
                    [str(cell.unsure), f"{cell.balanced_accuracy_unsure_half:.4f}"]
                    if table.unsure_below
                    else []
                ),
            )
            for cell in table.cells
        ],
    )
    for kind in table.corruptions:
        if kind.label is not None:
            print_line(
                f"{kind.name} counts images {LABELS[kind.label]} alone: what the others are then "
                "is not defined"
            )
    stated = table.as_dict()["mean_severities"]
    if stated:
        print_line(
            f"mean over all corruptions at the severities {', '.join(map(str, stated))}: "
            f"{table.mean():.4f}"
        )
    worst = table.worst()
    if worst is not None:
        print_line(f"worst at severity 3: {worst.corruption}, {worst.balanced_accuracy:.4f}")

"""``inspect-model``: how right a model is, and how little fools it, on one page."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facemask_core.cli.dataset_options import CropOption, JsonPathOption, open_data
from facemask_core.cli.foreign_options import ReadAsOption, open_foreign
from facemask_core.cli.outputs import check_files, read_paths, saved, saved_json
from facemask_core.cli.terminal import print_line, print_note, progress_bar

if TYPE_CHECKING:
    from facemask_core.models.classifier import Classifier


def inspect_model(
    model: Annotated[
        str,
        typer.Argument(help="A file (.h5, .keras, .onnx, a zip), a shipped model, or a folder."),
    ],
    output: Annotated[Path | None, typer.Option(help="Write the card here, one HTML page.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Your photographs, too: a folder or zip, a folder a class.")
    ] = None,
    crop: CropOption = False,
    read_as: ReadAsOption = None,
    json_path: JsonPathOption = None,
) -> None:
    """Inspect anybody's model: what it is, how right, how little fools it; in a few minutes."""
    from facemask_core import inspection
    from facemask_core.inspection.card import make_card
    from facemask_core.inspection.sections import list_sections, write_headline
    from facemask_core.inspection.words import IN_ENGLISH

    check_files({"--output": output, "--json": json_path}, read_paths([model], data))
    own = None if data is None else open_data(data, None)
    start = time.perf_counter()
    classifier, found = _open(model, read_as)
    whole = found is not None and found["best"]["frame"] == "whole"
    measured: dict[str, dict[str, Any]] = {}
    with progress_bar() as report:
        for part in inspection.list_parts(classifier, whole=whole, own=own, crop=crop):
            measured[part.name] = part.measure(partial(report, part.name))
    card = make_card(
        classifier.card,
        found,
        measured,
        own_data="" if data is None else data.name,
        seconds=time.perf_counter() - start,
    )
    page = inspection.write_page(card).encode()
    with saved(output, page) as words, saved_json(json_path, card.as_dict()):
        print_line(f"{card.model}: {write_headline(card, IN_ENGLISH)}")
        for section in list_sections(card, IN_ENGLISH):
            print_line()
            print_line(section.title)
            for line in (*section.lead, *map(" | ".join, section.rows), *section.notes):
                print_line(f"  {line}")
        if output is not None:
            print_note(words)


def _open(model: str, read_as: list[str] | None) -> tuple[Classifier, dict[str, Any] | None]:
    """Opens a model; of a file of somebody else's also what was found about it."""
    from facemask_core import load_classifier
    from facemask_core.inspection.card import describe_use
    from facemask_core.models import checkpoints
    from facemask_core.models.classifier import Classifier

    if checkpoints.find_place(model).is_file():
        opened = open_foreign(Path(model), read_as)
        return Classifier(opened.model, opened.card), describe_use(opened)
    classifier = load_classifier(model, warm_up=False)
    return classifier, None

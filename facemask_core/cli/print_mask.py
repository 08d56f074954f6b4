"""``print-mask``: a page to print, with a pattern that hides the mask it is printed on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facemask_core.cli.options import ModelOption, SeedOption
from facemask_core.cli.outputs import check_files, read_paths, saved, saved_json
from facemask_core.cli.terminal import model_row, print_line, progress_bar

if TYPE_CHECKING:
    from facemask_core import Classifier
    from facemask_core.printable_mask.cloth_pattern import Pattern
    from facemask_core.printable_mask.worn_pattern import Wearer


def print_mask(
    model: ModelOption,
    output: Annotated[Path | None, typer.Option(help="Write the A4 page here, as HTML.")] = None,
    pattern: Annotated[Path | None, typer.Option(help="Write the pattern here, a PNG.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Train on these photographs as well.")
    ] = None,
    held_out: Annotated[
        Path | None, typer.Option("--held-out", help="Measure on these photographs as well.")
    ] = None,
    steps: Annotated[int, typer.Option(help="Steps of the training.")] = 300,
    seed: SeedOption = 0,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write JSON here.")] = None,
) -> None:
    """Train a pattern for a mask, so that a model overlooks the mask, and draw it to print."""
    from facemask_core import load_classifier
    from facemask_core.data import places
    from facemask_core.pictures import images
    from facemask_core.printable_mask import effect, page, training, wearers

    chosen = training.PatternTraining(steps=steps, seed=seed)
    folders = [folder for folder in (data, held_out) if folder is not None]
    files = {"--output": output, "--pattern": pattern, "--json": json_path}
    check_files(files, [*read_paths([model]), *folders])
    photographs = {folder: places.open_path(folder) for folder in folders}
    classifier = load_classifier(model, warm_up=False)
    to_train = wearers.read_portraits(held_out=False)
    if data is not None:
        to_train += wearers.read_photographs(photographs[data])
    with progress_bar() as report:
        colours = training.train_pattern(
            classifier, to_train, chosen, lambda *done: report("steps", *done)
        )
    figures: dict[str, Any] = {
        **model_row(classifier),
        **chosen.as_dict(),
        "trained_on": len(to_train),
        "portraits": _measure(classifier, wearers.read_portraits(held_out=True), colours),
    }
    if held_out is not None:
        faces = wearers.read_photographs(photographs[held_out])
        figures["photographs"] = _measure(classifier, faces, colours)
    title, lines = page.describe(classifier.name, figures)
    drawn = page.draw_page(colours, title, lines)
    picture = images.encode_png(images.to_uint8(colours))
    with saved_json(json_path, figures), saved(output, drawn), saved(pattern, picture):
        for group in ("portraits", "photographs"):
            if group in figures:
                _print_effect(group, figures[group])
        print_line(effect.STATEMENT)


def _measure(classifier: Classifier, faces: list[Wearer], colours: Pattern) -> dict[str, Any]:
    from facemask_core.printable_mask import effect

    with progress_bar() as report:
        return effect.measure_effect(
            classifier,
            faces,
            effect.add_controls(colours),
            progress=lambda *done: report("pictures", *done),
        )


def _print_effect(group: str, found: dict[str, Any]) -> None:
    """Prints for each pattern how many faces in a mask are called unmasked."""
    poses = ("all", "left", "ahead", "right")
    print_line(f"{group}: called unmasked, of faces in a mask")
    print_line(f"{'pattern':>12}" + "".join(f"{pose:>18}" for pose in poses))
    for name, counts in found.items():
        cells = [f"{it['called_unmasked']} of {it['faces']}" for it in map(counts.get, poses) if it]
        print_line(f"{name:>12}" + "".join(f"{cell:>18}" for cell in cells))

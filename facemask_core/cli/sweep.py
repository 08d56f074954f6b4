"""``sweep``: one picture under every epsilon of the slider."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.options import (
    JsonFlag,
    ModelOption,
    NoCropOption,
    PrecisionOption,
    SeedOption,
)
from facemask_core.cli.pictures import read_face
from facemask_core.cli.settings import SettingsOption, SourceOption, configured
from facemask_core.cli.terminal import (
    model_row,
    print_dead_gradients,
    print_json,
    print_precision,
    writing,
)
from facemask_core.epsilons import LEVELS
from facemask_core.errors import AttackError, ImageError
from facemask_core.labels import LABELS, parse_label

if TYPE_CHECKING:
    from facemask_core.searches import Sweep


def sweep(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    model: ModelOption,
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "fgsm",
    settings: SettingsOption = None,
    source: SourceOption = None,
    largest: Annotated[int, typer.Option(help="Largest epsilon in steps of 1/255.")] = 32,
    label: Annotated[
        str | None, typer.Option(help="The true class (default: the model's own answer).")
    ] = None,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    no_crop: NoCropOption = False,
    gif: Annotated[
        Path | None, typer.Option(help="GIF file for the face at every epsilon, with the answers.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show confidence against epsilon for the face in a picture, judged as 8-bit images."""
    from facemask_core import load_classifier, searches
    from facemask_core.verdicts import judge

    chosen = configured(attack, settings, source)
    if not 1 <= largest <= LEVELS:
        raise AttackError(f"The largest level must be 1 to {LEVELS}; {largest} was asked for.")
    if gif is not None and gif.suffix.lower() != ".gif":
        raise ImageError(f"{gif} must end in .gif; that is what --gif writes.")
    face, box = read_face(image, crop=not no_crop)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    truth = judge(classifier, face[None])[0].label if label is None else parse_label(label)
    found = searches.epsilon_sweep(
        classifier, face, truth, chosen, levels=range(largest + 1), seed=seed
    )
    if gif is not None:
        _animate(found, gif)
    row = {
        "path": str(image),
        "box": box,
        **model_row(classifier),
        "label": LABELS[truth],
        "levels": found.levels.tolist(),
        "confidence": found.confidence.tolist(),
        "fooled": found.fooled.tolist(),
        "smallest_fooling_level": found.smallest_fooling_level,
        "gradient_calls": found.gradient_calls,
        "dead_gradients": found.dead_gradients,
        "threat_model": found.threat_model,
        "gif": None if gif is None else str(gif),
    }
    if as_json:
        print_json(row)
        return
    for level, confidence, fooled in zip(found.levels, found.confidence, found.fooled, strict=True):
        mark = "  fooled" if fooled else ""
        print(f"{level:>3}/{LEVELS}  {LABELS[truth]} {confidence:.4f}{mark}")
    print_dead_gradients(found.dead_gradients, "levels")
    smallest = found.smallest_fooling_level
    answer = f"none up to {largest}/{LEVELS}" if smallest is None else f"{smallest}/{LEVELS}"
    print(f"smallest fooling epsilon: {answer}")
    if gif is not None:
        print(f"saved as {gif}")
    print_precision(classifier)


def _animate(found: Sweep, path: Path) -> None:
    from facemask_core.animation import encode_sweep
    from facemask_core.checkpoints import write_atomically

    film = encode_sweep(
        found.levels.tolist(), list(found.attacked), found.probabilities.tolist(), found.label
    )
    with writing(path):
        write_atomically(path, film)

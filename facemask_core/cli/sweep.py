"""``sweep``: one picture under every epsilon of the slider."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facemask_core.cli.options import (
    JsonFlag,
    ModelOption,
    NoCropOption,
    NormOption,
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
    tell,
    writing,
)
from facemask_core.errors import AttackError, ImageError
from facemask_core.labels import LABELS, parse_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facemask_core.attacks import Attack
    from facemask_core.robustness import Sweep


def sweep(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    model: ModelOption,
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "fgsm",
    norm: NormOption = None,
    settings: SettingsOption = None,
    source: SourceOption = None,
    largest: Annotated[
        float | None,
        typer.Option(
            help="Largest epsilon: a number of 255ths, in l2 a multiple of 0.25 "
            "(default: where the lab's slider ends, 32 or 8)."
        ),
    ] = None,
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
    from facemask_core import load_classifier, robustness
    from facemask_core.evaluation.verdicts import judge

    chosen = configured(attack, settings, source, norm=norm)
    notches = _notches(chosen, largest)
    if gif is not None and gif.suffix.lower() != ".gif":
        raise ImageError(f"{gif} must end in .gif; that is what --gif writes.")
    face, box = read_face(image, crop=not no_crop)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    truth = judge(classifier, face[None])[0].label if label is None else parse_label(label)
    found = robustness.epsilon_sweep(classifier, face, truth, chosen, notches=notches, seed=seed)
    if gif is not None:
        _animate(found, gif)
    smallest = found.smallest_fooling_notch
    row = {
        "path": str(image),
        "box": box,
        **model_row(classifier),
        "label": LABELS[truth],
        "epsilons": [found.grid.epsilon(notch) for notch in notches],
        "l2": found.lengths(face).tolist(),
        "confidence": found.confidence.tolist(),
        "fooled": found.fooled.tolist(),
        "smallest_fooling_epsilon": None if smallest is None else found.grid.epsilon(smallest),
        "gradient_calls": found.gradient_calls,
        "dead_gradients": found.dead_gradients,
        "threat_model": found.threat_model,
        "gif": None if gif is None else str(gif),
    }
    if as_json:
        print_json(row)
        return
    _print(found, face)
    if gif is not None:
        tell(f"saved as {gif}")
    print_precision(classifier)


def _notches(attack: Attack, largest: float | None) -> range:
    """The epsilons up to the largest one asked for, counted on the grid of the attack's norm.

    Raises:
        AttackError: It lies between two notches, or is none.
    """
    from facemask_core import robustness

    grid = robustness.grid_of(attack)
    if largest is None:
        return grid.notches
    last = grid.notch(largest)
    if last < 1:
        raise AttackError(f"The largest epsilon must be {grid.write(1)} or more.")
    return range(last + 1)  # one that is too large the attack refuses itself


def _print(found: Sweep, face: NDArray[Any]) -> None:
    name = LABELS[found.label]
    rows = zip(found.notches, found.lengths(face), found.confidence, found.fooled, strict=True)
    for notch, length, confidence, fooled in rows:
        # Rounding to 8 bits may carry an L2 attack a little beyond epsilon.
        reached = f"  reached {length:.3f}" if found.grid.norm == "l2" else ""
        mark = "  fooled" if fooled else ""
        tell(f"{found.grid.write(int(notch)):>7}{reached}  {name} {confidence:.4f}{mark}")
    print_dead_gradients(found.dead_gradients, "epsilons")
    smallest, last = found.smallest_fooling_notch, int(found.notches[-1])
    none = f"none up to {found.grid.write(last)}"
    answer = none if smallest is None else found.grid.write(smallest)
    tell(f"smallest fooling epsilon: {answer}")


def _animate(found: Sweep, path: Path) -> None:
    from facemask_core.models.checkpoints import write_atomically
    from facemask_core.pictures.animation import encode_sweep

    epsilons = [found.grid.write(notch) for notch in found.notches.tolist()]
    film = encode_sweep(epsilons, list(found.attacked), found.probabilities.tolist(), found.label)
    with writing(path):
        write_atomically(path, film)

"""``sweep``: one picture under every epsilon of the slider."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facemask_core.cli.attack_notes import note_hindrance, note_rounding
from facemask_core.cli.attack_options import SettingsOption, SourceOption, make_attack
from facemask_core.cli.options import (
    FaceCropOption,
    FaceOption,
    JsonFlag,
    ModelOption,
    NormOption,
    PrecisionOption,
    SeedOption,
)
from facemask_core.cli.outputs import check_files, read_paths, saved
from facemask_core.cli.pictures import read_face
from facemask_core.cli.terminal import (
    model_row,
    print_dead_gradients,
    print_json,
    print_line,
    print_precision,
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
    crop: FaceCropOption = None,
    face: FaceOption = None,
    gif: Annotated[
        Path | None, typer.Option(help="GIF file for the face at every epsilon, with the answers.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show confidence against epsilon for the face in a picture, in 8-bit images."""
    from facemask_core import load_classifier, robustness
    from facemask_core.evaluation.verdicts import judge

    if gif is not None and gif.suffix.lower() != ".gif":
        raise ImageError(f"{gif} must end in .gif; that is what --gif writes.")
    check_files({"--gif": gif}, read_paths([model, source], image))
    attacker = make_attack(attack, settings, source, norm=norm)
    notches = _notches(attacker, largest)
    picture = read_face(image, crop=crop, number=face)
    pixels = picture.pixels
    classifier = load_classifier(model, warm_up=False, precision=precision)
    truth = judge(classifier, pixels[None])[0].label if label is None else parse_label(label)
    result = robustness.sweep_epsilons(
        classifier, pixels, truth, attacker, notches=notches, seed=seed
    )
    note_hindrance(attacker, result.grid.epsilon(notches[-1]), saved_in_ball=True)
    note_rounding(
        int(result.rounded_away.sum()), len(notches), "at those epsilons the face is the original"
    )
    smallest = result.smallest_fooling_notch
    row = {
        "path": str(image),
        "box": picture.box,
        "faces": picture.count,
        "face": picture.number,
        **model_row(classifier),
        "label": LABELS[truth],
        "epsilons": [result.grid.epsilon(notch) for notch in notches],
        "l2": result.lengths(pixels).tolist(),
        "confidence": result.confidence.tolist(),
        "fooled": result.fooled.tolist(),
        "smallest_fooling_epsilon": None if smallest is None else result.grid.epsilon(smallest),
        "gradient_calls": result.gradient_calls,
        "dead_gradients": result.dead_gradients,
        "rounded_away": result.rounded_away.tolist(),
        "unmoved": result.unmoved.tolist(),
        "threat_model": result.threat_model,
        "gif": None if gif is None else str(gif),
    }
    with saved(gif, b"" if gif is None else _animate(result)) as ending:
        if as_json:
            print_json(row)
            return
        _print(result, pixels)
        if gif is not None:
            print_line(ending)
        print_precision(classifier)


def _notches(attack: Attack, largest: float | None) -> range:
    """Returns the notches up to the largest epsilon, on the slider of the attack's norm.

    Raises:
        AttackError: It lies between two notches, or is 0.
    """
    from facemask_core import robustness

    grid = robustness.grid_of(attack)
    if largest is None:
        return grid.notches
    last = grid.notch(largest)
    if last < 1:
        raise AttackError(f"The largest epsilon must be {grid.write(1)} or more.")
    return range(last + 1)  # the attack itself refuses one that is too large


def _print(result: Sweep, face: NDArray[Any]) -> None:
    name = LABELS[result.label]
    columns = (result.lengths(face), result.confidence, result.fooled, result.unmoved)
    for notch, length, confidence, fooled, unmoved in zip(result.notches, *columns, strict=True):
        # Rounding to 8 bits may carry an L2 attack a little beyond epsilon.
        length_text = f"  reached {length:.3f}" if result.grid.norm == "l2" else ""
        mark = "  fooled" if fooled else "  unmoved" if unmoved and notch else ""
        print_line(
            f"{result.grid.write(int(notch)):>7}{length_text}  {name} {confidence:.4f}{mark}"
        )
    attacked = result.notches > 0
    unmoved = int((result.unmoved & attacked).sum())
    print_line(f"unmoved by the attack: {unmoved} of {attacked.sum()} epsilons")
    print_dead_gradients(result.dead_gradients, "epsilons")
    smallest, last = result.smallest_fooling_notch, int(result.notches[-1])
    none = f"none up to {result.grid.write(last)}"
    answer = none if smallest is None else result.grid.write(smallest)
    print_line(f"smallest fooling epsilon: {answer}")


def _animate(result: Sweep) -> bytes:
    from facemask_core.pictures.animation import encode_sweep

    epsilons = [result.grid.write(notch) for notch in result.notches.tolist()]
    return encode_sweep(
        epsilons, list(result.adversarial), result.probabilities.tolist(), result.label
    )

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
    OneFaceFlag,
    PrecisionOption,
    SeedOption,
    TruthOption,
)
from facemask_core.cli.outputs import check_files, read_paths, saved
from facemask_core.cli.pictures import (
    describe_mistake,
    read_face,
    read_truth,
    refuse_all_faces,
    verdict_row,
)
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
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from facemask_core.attacks import Attack
    from facemask_core.epsilons import Grid
    from facemask_core.evaluation.verdicts import Verdict
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
    at: Annotated[
        str | None,
        typer.Option(
            help="Only these epsilons, such as 2,4,8 or stops,11; stops: where the lab's slider "
            "stops."
        ),
    ] = None,
    label: TruthOption = None,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    crop: FaceCropOption = None,
    face: FaceOption = None,
    all_faces: OneFaceFlag = False,
    gif: Annotated[
        Path | None, typer.Option(help="GIF file for the face at every epsilon, with the answers.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show confidence against epsilon for the face in a picture, in 8-bit images."""
    from facemask_core import load_classifier, robustness
    from facemask_core.evaluation.verdicts import judge

    if all_faces:
        refuse_all_faces("sweep")
    if gif is not None and gif.suffix.lower() != ".gif":
        raise ImageError(f"{gif} must end in .gif; that is what --gif writes.")
    check_files({"--gif": gif}, read_paths([model, source], image))
    attacker = make_attack(attack, settings, source, norm=norm)
    notches = _notches(attacker, largest, at)
    if label is not None:
        parse_label(label)  # before anything is computed
    picture = read_face(image, crop=crop, number=face)
    pixels = picture.pixels
    classifier = load_classifier(model, warm_up=False, precision=precision)
    truth = read_truth(picture, label)
    before = judge(classifier, pixels[None])[0]
    result = robustness.sweep_epsilons(
        classifier,
        pixels,
        before.label if truth is None else truth,
        attacker,
        notches=notches,
        seed=seed,
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
        "label": LABELS[result.label],
        "true_class": None if truth is None else LABELS[truth],
        "before": verdict_row(before),
        "epsilons": [result.grid.epsilon(notch) for notch in notches],
        "l2": result.lengths(pixels).tolist(),
        "confidence": result.confidence.tolist(),
        "fooled": [_stands(before, result) and fooled for fooled in result.fooled.tolist()],
        "unsure": result.unsure.tolist(),
        "smallest_fooling_epsilon": None if smallest is None else result.grid.epsilon(smallest),
        "gradient_calls": result.gradient_calls,
        "dead_gradients": result.dead_gradients,
        "rounded_away": result.rounded_away.tolist(),
        "unmoved": result.unmoved.tolist(),
        "threat_model": result.threat_model,
        "gif": None if gif is None else str(gif),
    }
    animation = b"" if gif is None else _animate(result, truth_known=truth is not None)
    with saved(gif, animation) as ending:
        if as_json:
            print_json(row)
            return
        _print(result, pixels, before, truth_known=truth is not None)
        if truth is not None and before.label != truth and not before.unsure:
            print_line(describe_mistake(classifier.name, truth, before))
        if gif is not None:
            print_line(ending)
        print_precision(classifier)


def _notches(attack: Attack, largest: float | None, at: str | None) -> Sequence[int]:
    """Returns the notches that were asked for, on the slider of the attack's norm.

    Raises:
        AttackError: One lies between two notches, or there is none but 0.
    """
    from facemask_core import robustness

    grid = robustness.grid_of(attack)
    if at is not None:
        if largest is not None:
            raise AttackError("Give --at or --largest; both say which epsilons there are.")
        return _read_notches(grid, at)
    if largest is None:
        return grid.notches
    last = grid.notch(largest)
    if last < 1:
        raise AttackError(f"The largest epsilon must be {grid.write(1)} or more.")
    return range(last + 1)  # the attack itself refuses one that is too large


def _read_notches(grid: Grid, text: str) -> list[int]:
    notches = set[int]()
    for word in text.split(","):
        if word.strip() == "stops":
            notches |= set(grid.stops)
            continue
        try:
            number = float(word)
        except ValueError as error:
            raise AttackError(
                f"{word!r} in --at is no epsilon; write numbers such as 2,4,8, or stops."
            ) from error
        notches.add(grid.notch(number))
    if max(notches) < 1:
        raise AttackError(f"One epsilon of --at must be {grid.write(1)} or more.")
    return sorted(notches)


def _stands(before: Verdict, result: Sweep) -> bool:
    """Says whether a model is sure of the right answer before the attack, and so may be fooled."""
    return before.label == result.label and not before.unsure


def _print(result: Sweep, face: NDArray[Any], before: Verdict, *, truth_known: bool) -> None:
    name = LABELS[result.label]
    marks = _mark_notches(result, before, truth_known=truth_known)
    columns = (result.lengths(face), result.confidence, marks)
    for notch, length, confidence, mark in zip(result.notches, *columns, strict=True):
        # Rounding to 8 bits may carry an L2 attack a little beyond epsilon.
        length_text = f"  reached {length:.3f}" if result.grid.norm == "l2" else ""
        print_line(
            f"{result.grid.write(int(notch)):>7}{length_text}  {name} {confidence:.4f}"
            + (f"  {mark}" if mark else "")
        )
    attacked = result.notches > 0
    unmoved = int((result.unmoved & attacked).sum())
    print_line(f"unmoved by the attack: {unmoved} of {attacked.sum()} epsilons")
    print_dead_gradients(result.dead_gradients, "epsilons")
    if unsure := int(result.unsure.sum()):
        print_line(f"unsure: {unsure} of {len(result.notches)} epsilons")
    smallest = result.smallest_fooling_notch
    answer = f"none up to {result.grid.write(int(result.notches[-1]))}"
    if smallest is not None:
        answer = result.grid.write(smallest)
    elif not _stands(before, result):
        answer = f"none; the model is {'unsure' if before.unsure else 'wrong'} without an attack"
    what = "smallest fooling epsilon" if truth_known else "smallest epsilon of another verdict"
    print_line(f"{what}: {answer}")


def _mark_notches(result: Sweep, before: Verdict, *, truth_known: bool) -> list[str]:
    """Writes what stands behind the answer at each epsilon, in the words of ``attack``."""
    word = "fooled" if truth_known else "changed"
    if not _stands(before, result):
        word = "unsure" if before.unsure else "wrong"
    columns = (result.notches, result.fooled, result.unsure, result.unmoved)
    return [
        word if fooled else "unsure" if unsure else "unmoved" if unmoved and notch else ""
        for notch, fooled, unsure, unmoved in zip(*columns, strict=True)
    ]


def _animate(result: Sweep, *, truth_known: bool) -> bytes:
    from facemask_core.pictures.animation import encode_sweep

    epsilons = [result.grid.write(notch) for notch in result.notches.tolist()]
    return encode_sweep(
        epsilons,
        list(result.adversarial),
        result.probabilities.tolist(),
        result.label,
        truth_known=truth_known,
        unsure_below=result.unsure_below,
    )

"""``attack``: one picture before and after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.attack_notes import note_hindrance, note_rounding, note_unmoved
from facemask_core.cli.attack_options import SettingsOption, SourceOption, make_attack
from facemask_core.cli.options import (
    FaceCropOption,
    FaceOption,
    JsonFlag,
    ModelOption,
    NormOption,
    PrecisionOption,
    RestartsOption,
    SeedOption,
    StepSizeOption,
    StepsOption,
    TargetOption,
    TruthOption,
    WearMaskOption,
)
from facemask_core.cli.outputs import check_files, read_paths, saved
from facemask_core.cli.pictures import (
    describe_mistake,
    describe_verdict,
    read_face,
    read_truth,
    verdict_row,
)
from facemask_core.cli.terminal import model_row, print_json, print_line, print_precision
from facemask_core.epsilons import describe_epsilon, parse_epsilon
from facemask_core.errors import ImageError
from facemask_core.labels import LABELS, parse_label

if TYPE_CHECKING:
    from facemask_core.evaluation.verdicts import AttackedFace


def attack(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    model: ModelOption,
    attack: Annotated[str, typer.Option(help="See the attacks command.")],
    epsilon: Annotated[str, typer.Option(help="Radius of the ball: 0.05 or 8/255.")],
    output: Annotated[Path, typer.Option(help="PNG file for the attacked face.")],
    label: TruthOption = None,
    norm: NormOption = None,
    steps: StepsOption = None,
    step_size: StepSizeOption = None,
    restarts: RestartsOption = None,
    target: TargetOption = None,
    settings: SettingsOption = None,
    source: SourceOption = None,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    crop: FaceCropOption = None,
    face: FaceOption = None,
    wear_mask: WearMaskOption = False,
    as_json: JsonFlag = False,
) -> None:
    """Attack the face in a picture, save the result, and predict on it as saved.

    With --label the outcome says whether the model was fooled, held, or was wrong before; without
    it, whether its verdict has changed.
    """
    from facemask_core import load_classifier
    from facemask_core.evaluation.verdicts import Outcome, attack_face
    from facemask_core.pictures import lab_note, model_input

    if output.suffix.lower() != ".png":
        raise ImageError(f"{output} must end in .png; other formats would change the perturbation.")
    check_files({"--output": output}, read_paths([model, source], image))
    if label is not None:
        parse_label(label)  # before anything is computed
    attacker = make_attack(
        attack,
        settings,
        source,
        norm=norm,
        steps=steps,
        step_size=step_size,
        restarts=restarts,
        target=target,
    )
    radius = parse_epsilon(epsilon)
    part = read_face(image, crop=crop, wear_mask=wear_mask, number=face)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    attacker.check_epsilon(radius, classifier.input_shape)
    note_hindrance(attacker, radius, saved_in_ball=True)
    truth = read_truth(part, label)
    result = attack_face(classifier, part.pixels, attacker, epsilon=radius, seed=seed, label=truth)
    note_rounding(int(result.rounded_away), 1, "the saved picture is the original again")
    if radius > 0.0:  # of 0, the note on the settings has spoken
        note_unmoved(int(result.linf == 0.0 and not result.rounded_away), 1)
    threat_model = attacker.threat_model(radius, seed)
    note = lab_note.describe_attack(
        classifier.name,
        classifier.card.weights_sha256,
        threat_model,
        label=truth,
        frame=part.frame,
        box=part.box,
        wears_drawn_mask=part.wears_drawn_mask,
    )
    row = {
        "path": str(image),
        **part.row(),
        **model_row(classifier),
        "threat_model": threat_model,
        "true_class": None if truth is None else LABELS[truth],
        "attacked_class": LABELS[result.label],
        "before": verdict_row(result.before),
        "after": verdict_row(result.after),
        "outcome": result.outcome.value,
        "confidence_drop": result.confidence_drop,
        "linf": result.linf,
        "l2": result.l2,
        "rounded_away": result.rounded_away,
        "unmoved": result.outcome is Outcome.UNMOVED,
        "output": str(output),
    }
    with saved(output, model_input.encode(result.adversarial, note)) as ending:
        if as_json:
            print_json(row)
            return
        print_line(f"before: {describe_verdict(result.before)}{part.remark}")
        print_line(f"after:  {describe_verdict(result.after)}")
        norm = str(row["threat_model"]["norm"])
        print_line(
            f"{result.outcome.value}: {attacker.title} in {norm} at epsilon "
            f"{describe_epsilon(radius, norm)}; {_reason_unmoved(result)}"
            f"largest change {describe_epsilon(result.linf)}, Euclidean {result.l2:.3f}; {ending}"
        )
        if truth is not None and result.outcome is Outcome.ALREADY_WRONG:
            print_line(describe_mistake(classifier.name, truth, result.before))
        if result.outcome is Outcome.CHANGED:
            print_line(
                "Nobody said whether this face wears a mask, so the change may be for the better; "
                "--label with_mask or --label without_mask says it."
            )
        print_precision(classifier)


def _reason_unmoved(result: AttackedFace) -> str:
    """Says why a picture is its original still, before the figures; empty where it is not."""
    from facemask_core.evaluation.verdicts import Outcome

    if result.outcome is not Outcome.UNMOVED:
        return ""
    if result.rounded_away:
        return "rounding to 8 bits undid the attack, so this says nothing of robustness; "
    return "the attack changed nothing, so this says nothing of robustness; "

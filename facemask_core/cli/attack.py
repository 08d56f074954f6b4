"""``attack``: one picture before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facemask_core.cli.attack_notes import note_hindrance, note_rounding, note_unmoved
from facemask_core.cli.attack_options import SettingsOption, SourceOption, make_attack
from facemask_core.cli.face_outputs import name_outputs, saved_all
from facemask_core.cli.foreign_options import ReadAsOption, load_model
from facemask_core.cli.options import (
    AllFacesFlag,
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
from facemask_core.cli.outputs import check_files, read_paths
from facemask_core.cli.pictures import (
    Face,
    describe_mistake,
    describe_verdict,
    read_faces,
    read_truth,
    verdict_row,
)
from facemask_core.cli.terminal import (
    model_row,
    print_json,
    print_line,
    print_note,
    print_precision,
)
from facemask_core.epsilons import describe_epsilon, parse_epsilon
from facemask_core.errors import FacemaskError, ImageError
from facemask_core.labels import LABELS, parse_label

if TYPE_CHECKING:
    from facemask_core.attacks import Attack
    from facemask_core.evaluation.verdicts import AttackedFace
    from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, eq=False)
class _Question:
    """What is asked about every face: the model, the attack, and its radius and seed."""

    classifier: Classifier
    attack: Attack
    epsilon: float
    seed: int

    @property
    def threat_model(self) -> dict[str, Any]:
        """What the attacker knows and may do."""
        return self.attack.threat_model(self.epsilon, self.seed)


@dataclass(frozen=True, eq=False)
class _Answer:
    """One face before and after, with its true class where someone says it, and its file."""

    part: Face
    truth: int | None
    result: AttackedFace
    output: Path


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
    read_as: ReadAsOption = None,
    seed: SeedOption = 0,
    crop: FaceCropOption = None,
    face: FaceOption = None,
    all_faces: AllFacesFlag = False,
    wear_mask: WearMaskOption = False,
    as_json: JsonFlag = False,
) -> None:
    """Attack the face in a picture, save the result, and predict on it as saved.

    With --label the outcome says whether the model was fooled, held, or was wrong before; without
    it, whether its verdict has changed. With --all-faces each face has a file of its own, such as
    out-2.png for the second from the left.
    """
    if output.suffix.lower() != ".png":
        raise ImageError(f"{output} must end in .png; other formats would change the perturbation.")
    reads = read_paths([model, source], image)
    if not all_faces:
        check_files({"--output": output}, reads)
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
    parts = read_faces(image, crop=crop, wear_mask=wear_mask, number=face, every=all_faces)
    outputs = name_outputs(output, parts, reads, every=all_faces)
    classifier = load_model(model, read_as, precision)
    attacker.check_epsilon(radius, classifier.input_shape)
    note_hindrance(attacker, radius, saved_in_ball=True)
    question = _Question(classifier, attacker, radius, seed)
    asked = [
        (part, read_truth(part, label), file) for part, file in zip(parts, outputs, strict=True)
    ]
    answers = list(_attack_faces(image, question, asked, every=all_faces))
    _note_small_changes([answer.result for answer in answers], radius)
    rows = [_make_row(image, question, answer) for answer in answers]
    with saved_all([(answer.output, _encode(question, answer)) for answer in answers]) as endings:
        if as_json:
            print_json(rows if all_faces else rows[0])
        else:
            for answer, ending in zip(answers, endings, strict=True):
                _print(question, answer, ending)
            print_precision(classifier)
    if len(answers) < len(parts):
        raise typer.Exit(2)


def _attack_faces(
    image: Path,
    question: _Question,
    asked: Iterable[tuple[Face, int | None, Path]],
    *,
    every: bool,
) -> Iterator[_Answer]:
    """Attacks each face; of several, one that cannot be attacked costs its own answer alone."""
    from facemask_core.evaluation.verdicts import attack_face

    for part, truth, output in asked:
        try:
            result = attack_face(
                question.classifier,
                part.pixels,
                question.attack,
                epsilon=question.epsilon,
                seed=question.seed,
                label=truth,
            )
        except FacemaskError as error:
            if not every:
                raise
            print_note(f"{image}, face {part.number}: {error}")
            continue
        yield _Answer(part, truth, result, output)


def _note_small_changes(results: list[AttackedFace], epsilon: float) -> None:
    undone = sum(result.rounded_away for result in results)
    are = "picture is the original" if len(results) == 1 else "pictures are the originals"
    note_rounding(undone, len(results), f"the saved {are} again")
    if epsilon > 0.0:  # of 0, the note on the settings has spoken
        note_unmoved(sum(result.linf == 0.0 for result in results) - undone, len(results))


def _encode(question: _Question, answer: _Answer) -> bytes:
    """Writes an attacked face as a PNG file, with a note of what was made on it."""
    from facemask_core.pictures import lab_note, model_input

    note = lab_note.describe_attack(
        question.classifier.name,
        question.classifier.card.weights_sha256,
        question.threat_model,
        label=answer.truth,
        frame=answer.part.frame,
        box=answer.part.box,
        wears_drawn_mask=answer.part.wears_drawn_mask,
    )
    return model_input.encode(answer.result.adversarial, note)


def _make_row(image: Path, question: _Question, answer: _Answer) -> dict[str, Any]:
    from facemask_core.evaluation.verdicts import Outcome

    result = answer.result
    return {
        "path": str(image),
        **answer.part.row(),
        **model_row(question.classifier),
        "threat_model": question.threat_model,
        "true_class": None if answer.truth is None else LABELS[answer.truth],
        "attacked_class": LABELS[result.label],
        "before": verdict_row(result.before),
        "after": verdict_row(result.after),
        "outcome": result.outcome.value,
        "confidence_drop": result.confidence_drop,
        "linf": result.linf,
        "l2": result.l2,
        "rounded_away": result.rounded_away,
        "unmoved": result.outcome is Outcome.UNMOVED,
        "output": str(answer.output),
    }


def _print(question: _Question, answer: _Answer, ending: str) -> None:
    from facemask_core.evaluation.verdicts import Outcome

    result, norm = answer.result, str(question.threat_model["norm"])
    print_line(f"before: {describe_verdict(result.before)}{answer.part.remark}")
    print_line(f"after:  {describe_verdict(result.after)}")
    print_line(
        f"{result.outcome.value}: {question.attack.title} in {norm} at epsilon "
        f"{describe_epsilon(question.epsilon, norm)}; {_reason_unmoved(result)}"
        f"largest change {describe_epsilon(result.linf)}, Euclidean {result.l2:.3f}; {ending}"
    )
    if answer.truth is not None and result.outcome is Outcome.ALREADY_WRONG:
        print_line(describe_mistake(question.classifier.name, answer.truth, result.before))
    if result.outcome is Outcome.CHANGED:
        print_line(
            "Nobody said whether this face wears a mask, so the change may be for the better; "
            "--label with_mask or --label without_mask says it."
        )


def _reason_unmoved(result: AttackedFace) -> str:
    """Says why a picture is its original still, before the figures; empty where it is not."""
    from facemask_core.evaluation.verdicts import Outcome

    if result.outcome is not Outcome.UNMOVED:
        return ""
    if result.rounded_away:
        return "rounding to 8 bits undid the attack, so this says nothing of robustness; "
    return "the attack changed nothing, so this says nothing of robustness; "

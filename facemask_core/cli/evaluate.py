"""``evaluate``: a whole dataset before and after an attack."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.attack_notes import (
    describe_unmoved,
    note_hindrance,
    note_rounding,
    note_unmoved,
)
from facemask_core.cli.attack_options import SettingsOption, SourceOption, make_attack
from facemask_core.cli.dataset_options import (
    CropOption,
    DataOption,
    JsonPathOption,
    LimitOption,
    open_data,
    preparation,
)
from facemask_core.cli.engine_options import (
    AddressOption,
    EngineOption,
    WorkersOption,
    make_engine,
)
from facemask_core.cli.foreign_options import ReadAsOption, load_model
from facemask_core.cli.options import (
    ModelOption,
    NormOption,
    PrecisionOption,
    RestartsOption,
    SeedOption,
    StepSizeOption,
    StepsOption,
    TargetOption,
)
from facemask_core.cli.outputs import check_files, read_paths, saved_json
from facemask_core.cli.parts import print_parts, print_sources
from facemask_core.cli.store_options import (
    NoStoreOption,
    StoreOption,
    note_stored_count,
    open_store_unless,
)
from facemask_core.cli.terminal import (
    print_dead_gradients,
    print_line,
    print_note,
    print_precision,
    progress_bar,
)
from facemask_core.epsilons import parse_epsilon
from facemask_core.errors import AttackError
from facemask_core.labels import LABELS

if TYPE_CHECKING:
    from facemask_core.evaluation.predictions import Predictions
    from facemask_core.evaluation.report import Evaluation
    from facemask_core.runs.timing import Speed


def evaluate(
    model: ModelOption,
    data: DataOption,
    attack: Annotated[str, typer.Option(help="none, or see the attacks command.")] = "none",
    epsilon: Annotated[str | None, typer.Option(help="Radius of the ball: 0.05 or 8/255.")] = None,
    norm: NormOption = None,
    steps: StepsOption = None,
    step_size: StepSizeOption = None,
    restarts: RestartsOption = None,
    target: TargetOption = None,
    stop_early: Annotated[
        bool, typer.Option(help="PGD leaves fooled images alone: robust accuracy sooner.")
    ] = False,
    settings: SettingsOption = None,
    source: SourceOption = None,
    precision: PrecisionOption = "exact",
    read_as: ReadAsOption = None,
    seed: SeedOption = 0,
    limit: LimitOption = None,
    crop: CropOption = False,
    store: StoreOption = None,
    no_store: NoStoreOption = False,
    engine: EngineOption = "local",
    address: AddressOption = None,
    workers: WorkersOption = None,
    json_path: JsonPathOption = None,
) -> None:
    """Report on a whole dataset, before and after an attack; an unfinished run is resumed."""
    from facemask_core import evaluation
    from facemask_core.engines import RunContext

    check_files({"--json": json_path}, read_paths([model, source], data, store=store))
    attacker = None
    if attack != "none":
        attacker = make_attack(
            attack,
            settings,
            source,
            norm=norm,
            steps=steps,
            step_size=step_size,
            restarts=restarts,
            target=target,
            stop_early=stop_early or None,
        )
        if epsilon is None:
            raise AttackError(f"{attack} needs an epsilon, such as --epsilon 8/255.")
    elif stop_early or any(
        option is not None
        for option in (epsilon, norm, steps, step_size, restarts, target, settings, source)
    ):
        raise AttackError("Attack options need an attack; add --attack fgsm or pgd.")
    radius = 0.0 if epsilon is None else parse_epsilon(epsilon)
    compute_engine = make_engine(engine, address, workers)
    dataset = open_data(data, limit)
    classifier = load_model(model, read_as, precision)
    if attacker is not None:
        attacker.check_epsilon(radius, classifier.input_shape)
        note_hindrance(attacker, radius)
    with (
        open_store_unless(store, no_store=no_store) as runs,
        progress_bar() as report,
        redirect_stdout(sys.stderr),  # Ray prints there when a worker dies
    ):
        result = evaluation.evaluate(
            classifier,
            dataset,
            attack=attacker,
            epsilon=radius,
            seed=seed,
            prepare=preparation(crop=crop),
            context=RunContext(
                store=runs,
                engine=compute_engine,
                progress=lambda done, total: report("images", done, total),
                recalled=note_stored_count,
                notice=print_note,
            ),
        )
    judged = "the figures are of the exact images, before any rounding"
    note_rounding(result.rounded_away, len(result.paths), judged)
    note_unmoved(result.unmoved, len(result.paths))
    with saved_json(json_path, result.as_dict() | {"crop": crop}):
        print_evaluation(result)
        print_line()
        print_precision(classifier)


def print_evaluation(result: Evaluation) -> None:
    """Prints a report as text."""
    groups = "" if result.groups is None else f" in {result.groups} groups"
    count = f"{len(result.paths)} images{groups}, {len(result.skipped)} skipped"
    print_line(f"{result.model} on {count}, {result.seconds:.1f} s")
    _print_speed(result.speed)
    for entry in result.skipped:
        print_line(f"skipped {entry.path}: {entry.reason}")
    for missing in result.clean.missing_classes:
        print_line(
            f"there is no image of the class {missing}, so every figure is about the other class "
            "alone"
        )
    _print_predictions("clean", result.clean)
    _print_calibration(result.clean)
    print_sources(result)
    if result.adversarial is None or result.threat_model is None:
        print_parts(result)
        return
    threat_model = ", ".join(f"{key} {value}" for key, value in result.threat_model.items())
    _print_predictions(f"adversarial ({threat_model})", result.adversarial)
    print_line(
        f"robust accuracy, images wrong before counted as errors: {result.robust_accuracy:.4f}"
    )
    if result.success_rate is not None:
        target = result.threat_model.get("target")
        others = "" if target is None else f", those of {LABELS[target]} left out"
        print_line(
            f"success rate on images classed rightly before{others}: {result.success_rate:.4f}"
        )
    bound = ", a lower bound: images were left alone once fooled" if result.is_cut_short else ""
    print_line(f"mean confidence drop: {result.mean_confidence_drop:.4f}{bound}")
    print_line(describe_unmoved(result.unmoved, result.rounded_away))
    print_dead_gradients(result.dead_gradients)
    print_parts(result)


def _print_speed(speed: Speed) -> None:
    attack = speed.attack_ms_per_image
    attack_text = "" if attack is None else f", attack {attack:.2f} ms"
    warning = ", compilation perhaps included" if speed.first_batch_included else ""
    print_line(f"forward {speed.forward_ms_per_image:.2f} ms an image{attack_text}{warning}")
    print_line(f"in batches of {speed.batch_size} on {speed.device}")


def _print_calibration(predictions: Predictions) -> None:
    calibration = predictions.calibration
    print_line(f"expected calibration error {calibration.expected_calibration_error:.4f}")
    print_line(f"Brier score {calibration.brier_score:.4f}")


def _print_predictions(title: str, predictions: Predictions) -> None:
    for line in ("", title, *predictions.report_text().split("\n")):
        print_line(line)
    print_line(
        f"balanced accuracy {predictions.balanced_accuracy:.4f}{_limit_to_class(predictions)}"
    )
    if predictions.unsure is not None and predictions.unsure_below:
        right = int((predictions.unsure & predictions.right).sum())
        print_line(
            f"unsure, at a confidence below {predictions.unsure_below}: "
            f"{predictions.unsure.sum()} of {len(predictions.labels)} images, {right} of them right"
        )
    print_line(f"confusion matrix (rows true, columns predicted) {predictions.confusion.tolist()}")


def _limit_to_class(predictions: Predictions) -> str:
    """Says that a balanced accuracy is the recall of one class alone; empty if it is not."""
    missing = predictions.missing_classes
    if not missing:
        return ""
    return f", the recall of {' and '.join(set(LABELS) - set(missing))} alone"

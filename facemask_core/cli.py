"""The command line: ``python -m facemask_core --help``.

Commands, options and the keys of their JSON are a contract; they are added to, not changed. What
starts the numerical backend is imported inside the commands, so that help answers at once.
"""

from __future__ import annotations

import io
import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from facemask_core.epsilons import describe_epsilon, parse_epsilon
from facemask_core.errors import AttackError, DatasetError, FacemaskError, ImageError, TrainingError
from facemask_core.labels import LABELS, parse_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facemask_core.attacks import Attack
    from facemask_core.evaluation import Evaluation, Predictions
    from facemask_core.verdicts import Verdict

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="How little does it take to fool a face-mask detector, and what helps against it?",
)
_errors = Console(stderr=True, soft_wrap=True)

ModelOption = Annotated[str, typer.Option("--model", help="A shipped model, or its folder.")]
NormOption = Annotated[str | None, typer.Option(help="linf (default) or l2.")]
StepsOption = Annotated[int | None, typer.Option(help="Gradient steps of PGD (default 20).")]
StepSizeOption = Annotated[
    str | None, typer.Option(help="Step of PGD (default 2.5 * epsilon / steps).")
]
RestartsOption = Annotated[int | None, typer.Option(help="Random restarts of PGD (default 1).")]
TargetOption = Annotated[str | None, typer.Option(help="Class to reach, such as with_mask.")]
SeedOption = Annotated[int, typer.Option(help="Seed of all randomness.")]
NoCropOption = Annotated[bool, typer.Option("--no-crop", help="Use the whole image.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def models(as_json: JsonFlag = False) -> None:
    """List the models that are ready to use."""
    from facemask_core import checkpoints

    cards = [checkpoints.read_card(checkpoints.locate(name)) for name in checkpoints.available()]
    rows: list[dict[str, Any]] = [
        {
            "name": card.name,
            "backbone": card.backbone,
            "initial_weights": card.initial_weights,
            "weights_sha256": card.weights_sha256,
            "balanced_accuracy": {
                split: figures["balanced_accuracy"] for split, figures in card.metrics.items()
            },
        }
        for card in cards
    ]
    if as_json:
        _print_json(rows)
        return
    table = Table("model", "backbone", "initial weights", "balanced accuracy", "sha256")
    for row in rows:
        scores = ", ".join(
            f"{split} {100 * value:.2f} %" for split, value in row["balanced_accuracy"].items()
        )
        table.add_row(
            row["name"], row["backbone"], row["initial_weights"], scores, row["weights_sha256"][:12]
        )
    Console().print(table)


@app.command()
def predict(
    images: Annotated[list[Path], typer.Argument(help="Pictures.")],
    model: ModelOption,
    no_crop: NoCropOption = False,
    as_json: JsonFlag = False,
) -> None:
    """Tell whether the face in each picture wears a mask."""
    from facemask_core import load_classifier
    from facemask_core.verdicts import judge

    classifier = load_classifier(model, warm_up=False)
    rows, failed = [], False
    for path in images:
        try:
            face, box = _read_face(path, crop=not no_crop)
        except FacemaskError as error:
            _say(str(error))
            failed = True
            continue
        verdict = judge(classifier, face[None])[0]
        rows.append({"path": str(path), **_verdict_row(verdict), "box": box})
        if not as_json:
            print(f"{path}: {verdict.name}, confidence {verdict.confidence:.4f}")
    if as_json:
        _print_json(rows)
    if failed:
        raise typer.Exit(2)


@app.command()
def attack(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    model: ModelOption,
    attack: Annotated[str, typer.Option(help="fgsm or pgd.")],
    epsilon: Annotated[str, typer.Option(help="Radius of the ball: 0.05 or 8/255.")],
    output: Annotated[Path, typer.Option(help="PNG file for the attacked face.")],
    norm: NormOption = None,
    steps: StepsOption = None,
    step_size: StepSizeOption = None,
    restarts: RestartsOption = None,
    target: TargetOption = None,
    seed: SeedOption = 0,
    no_crop: NoCropOption = False,
    as_json: JsonFlag = False,
) -> None:
    """Attack the face in a picture and save the result, judged as it is saved."""
    from facemask_core import load_classifier
    from facemask_core.checkpoints import write_atomically
    from facemask_core.images import encode_png
    from facemask_core.verdicts import attack_face

    chosen = _make_attack(attack, norm, steps, step_size, restarts, target)
    radius = parse_epsilon(epsilon)
    if output.suffix.lower() != ".png":
        raise ImageError(f"{output} must end in .png; other formats would change the perturbation.")
    face, box = _read_face(image, crop=not no_crop)
    classifier = load_classifier(model, warm_up=False)
    result = attack_face(classifier, face, chosen, epsilon=radius, seed=seed)
    with _writing(output):
        write_atomically(output, encode_png(result.attacked))
    row = {
        "path": str(image),
        "box": box,
        "model": classifier.name,
        "model_sha256": classifier.card.weights_sha256,
        "threat_model": chosen.threat_model(radius, seed),
        "before": _verdict_row(result.before),
        "after": _verdict_row(result.after),
        "outcome": result.outcome.value,
        "confidence_drop": result.confidence_drop,
        "linf": result.linf,
        "l2": result.l2,
        "output": str(output),
    }
    if as_json:
        _print_json(row)
        return
    print(f"before: {result.before.name}, confidence {result.before.confidence:.4f}")
    print(f"after:  {result.after.name}, confidence {result.after.confidence:.4f}")
    print(
        f"{result.outcome.value}: {chosen.title} at epsilon {describe_epsilon(radius)}; "
        f"largest change {describe_epsilon(result.linf)}, Euclidean {result.l2:.3f}; "
        f"saved as {output}"
    )


@app.command()
def evaluate(
    model: ModelOption,
    data: Annotated[Path, typer.Option(help="Folder with one folder a class.")],
    attack: Annotated[str, typer.Option(help="none, fgsm or pgd.")] = "none",
    epsilon: Annotated[str | None, typer.Option(help="Radius of the ball: 0.05 or 8/255.")] = None,
    norm: NormOption = None,
    steps: StepsOption = None,
    step_size: StepSizeOption = None,
    restarts: RestartsOption = None,
    target: TargetOption = None,
    seed: SeedOption = 0,
    limit: Annotated[int | None, typer.Option(help="Use only this many images.")] = None,
    crop: Annotated[bool, typer.Option(help="Crop to the face first.")] = False,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write JSON here.")] = None,
) -> None:
    """Report on a whole dataset, before and after an attack."""
    from facemask_core import datasets, evaluation, faces, load_classifier
    from facemask_core.checkpoints import write_atomically
    from facemask_core.images import resize

    chosen = None
    if attack != "none":
        chosen = _make_attack(attack, norm, steps, step_size, restarts, target)
        if epsilon is None:
            raise AttackError(f"{attack} needs an epsilon, such as --epsilon 8/255.")
    elif any(option is not None for option in (epsilon, norm, steps, step_size, restarts, target)):
        raise AttackError("Attack options need an attack; add --attack fgsm or pgd.")
    radius = 0.0 if epsilon is None else parse_epsilon(epsilon)
    dataset = datasets.open_dataset(data)
    if limit is not None:
        dataset = dataset.limited(limit)
    classifier = load_classifier(model, warm_up=False)
    with _progress() as report:
        result = evaluation.evaluate(
            classifier,
            dataset,
            attack=chosen,
            epsilon=radius,
            seed=seed,
            prepare=(lambda image: faces.crop_face(image).image) if crop else resize,
            progress=lambda done, total: report("images", done, total),
        )
    if json_path is not None:
        text = json.dumps(result.as_dict() | {"crop": crop}, indent=1)
        with _writing(json_path):
            write_atomically(json_path, text.encode())
    _print_evaluation(result)


@app.command()
def train(
    model: Annotated[str, typer.Option(help="A backbone: vgg19, mobilenetv3 or inceptionv3.")],
    data: Annotated[Path, typer.Option(help="Folder with train/val/test, or a folder per class.")],
    output: Annotated[Path, typer.Option(help="Folder of the checkpoint.")],
    name: Annotated[str | None, typer.Option(help="Name on the card (default: folder).")] = None,
    init: Annotated[str, typer.Option(help="random, imagenet, or a weights file.")] = "random",
    schedule: Annotated[str, typer.Option(help="SIZE:EPOCHS,SIZE:EPOCHS,…")] = "128:14,160:8,224:4",
    batch_size: Annotated[int, typer.Option(help="Images a step.")] = 64,
    learning_rate: Annotated[float, typer.Option(help="Peak of the cosine schedule.")] = 2e-3,
    warmup_epochs: Annotated[float, typer.Option(help="Epochs of linear warm-up.")] = 2.0,
    weight_decay: Annotated[float, typer.Option(help="AdamW's weight decay.")] = 0.05,
    label_smoothing: Annotated[float, typer.Option(help="Share of a label spread out.")] = 0.05,
    dropout: Annotated[float, typer.Option(help="Share of features dropped.")] = 0.2,
    average: Annotated[float, typer.Option(help="Momentum of the weights' average.")] = 0.998,
    seed: SeedOption = 0,
) -> None:
    """Train a backbone; after an interruption the same command goes on."""
    from facemask_core import training

    recipe = training.Recipe(
        backbone=model,
        init=init,
        schedule=_parse_schedule(schedule),
        batch_size=batch_size,
        learning_rate=learning_rate,
        warmup_epochs=warmup_epochs,
        weight_decay=weight_decay,
        label_smoothing=label_smoothing,
        dropout=dropout,
        average=average,
        seed=seed,
    )
    command = shlex.join(["python", "-m", "facemask_core", *sys.argv[1:]])
    with _writing(output), _progress() as report:
        card = training.train(recipe, data, output, name=name, command=command, progress=report)
    for split, figures in card.metrics.items():
        print(f"{split}: balanced accuracy {figures['balanced_accuracy']:.4f}")
    print(f"saved in {output}")


def _read_face(path: Path, *, crop: bool) -> tuple[NDArray[Any], list[int] | None]:
    """Reads a picture as the model's input, and the box it was cut from (None: all of it)."""
    from facemask_core import images
    from facemask_core.datasets import Folder

    try:
        image = images.decode(Folder(path.parent).read(path.name))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    if not crop:
        return images.resize(image), None
    from facemask_core import faces

    found = faces.crop_face(image)
    if not found.found:
        _say(f"{path}: no face was found; the whole picture is used.")
    return found.image, found.box.as_list() if found.found else None


def _make_attack(
    name: str,
    norm: str | None,
    steps: int | None,
    step_size: str | None,
    restarts: int | None,
    target: str | None,
) -> Attack:
    from facemask_core import attacks

    chosen = {
        "norm": norm,
        "steps": steps,
        "step_size": None if step_size is None else parse_epsilon(step_size),
        "restarts": restarts,
        "target": None if target is None else parse_label(target),
    }
    return attacks.make(name, **{key: value for key, value in chosen.items() if value is not None})


def _parse_schedule(text: str) -> tuple[tuple[int, int], ...]:
    try:
        pairs = [stage.split(":") for stage in text.split(",")]
        return tuple((int(size), int(epochs)) for size, epochs in pairs)
    except ValueError as error:
        raise TrainingError(
            f"The schedule {text!r} is not of the form SIZE:EPOCHS,SIZE:EPOCHS, as in 128:14,224:4."
        ) from error


def _verdict_row(verdict: Verdict) -> dict[str, Any]:
    return {
        "label": verdict.name,
        "confidence": verdict.confidence,
        "probabilities": dict(zip(LABELS, verdict.probabilities, strict=True)),
    }


def _print_evaluation(result: Evaluation) -> None:
    count = f"{len(result.paths)} images, {len(result.skipped)} skipped"
    print(f"{result.model} on {count}, {result.seconds:.1f} s")
    for entry in result.skipped:
        print(f"skipped {entry.path}: {entry.reason}")
    _print_predictions("clean", result.clean)
    if result.adversarial is None or result.threat_model is None:
        return
    stated = ", ".join(f"{key} {value}" for key, value in result.threat_model.items())
    _print_predictions(f"adversarial ({stated})", result.adversarial)
    if result.success_rate is not None:
        print(f"success rate on images classed rightly before: {result.success_rate:.4f}")
    print(f"mean confidence drop: {result.mean_confidence_drop:.4f}")
    if result.dead_gradients:
        print(f"zero or non-finite gradients on {result.dead_gradients} images: the attack is weak")


def _print_predictions(title: str, predictions: Predictions) -> None:
    print(f"\n{title}\n{predictions.report_text()}")
    print(f"balanced accuracy {predictions.balanced_accuracy:.4f}")
    print(f"confusion matrix (rows true, columns predicted) {predictions.confusion.tolist()}")


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Shows one bar on standard error; yields what to call with (what, done, total)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=_errors, transient=True, disable=not _errors.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        current = ""

        def report(what: str, done: int, total: int) -> None:
            nonlocal current
            if what != current:
                bar.reset(task, description=what)
                current = what
            bar.update(task, completed=done, total=total)

        yield report


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turns a failed write into one sentence."""
    try:
        yield
    except OSError as error:
        raise DatasetError(f"{path} cannot be written: {error.strerror or error}.") from error


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=1))


def _say(message: str) -> None:
    _errors.print(message, markup=False, highlight=False)


def main() -> None:
    """Runs the command line; a user's error ends with one sentence and exit code 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names need not be valid text
    try:
        app()
    except FacemaskError as error:
        _say(str(error))
        sys.exit(2)

"""``train``: a checkpoint with its card, trained on photographs."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facemask_core.cli.options import SeedOption
from facemask_core.cli.outputs import check_folder, refusing
from facemask_core.cli.terminal import print_line, progress_bar
from facemask_core.epsilons import parse_epsilon
from facemask_core.errors import TrainingError

if TYPE_CHECKING:
    from facemask_core.training import Adversary


def train(
    model: Annotated[str, typer.Option(help="A backbone, such as mobilenetv3.")],
    data: Annotated[
        Path, typer.Option(help="Folder or zip with train/val/test, or a folder per class.")
    ],
    output: Annotated[Path, typer.Option(help="Folder of the checkpoint.")],
    also: Annotated[
        Path | None,
        typer.Option(help="Folder or zip by class whose pictures join the train split."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name on the card (default: folder).")] = None,
    recipe: Annotated[str, typer.Option(help="best, or paper: the paper's protocol.")] = "best",
    init: Annotated[
        str | None, typer.Option(help="random, imagenet, a model, or a .safetensors file.")
    ] = None,
    stage: Annotated[
        str | None,
        typer.Option(help="fine-tune (all layers), upper (a half) or frozen (the head)."),
    ] = None,
    schedule: Annotated[str | None, typer.Option(help="SIZE:EPOCHS,SIZE:EPOCHS,…")] = None,
    stop_after: Annotated[
        int | None, typer.Option(help="End after so many epochs of the schedule.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images a step.")] = None,
    epoch_images: Annotated[
        int | None, typer.Option(help="Images an epoch, drawn at random (default: all).")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Peak of the cosine schedule; constant for the paper's.")
    ] = None,
    warmup_epochs: Annotated[float | None, typer.Option(help="Epochs of linear warm-up.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Weight decay.")] = None,
    label_smoothing: Annotated[
        float | None, typer.Option(help="Share of a label spread out.")
    ] = None,
    dropout: Annotated[float | None, typer.Option(help="Share of features dropped.")] = None,
    average: Annotated[
        float | None, typer.Option(help="Momentum of the weights' average; 0: none.")
    ] = None,
    adversarial: Annotated[
        str | None, typer.Option(help="Train against fgsm (random start) or pgd.")
    ] = None,
    train_epsilon: Annotated[
        str | None, typer.Option(help="Radius of those perturbations (default 8/255).")
    ] = None,
    train_steps: Annotated[int | None, typer.Option(help="PGD's steps in training (7).")] = None,
    epsilon_warmup: Annotated[
        float | None, typer.Option(help="Epochs over which that radius rises from 0 (2).")
    ] = None,
    trades: Annotated[
        float | None, typer.Option(help="TRADES: weight of its regulariser, such as 6.")
    ] = None,
    precision: Annotated[str | None, typer.Option(help="float32 or bfloat16 (mixed).")] = None,
    tensorboard: Annotated[Path | None, typer.Option(help="Folder for TensorBoard.")] = None,
    seed: SeedOption = 0,
) -> None:
    """Train a backbone; after an interruption the same command resumes."""
    from facemask_core import training
    from facemask_core.training import recipes

    reads = [data] if also is None else [data, also]
    check_folder("--output", output, reads)
    if tensorboard is not None:
        check_folder("--tensorboard", tensorboard, reads)
    settings = {
        "init": init,
        "stage": stage,
        "schedule": None if schedule is None else _parse_schedule(schedule),
        "stop_after": stop_after,
        "batch_size": batch_size,
        "epoch_images": epoch_images,
        "learning_rate": learning_rate,
        "warmup_epochs": warmup_epochs,
        "weight_decay": weight_decay,
        "label_smoothing": label_smoothing,
        "dropout": dropout,
        "average": average,
        "adversary": _adversary(adversarial, train_epsilon, train_steps, epsilon_warmup, trades),
        "precision": precision,
    }
    settings_of_run = recipes.make(recipe, model, seed=seed, **_without_none(settings))
    command = shlex.join(["python", "-m", "facemask_core", *sys.argv[1:]])
    with refusing(output), progress_bar() as report:
        card = training.train(
            settings_of_run,
            data,
            output,
            also=also,
            name=name,
            command=command,
            tensorboard=tensorboard,
            progress=report,
        )
    for split, figures in card.metrics.items():
        print_line(f"{split}: balanced accuracy {figures['balanced_accuracy']:.4f}")
    print_line(f"saved in {output}")


def _without_none(options: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


def _adversary(
    attack: str | None,
    epsilon: str | None,
    steps: int | None,
    warmup: float | None,
    trades: float | None,
) -> Adversary | None:
    """Makes the attack to train against from its options; None without one."""
    from facemask_core.training import Adversary

    settings = {
        "epsilon": None if epsilon is None else parse_epsilon(epsilon),
        "steps": steps,
        "warmup_epochs": warmup,
        "trades": trades,
    }
    if attack is not None:
        return Adversary(attack, **_without_none(settings))
    if _without_none(settings):
        raise TrainingError(
            "Options of adversarial training need an attack; add --adversarial fgsm or pgd."
        )
    return None


def _parse_schedule(text: str) -> tuple[tuple[int, int], ...]:
    try:
        pairs = [stage.split(":") for stage in text.split(",")]
        return tuple((int(size), int(epochs)) for size, epochs in pairs)
    except ValueError as error:
        raise TrainingError(
            f"The schedule {text!r} is not of the form SIZE:EPOCHS,SIZE:EPOCHS, as in 128:14,224:4."
        ) from error

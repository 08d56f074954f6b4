"""``certify``: a radius that no perturbation can fool the smoothed model within."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facemask_core.cli.dataset_options import (
    CropOption,
    LimitOption,
    data_row,
    open_data,
    preparation,
)
from facemask_core.cli.options import FaceOption, ModelOption, SeedOption
from facemask_core.cli.outputs import check_files, read_paths, saved_json
from facemask_core.cli.pictures import read_face
from facemask_core.cli.terminal import model_row, print_line, progress_bar
from facemask_core.errors import AttackError
from facemask_core.labels import LABELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from facemask_core import Classifier
    from facemask_core.data.datasets import Dataset
    from facemask_core.robustness.certificate import Certificate, Smoothing


def certify(
    model: ModelOption,
    image: Annotated[Path | None, typer.Argument(help="A picture; or give --data.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder or zip with one folder a class.")
    ] = None,
    sigma: Annotated[float, typer.Option(help="Deviation of the noise, of [0, 1].")] = 0.25,
    samples: Annotated[int, typer.Option(help="Noisy copies an image.")] = 1000,
    failure: Annotated[float, typer.Option(help="Probability of a wrong certificate.")] = 0.001,
    attack: Annotated[
        bool, typer.Option("--attack", help="Try each certificate by PGD on the smoothed model.")
    ] = False,
    seed: SeedOption = 0,
    crop: CropOption = False,
    face: FaceOption = None,
    limit: LimitOption = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write JSON here.")] = None,
) -> None:
    """Guarantee an answer: within this L2 radius no perturbation turns the smoothed model."""
    from facemask_core import load_classifier
    from facemask_core.robustness.certificate import Smoothing

    if (image is None) == (data is None):
        raise AttackError("Give either a picture, or a dataset with --data FOLDER.")
    if image is not None and limit is not None:
        raise AttackError("--limit is about a dataset; leave it out.")
    if data is not None and face is not None:
        raise AttackError("--face is about one picture; leave it out.")
    smoothing = Smoothing(sigma=sigma, samples=samples, failure=failure)
    check_files({"--json": json_path}, read_paths([model], image, data))
    classifier = load_classifier(model, warm_up=False)
    if image is not None:
        pixels = read_face(image, crop=crop or None, number=face).pixels
        _certify_face(classifier, pixels, smoothing, seed, attack=attack, json_path=json_path)
    elif data is not None:
        dataset = open_data(data, limit)
        _certify_dataset(
            classifier, dataset, smoothing, seed, attack=attack, crop=crop, json_path=json_path
        )


def _certify_face(
    classifier: Classifier,
    pixels: NDArray[np.uint8],
    smoothing: Smoothing,
    seed: int,
    *,
    attack: bool,
    json_path: Path | None,
) -> None:
    """Certifies one face, and prints what is guaranteed."""
    from facemask_core.robustness import certificate

    with progress_bar() as report:
        found = certificate.certify(
            classifier,
            pixels,
            smoothing,
            seed=seed,
            progress=lambda done, total: report("noisy copies", done, total),
        )
    turned = try_inside(classifier, pixels, found, smoothing, seed) if attack else None
    statement = certificate.state(smoothing)
    row = {**model_row(classifier), **statement, "seed": seed}
    row |= found.as_dict() | {"turned_inside": turned}
    with saved_json(json_path, row):
        if found.label is None:
            print_line(f"{classifier.name}, smoothed: the majority is too small for a certificate")
        else:
            print_line(
                f"{classifier.name}, smoothed: {LABELS[found.label]}, and nothing shorter than "
                f"{found.radius:.3f} in L2 changes that"
            )
            _print_attack(turned)
        _print_statement(statement)


def _certify_dataset(
    classifier: Classifier,
    dataset: Dataset,
    smoothing: Smoothing,
    seed: int,
    *,
    attack: bool,
    crop: bool,
    json_path: Path | None,
) -> None:
    """Certifies a dataset's images, and prints the share that is right and certified by radius."""
    from facemask_core.robustness import certificate, certified_accuracy

    check = partial(try_inside, classifier, smoothing=smoothing, seed=seed)
    with progress_bar() as report:
        rows, skipped = certified_accuracy.certify_dataset(
            classifier,
            dataset,
            smoothing,
            seed=seed,
            prepare=preparation(crop=crop),
            check=check if attack else None,
            progress=lambda done, total: report("images", done, total),
        )
    statement = certificate.state(smoothing)
    shares = certified_accuracy.share_by_radius(rows)
    figures = {
        **model_row(classifier),
        **data_row(dataset, crop=crop),
        **statement,
        "seed": seed,
        "certified_accuracy": shares,
        "rows": [row.as_dict() for row in rows],
        "skipped": [skip.path for skip in skipped],
    }
    with saved_json(json_path, figures):
        print_line(f"{classifier.name}, smoothed, on {len(rows)} images, {len(skipped)} skipped")
        print_line(f"{'L2 radius':>12}{'certified accuracy':>20}{'95 % interval':>20}")
        for share in shares:
            low, high = share["interval"]["low"], share["interval"]["high"]
            interval = f"{low:.4f} to {high:.4f}"
            print_line(f"{share['radius']:>12g}{share['accuracy']:>20.4f}{interval:>20}")
        if attack:
            tried = [row.turned_inside for row in rows if row.turned_inside is not None]
            print_line(f"attacks that got inside a certificate: {sum(tried)} of {len(tried)}")
        _print_statement(statement)


def try_inside(
    classifier: Classifier,
    pixels: NDArray[np.uint8],
    found: Certificate,
    smoothing: Smoothing,
    seed: int,
) -> bool | None:
    """Attacks the smoothed model just inside a certificate; None without one.

    Args:
        classifier: The model that is smoothed.
        pixels: uint8 (224, 224, 3).
        found: Its certificate.
        smoothing: The noise.
        seed: Seed of the attack.
    """
    from facemask_core.robustness import smoothed_attack

    if found.label is None:
        return None
    point = smoothed_attack.attack_smoothed(
        classifier, pixels, found.label, 0.99 * found.radius, smoothing, seed=seed
    )
    return smoothed_attack.is_turned(classifier, point, found.label, smoothing, seed=seed)


def _print_attack(turned: bool | None) -> None:
    if turned is not None:
        print_line(
            "PGD with 20 steps got inside the certificate"
            if turned
            else "PGD with 20 steps, tried inside it, changed nothing"
        )


def _print_statement(statement: dict[str, Any]) -> None:
    print_line(", ".join(f"{key} {value}" for key, value in statement.items()))

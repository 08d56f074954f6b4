"""``check``: is an attack evaluation sound?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from facemask_core.cli.attack_options import SettingsOption, SourceOption, make_attack
from facemask_core.cli.dataset_options import CropOption, data_row, open_data, preparation
from facemask_core.cli.foreign_options import ReadAsOption, load_model
from facemask_core.cli.options import JsonFlag, ModelOption, PrecisionOption, SeedOption
from facemask_core.cli.terminal import (
    model_row,
    print_json,
    print_line,
    print_precision,
    progress_bar,
)
from facemask_core.epsilons import parse_epsilon


def check(
    model: ModelOption,
    epsilon: Annotated[str, typer.Option(help="Radius of the ball: 0.05 or 8/255.")] = "8/255",
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "pgd",
    settings: SettingsOption = None,
    source: SourceOption = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder or zip with one folder a class (default: the samples)."),
    ] = None,
    against: Annotated[
        list[str] | None, typer.Option(help="Another model to try transfer from; repeat for more.")
    ] = None,
    precision: PrecisionOption = "exact",
    read_as: ReadAsOption = None,
    seed: SeedOption = 0,
    limit: Annotated[int, typer.Option(help="Use only this many images.")] = 48,
    crop: CropOption = False,
    as_json: JsonFlag = False,
) -> None:
    """Examine an attack by a checklist; exit code 1 where a check fails."""
    from facemask_core import checks, load_classifier
    from facemask_core.data import datasets, samples
    from facemask_core.pictures import images

    attacker = make_attack(attack, settings, source)
    radius = parse_epsilon(epsilon)
    dataset = open_data(data or samples.GALLERY_DIR, limit)
    batch = next(datasets.stream(dataset, limit, preparation(crop=crop)))
    classifier = load_model(model, read_as, precision)
    others = [load_classifier(name, warm_up=False) for name in against or ()]
    subject = checks.make_subject(
        classifier,
        images.to_float(batch.images),
        batch.labels,
        attacker,
        epsilon=radius,
        seed=seed,
        others=others,
    )
    with progress_bar() as report:
        findings = checks.examine(
            subject, progress=lambda done, total: report("checks", done, total)
        )
    rows = [
        {
            "check": entry.name,
            "question": entry.question,
            "status": findings[entry.name].status.value,
            "sentence": findings[entry.name].sentence,
            "figures": findings[entry.name].figures,
        }
        for entry in checks.CHECKS
    ]
    if as_json:
        print_json(
            {
                **model_row(classifier),
                **data_row(dataset, crop=crop),
                "images": len(batch.paths),
                "skipped": [asdict(entry) for entry in batch.skipped],
                "threat_model": attacker.threat_model(radius, seed),
                "checks": rows,
            }
        )
    else:
        print_line(f"{classifier.name} on {len(batch.paths)} images, {len(batch.skipped)} skipped")
        for row in rows:
            print_line(f"{row['status']:5} {row['check']}: {row['sentence']}")
        print_precision(classifier)
    if any(row["status"] == checks.Status.FAILED.value for row in rows):
        raise typer.Exit(1)

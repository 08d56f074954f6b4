"""Measures every shipped model under FGSM, PGD-20 and the ensemble, into assets/reports.

    make robust-accuracy

A result that is there already, for the same weights, data and threat model, is kept, and with
``--store`` every batch, so that the command goes on where it was interrupted. The ensemble takes
hours on two cores where a model is robust: an image that stands costs almost 6,000 passes. In the
end it prints robust accuracy, success rate, and balanced robust accuracy without drawn masks; the
files hold them by class, source and kind of mask, with the attack that felled each image.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from facemask_core import attacks, evaluation, load_classifier, runs
from facemask_core.data import datasets
from facemask_core.models import checkpoints, published
from facemask_core.models.classifier import Classifier

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared/data/facemask-v2/test"
ATTACKS: dict[str, dict[str, Any]] = {
    "fgsm": {},
    "pgd": {"steps": 20, "stop_early": True},
    "ensemble": {},
}
GRADIENT_ATTACKS = ("fgsm", "pgd")
"""Those that are measured again on other arithmetic; the ensemble would take days there."""
LEVELS = {"fgsm": (2, 4, 8), "pgd": (2, 4, 8), "ensemble": (8,)}
SEED = 0


def questions(models: list[str], names: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Lists (model, attack, epsilon in 255ths), the cheap attack of every model first."""
    for attack in names:
        for model in models:
            for level in LEVELS[attack]:
                yield model, attack, level


def is_answered(path: Path, model: str, data_sha256: str, threat_model: dict[str, Any]) -> bool:
    """Tells whether a result file answers this very question."""
    if not path.is_file():
        return False
    report = json.loads(path.read_text(encoding="utf-8"))
    return bool(
        report["model_sha256"] == checkpoints.read_card(checkpoints.locate(model)).weights_sha256
        and report["data_sha256"] == data_sha256
        and report["threat_model"] == threat_model
        and "without_drawn" in report
    )


def report_path(model: str, name: str, level: int) -> Path:
    """Where the answer to a question is kept."""
    return published.REPORTS_DIR / f"{model}-test-{name}-{level}-255.json"


def measure(
    model: str, name: str, level: int, dataset: datasets.Dataset, store: runs.Store | None
) -> dict[str, Any]:
    """Attacks the whole dataset, unless that was done before.

    Args:
        model: Name of the shipped model.
        name: Name of the attack.
        level: Epsilon times 255.
        dataset: The images.
        store: Where every batch is kept; None to keep none.
    """
    path = report_path(model, name, level)
    stated = attacks.make(name, **ATTACKS[name]).threat_model(level / 255, SEED)
    if not is_answered(path, model, datasets.fingerprint(dataset), stated):
        found = attacked(load_classifier(model, warm_up=False), name, level, dataset, store)
        text = json.dumps(found.as_dict() | {"crop": False}, indent=1)
        checkpoints.write_atomically(path, text.encode())
    return dict(json.loads(path.read_text(encoding="utf-8")))


def attacked(
    classifier: Classifier,
    name: str,
    level: int,
    dataset: datasets.Dataset,
    store: runs.Store | None = None,
) -> evaluation.Evaluation:
    """Attacks the whole dataset now, with progress on standard error.

    Args:
        classifier: The shipped model.
        name: Name of the attack.
        level: Epsilon times 255.
        dataset: The images.
        store: Where every batch is kept; None to keep none.
    """
    found = evaluation.evaluate(
        classifier,
        dataset,
        attack=attacks.make(name, **ATTACKS[name]),
        epsilon=level / 255,
        seed=SEED,
        store=store,
        progress=lambda done, total: print(
            f"\r{classifier.name}, {name} {level}/255, {classifier.arithmetic}: {done}/{total}",
            end="",
            file=sys.stderr,
            flush=True,
        ),
    )
    print(file=sys.stderr)
    return found


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.robust_accuracy", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--models", nargs="*", default=list(checkpoints.available()))
    parser.add_argument("--attacks", nargs="*", choices=list(ATTACKS), default=list(ATTACKS))
    parser.add_argument("--store", type=Path, help="folder in which every batch is kept")
    chosen = parser.parse_args()
    dataset = datasets.open_dataset(chosen.data)
    with nullcontext() if chosen.store is None else runs.Store(chosen.store) as store:
        rows = [
            write_row(model, attack, level, measure(model, attack, level, dataset, store))
            for model, attack, level in questions(chosen.models, chosen.attacks)
        ]
    print("\n".join(sorted(rows, key=lambda row: row.split("|")[1])))


def write_row(model: str, attack: str, level: int, report: dict[str, Any]) -> str:
    """Writes a report's figures as a row of the table.

    Args:
        model: Name of the shipped model.
        attack: Name of the attack.
        level: Epsilon times 255.
        report: The report.
    """
    shares = [report["robust_accuracy"], report["success_rate"]]
    if (counting := report["without_drawn"]) is not None:
        shares.append(counting["balanced_robust_accuracy"])
    cells = [model, attack.upper(), f"{level}/255", *(f"{100 * it:.2f} %" for it in shares)]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()

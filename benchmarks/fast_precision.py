"""How far ``--precision fast`` moves the robust accuracy of the reports in assets/reports.

    make fast-precision

Every report there is made again with the fast arithmetic and compared with itself; the result goes
to ``fast_precision.json`` beside this file. What is there already, for the same weights, data and
threat model, is kept.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.robust_accuracy import (
    DATA,
    GRADIENT_ATTACKS,
    attacked,
    questions,
    report_path,
)
from facemask_core import load_classifier
from facemask_core.data import datasets
from facemask_core.models import checkpoints

RESULT = Path(__file__).with_name("fast_precision.json")
SAME_QUESTION = ("model_sha256", "data_sha256", "threat_model")


def compared(exact: dict[str, Any], fast: dict[str, Any]) -> dict[str, Any]:
    """One row of the result: the same report in both arithmetics.

    Args:
        exact: A report in float32, as ``evaluate`` writes it.
        fast: The same question, answered with the fast arithmetic.
    """
    accuracy = {"exact": exact["robust_accuracy"], "fast": fast["robust_accuracy"]}
    return {
        "model": exact["model"],
        **{key: exact[key] for key in SAME_QUESTION},
        "arithmetic": fast["arithmetic"],
        "images": exact["images"],
        "clean_accuracy": {"exact": exact["clean"]["accuracy"], "fast": fast["clean"]["accuracy"]},
        "robust_accuracy": accuracy,
        "deviation_in_points": 100 * (accuracy["fast"] - accuracy["exact"]),
    }


def reports(models: list[str]) -> Iterator[tuple[str, str, int, dict[str, Any]]]:
    """Yields every float32 report there is with its (model, attack, epsilon in 255ths)."""
    for model, attack, level in questions(models, GRADIENT_ATTACKS):
        path = report_path(model, attack, level)
        if path.is_file():
            yield model, attack, level, json.loads(path.read_text(encoding="utf-8"))


def table(rows: list[dict[str, Any]]) -> str:
    """The result as Markdown, as docs/results.md shows it."""
    lines = [
        "| model | arithmetic | attack | epsilon | robust accuracy, float32 | fast | points |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: str(row["model"])):
        robust, stated = row["robust_accuracy"], row["threat_model"]
        lines.append(
            f"| {row['model']} | {row['arithmetic']} | {stated['attack'].upper()} "
            f"| {255 * stated['epsilon']:.0f}/255 | {100 * robust['exact']:.2f} % "
            f"| {100 * robust['fast']:.2f} % | {row['deviation_in_points']:+.2f} |"
        )
    return "\n".join(lines)


def _list_folders() -> list[Path]:
    return [checkpoints.locate(name) for name in checkpoints.available()]


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fast_precision", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--models", nargs="*", default=list(checkpoints.available()))
    chosen = parser.parse_args()
    dataset = datasets.open_dataset(chosen.data)
    rows: list[dict[str, Any]] = []
    if RESULT.is_file():
        shipped = {checkpoints.read_card(path).weights_sha256 for path in _list_folders()}
        rows = json.loads(RESULT.read_text(encoding="utf-8"))["rows"]
        rows = [row for row in rows if row["model_sha256"] in shipped]
    for model, attack, level, exact in reports(chosen.models):
        if any(all(row[key] == exact[key] for key in SAME_QUESTION) for row in rows):
            continue
        quick = load_classifier(model, warm_up=False, precision="fast")
        rows.append(compared(exact, attacked(quick, attack, level, dataset).as_dict()))
        checkpoints.write_atomically(RESULT, json.dumps({"rows": rows}, indent=1).encode())
    print(table(rows))


if __name__ == "__main__":
    main()

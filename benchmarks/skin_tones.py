"""Measures every shipped model on the shipped faces of nobody, by skin tone, into assets/reports.

    make skin-tones

The faces are rendered, so nothing follows for photographs; but they differ in little other than
what their table says, and there are as many of every tone of the Monk scale. A model that does
worse on some of them is not to be trusted with people either.
"""

from __future__ import annotations

import argparse
import csv
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from facemask_core import evaluation, load_classifier
from facemask_core.data import samples
from facemask_core.data.datasets import fingerprint, open_dataset
from facemask_core.evaluation import confidence_intervals
from facemask_core.labels import LABELS, WITHOUT_MASK
from facemask_core.models import checkpoints, published
from facemask_core.pictures import faces, images

RESULT = published.REPORTS_DIR / published.SKIN_TONES
FRAMINGS = {"whole": images.resize, "cropped to the face": faces.cropped}
GROUPS = {"1 to 3": range(1, 4), "4 to 7": range(4, 8), "8 to 10": range(8, 11)}
"""Tones of the Monk scale, from the lightest."""
_LEVEL = 0.05


def tones() -> dict[str, int]:
    """The Monk tone of every shipped face, by its path in the dataset."""
    with (samples.FACES_DIR / samples.TABLE).open(encoding="utf-8", newline="") as file:
        return {row["file"]: int(row["monk_tone"]) for row in csv.DictReader(file)}


def measured(model: str, framing: str) -> dict[str, Any]:
    """Judges all faces.

    Args:
        model: Name of the shipped model.
        framing: One of :data:`FRAMINGS`.

    Returns:
        One row of the result: accuracy over all, and by class and group of tones.
    """
    dataset = open_dataset(samples.FACES_DIR)
    found = evaluation.evaluate(
        load_classifier(model, warm_up=False), dataset, prepare=FRAMINGS[framing]
    )
    right = found.clean.classes == found.clean.labels
    by_path = tones()
    tone = np.array([by_path[path] for path in found.paths])
    return {
        "model": model,
        "model_sha256": found.model_sha256,
        "data_sha256": fingerprint(dataset),
        "framing": framing,
        "images": len(found.paths),
        "accuracy": float(right.mean()),
        "accuracy_by_class_and_tone": {
            name: _by_group(right, tone, found.clean.labels == label)
            for label, name in enumerate(LABELS)
        },
        "images_by_class_and_tone": {
            name: _count_group(tone[found.clean.labels == label])
            for label, name in enumerate(LABELS)
        },
    }


def _by_group(
    right: NDArray[np.bool_], tone: NDArray[np.int64], of_class: NDArray[np.bool_]
) -> dict[str, float]:
    return {
        group: float(right[of_class & np.isin(tone, range_)].mean())
        for group, range_ in GROUPS.items()
    }


def _count_group(tone: NDArray[np.int64]) -> dict[str, int]:
    return {group: int(np.isin(tone, range_).sum()) for group, range_ in GROUPS.items()}


def _share(row: dict[str, Any], name: str, group: str) -> str:
    """A group's share and its 95 % interval, such as ``50.0 % (37.7 to 62.3)``."""
    share = row["accuracy_by_class_and_tone"][name][group]
    return _with_interval(share, row["images_by_class_and_tone"][name][group])


def _with_interval(share: float, images: int) -> str:
    interval = confidence_intervals.bound_proportion(np.arange(images) < round(share * images))
    assert interval is not None  # noqa: S101
    return f"{100 * share:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def describe_darkest(rows: list[dict[str, Any]]) -> str:
    """How often each model is right on the darkest unmasked faces, on pictures not cropped.

    Args:
        rows: The rows of the result.
    """
    group = list(GROUPS)[-1]
    return "; ".join(
        f"{row['model']} {_share(row, LABELS[WITHOUT_MASK], group)}"
        for row in rows
        if row["framing"] == "whole"
    )


def compare_tones(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Compares the darkest faces with the lightest, by Fisher's exact test, two-sided.

    Args:
        rows: The rows of the result.

    Returns:
        By model, framing and class: the probability that a model equally good on both groups
        differs at least as much, times the comparisons that remain (Holm 1979).
    """
    lightest, *_, darkest = GROUPS
    found = {}
    for row in rows:
        for name in LABELS:
            shares = row["accuracy_by_class_and_tone"][name]
            images = row["images_by_class_and_tone"][name]
            right = {group: round(shares[group] * images[group]) for group in (lightest, darkest)}
            table = [[right[group], images[group] - right[group]] for group in right]
            worse = shares[darkest] < shares[lightest]
            key = f"{row['model']}, {row['framing']}, {name.replace('_', ' ')}"
            found[f"{key}, {'worse' if worse else 'not worse'}"] = float(fisher_exact(table).pvalue)
    return _correct_for_many(found)


def _correct_for_many(values: dict[str, float]) -> dict[str, float]:
    """Corrects the p-values of several comparisons by Holm's method."""
    corrected, highest = {}, 0.0
    for place, (name, value) in enumerate(sorted(values.items(), key=lambda it: it[1])):
        highest = max(highest, min(1.0, (len(values) - place) * value))
        corrected[name] = highest
    return corrected


def describe_tests(rows: list[dict[str, Any]]) -> str:
    """Says where the darkest faces fare otherwise than the lightest beyond chance.

    Args:
        rows: The rows of the result.
    """
    tested = compare_tones(rows)
    found = [f"{name} (p {_write_p(p)})" for name, p in tested.items() if p < _LEVEL]
    return (
        f"Of {len(tested)} comparisons of tones 8 to 10 with tones 1 to 3 (Fisher's exact test, "
        f"two-sided, Holm's correction for all of them), {len(found)} have p < {_LEVEL:g}: "
        f"{'; '.join(found) or 'none'}."
    )


def _write_p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def table(rows: list[dict[str, Any]]) -> str:
    """The result as Markdown, as docs/results.md shows it."""
    columns = [f"{name.replace('_', ' ')}, {group}" for name in LABELS for group in GROUPS]
    lines = [
        f"| model | framing | all | {' | '.join(columns)} |",
        f"|---|---|---|{'---|' * len(columns)}",
    ]
    for row in rows:
        parts = [_share(row, name, group) for name in LABELS for group in GROUPS]
        figures = " | ".join([_with_interval(row["accuracy"], row["images"]), *parts])
        lines.append(f"| {row['model']} | {row['framing']} | {figures} |")
    return "\n".join(lines)


def main() -> None:
    """Measures, keeps the result and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.skin_tones", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--models", nargs="*", default=list(checkpoints.available()))
    chosen = parser.parse_args()
    rows = [measured(model, framing) for model in chosen.models for framing in FRAMINGS]
    kept = [row for row in published.read_skin_tones() if row["model"] not in chosen.models]
    rows = sorted(
        [*rows, *kept], key=lambda row: (row["model"], list(FRAMINGS).index(row["framing"]))
    )
    checkpoints.write_atomically(RESULT, json.dumps({"rows": rows}, indent=1).encode())
    print(table(rows))


if __name__ == "__main__":
    main()

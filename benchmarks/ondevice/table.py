"""The result file as the tables of docs/on-device.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TIME = ", time"
"""Ending of the entries that are no comparison of pictures."""
_AGREEMENT: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
    ("pictures", lambda row: str(row["pictures"])),
    ("largest difference of a logit", lambda row: f"{row['largest_logit_difference']:.0e}"),
    ("8-bit values of FGSM that differ", lambda row: f"{row['fgsm_pixels_differing']:.4%}"),
    (
        "notches at which the verdict differs",
        lambda row: f"{row['verdicts_differing']} of {row['notches']}",
    ),
    ("PGD leaves standing: core", lambda row: str(row["pgd"]["standing_core"])),
    ("PGD leaves standing: this engine", lambda row: str(row["pgd"]["standing_device"])),
)
_TASKS = {
    "fgsm_sweep": "FGSM, one gradient and 33 answers",
    "pgd_20": "PGD, 20 steps at one epsilon",
}


def write_agreement(values: dict[str, Any]) -> str:
    """Writes how far the engine and the core agree, a column for each model and set of pictures.

    Args:
        values: The content of the result file.
    """
    columns = [key for key in values if not key.endswith(TIME)]
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, write in _AGREEMENT:
        lines.append(f"| {name} | " + " | ".join(write(values[key]) for key in columns) + " |")
    return "\n".join(lines)


def write_times(values: dict[str, Any]) -> str:
    """Writes what a face costs on both sides, a line for each model and task.

    Args:
        values: The content of the result file.
    """
    lines = [
        "| milliseconds | TensorFlow, clock | TensorFlow, processor | this engine, clock "
        "| this engine, processor | processor, this engine over TensorFlow |",
        "|---|---|---|---|---|---|",
    ]
    for key in values:
        for task, name in _TASKS.items() if key.endswith(TIME) else ():
            row = values[key][task]
            lines.append(
                f"| {key.removesuffix(TIME)}: {name} | {row['tensorflow_ms']:g} "
                f"| {row['tensorflow_cpu_ms']:g} | {row['device_ms']:g} | {row['device_cpu_ms']:g} "
                f"| {row['cpu_ratio']:.2f} |"
            )
    return "\n".join(lines)

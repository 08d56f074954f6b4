"""The result file as the tables of docs/on-device.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TIME, START, BROWSER = ", time", ", first answer", ", browser"
"""Endings of the entries that do not compare a model's pictures with the core's."""
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
_BROWSERS: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
    (
        "largest difference of a logit from Chromium's",
        lambda row: f"{row['beside_chromium']['largest_logit_difference']:.0e}",
    ),
    (
        "8-bit values of FGSM, of PGD that differ from Chromium's",
        lambda row: _join(row["beside_chromium"], "fgsm_pixels_differing", "pgd_pixels_differing"),
    ),
    (
        "photographs in which the faces' boxes differ from the core's",
        lambda row: (
            f"{row['finder']['photographs_with_other_boxes']} of {row['finder']['photographs']}"
        ),
    ),
    ("values of a PNG decoded otherwise than by the core", lambda row: _decoded(row, "png")),
    ("of a WebP", lambda row: _decoded(row, "webp")),
    ("of a JPEG", lambda row: _decoded(row, "jpeg")),
    (
        "JPEGs whose boxes lie more than a pixel off",
        lambda row: (
            f"{row['files']['jpeg']['boxes_more_than_a_pixel_apart']} of "
            f"{row['files']['jpeg']['files']}"
        ),
    ),
    (
        "JPEGs whose face has the core's very pixels",
        lambda row: f"{row['files']['jpeg']['faces_identical']} of {row['files']['jpeg']['files']}",
    ),
    (
        "turns a picture as its EXIF says",
        lambda row: ", ".join(kind for kind, turns in row["turns_by_exif"].items() if turns),
    ),
    (
        "FGSM sweep, milliseconds of the processor",
        lambda row: f"{row['times']['fgsm_sweep_cpu_ms']:g}",
    ),
    ("PGD, 20 steps", lambda row: f"{row['times']['pgd_20_cpu_ms']:g}"),
    ("finding the face of a portrait", lambda row: f"{row['times']['find_faces_cpu_ms']:g}"),
)
_TASKS = {
    "fgsm_sweep": "FGSM, one gradient and 33 answers",
    "pgd_20": "PGD, 20 steps at one epsilon",
}


def list_comparisons(values: dict[str, Any]) -> list[str]:
    """Lists the entries that compare a model's pictures with the core's.

    Args:
        values: The content of the result file.
    """
    return [key for key in values if not key.endswith((TIME, START, BROWSER))]


def write_agreement(values: dict[str, Any]) -> str:
    """Writes how far the engine and the core agree, a column for each model and set of pictures.

    Args:
        values: The content of the result file.
    """
    columns = list_comparisons(values)
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


def write_browsers(values: dict[str, Any]) -> str:
    """Writes what each browser computes and how fast, a column for each.

    Args:
        values: The content of the result file.
    """
    rows = [value for key, value in values.items() if key.endswith(BROWSER)]
    lines = [
        "| | " + " | ".join(row["asked"]["runtime"] for row in rows) + " |",
        "|---" * (len(rows) + 1) + "|",
    ]
    for name, write in _BROWSERS:
        lines.append(f"| {name} | " + " | ".join(map(write, rows)) + " |")
    return "\n".join(lines)


def _join(row: dict[str, Any], *names: str) -> str:
    return ", ".join(f"{row[name]:.4%}" for name in names)


def _decoded(row: dict[str, Any], kind: str) -> str:
    files = row["files"][kind]
    if not files["largest_difference"]:
        return "none"
    return f"{files['values_differing']:.2%}, by {files['largest_difference']} at most"

"""The result file as the tables of docs/on-device.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

TIME, START, BROWSER, LESSON = ", time", ", first answer", ", browser", ", lesson's file"
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
        "FGSM sweep, milliseconds of the processor",
        lambda row: f"{row['times']['fgsm_sweep_cpu_ms']:g}",
    ),
    ("PGD, 20 steps", lambda row: f"{row['times']['pgd_20_cpu_ms']:g}"),
    ("finding the face of a portrait", lambda row: f"{row['times']['find_faces_cpu_ms']:g}"),
)
_WALKS: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
    (
        "walks whose verdicts, answers and faces are Chromium's",
        lambda row: f"{row['alike']} of {row['walks']}",
    ),
    ("requests, refusals of the policy", lambda row: f"{len(row['asked_for'])}, {row['refused']}"),
    ("left in any store of the browser", lambda row: str(row["stored"])),
    ("parts wider than the window", lambda row: ", ".join(row["too_wide"]) or "none"),
    ("seconds for a walk", lambda row: f"{min(row['seconds']):.1f} to {max(row['seconds']):.1f}"),
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
    return [key for key in values if not key.endswith((TIME, START, BROWSER, LESSON))]


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
    rows = _list_rows(values, BROWSER)
    return _tabulate("", rows, ((name, map(write, rows)) for name, write in _BROWSERS))


def write_varied(values: dict[str, Any]) -> str:
    """Writes what each browser makes of files of many kinds, a column for each.

    Args:
        values: The content of the result file.
    """
    rows = _list_rows(values, BROWSER)
    kinds = dict.fromkeys(map(_name_kind, rows[0]["varied"]))
    return _tabulate(
        "the same photograph as",
        rows,
        ((kind, [_write_apart(_list_varied(row, kind)) for row in rows]) for kind in kinds),
    )


def write_walks(values: dict[str, Any]) -> str:
    """Writes how the lesson's file fared in each browser, a column for each.

    Args:
        values: The content of the result file.
    """
    rows = _list_rows(values, LESSON)
    return _tabulate("", rows, ((name, map(write, rows)) for name, write in _WALKS))


def _list_rows(values: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Lists what was found in each browser."""
    return [value for key, value in values.items() if key.endswith(kind)]


def _list_varied(row: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Lists what a browser made of the files of a kind."""
    return [it for name, it in row["varied"].items() if _name_kind(name) == kind]


def _tabulate(
    head: str, rows: Sequence[dict[str, Any]], lines: Iterable[tuple[str, Iterable[str]]]
) -> str:
    """Writes a table with a column for each browser, and names each with its version."""
    written = [
        f"| {head}".rstrip() + " | " + " | ".join(row["asked"]["runtime"] for row in rows) + " |",
        "|---" * (len(rows) + 1) + "|",
        *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in lines),
    ]
    return "\n".join(written)


def _name_kind(file: str) -> str:
    """A file's name; for one of EXIF's eight orientations that of them all."""
    kind, _, last = file.rpartition(" ")
    return f"{kind} 1 to 8" if kind.endswith("EXIF") and last.isdigit() else file


def _write_apart(found: list[dict[str, Any]]) -> str:
    if any("largest_difference" not in it for it in found):
        return "refused" if all("refused" in it for it in found) else "of another size"
    most = max(it["largest_difference"] for it in found)
    if not most:
        return "the same"
    share = max(it["values_differing"] for it in found)
    answers = max(it["answers_apart"] for it in found)
    return f"{most} at most, {share:.1%}; {answers:.0e}"


def _join(row: dict[str, Any], *names: str) -> str:
    return ", ".join(f"{row[name]:.4%}" for name in names)


def _decoded(row: dict[str, Any], kind: str) -> str:
    files = row["files"][kind]
    if not files["largest_difference"]:
        return "none"
    return f"{files['values_differing']:.2%}, by {files['largest_difference']} at most"

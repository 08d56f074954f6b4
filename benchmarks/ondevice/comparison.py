"""What other browsers compute, beside what Chromium and the core do with the same files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ondevice.cost import Meter
from benchmarks.ondevice.runtimes import Runtime
from facemask_core.errors import ImageError
from facemask_core.pictures import faces, images
from facemask_core.pictures.faces import Box

ATTACKED = 3
"""Faces on which the attacks are compared."""
REPEATS = 10

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Photograph:
    """A file, as the core reads it.

    Attributes:
        content: The file.
        pixels: What the core decodes.
        boxes: The faces that the core finds, from the left.
        face: What a model is shown of it: the largest face, or all of it.
    """

    content: bytes
    pixels: Pixels
    boxes: list[Box]
    face: Pixels


def read_photographs(paths: Sequence[Path]) -> list[Photograph]:
    """Reads files with the core; what it refuses is left out.

    Args:
        paths: The files.
    """
    read = []
    for path in paths:
        content = path.read_bytes()
        try:
            pixels = images.decode(content)
        except ImageError:
            continue
        found = faces.find_faces(pixels)
        face = faces.crop(pixels, found[0] if found else None)
        read.append(Photograph(content, pixels, faces.left_to_right(found), face))
    return read


def compare_finder(runtime: Runtime, photographs: Sequence[Photograph]) -> dict[str, Any]:
    """Compares the boxes with the core's, of the same pixels.

    Args:
        runtime: The browser.
        photographs: Files as the core reads them.
    """
    differing, apart, count = 0, 0, 0
    for photograph in photographs:
        found = runtime.find_boxes(photograph.pixels)
        count += len(photograph.boxes)
        differing += found != photograph.boxes
        apart += not _are_near(found, photograph.boxes)
    return {
        "photographs": len(photographs),
        "faces": count,
        "photographs_with_other_boxes": differing,
        "of_these_by_more_than_a_pixel": apart,
    }


def compare_files(runtime: Runtime, photographs: Sequence[Photograph]) -> dict[str, Any]:
    """Compares what a browser makes of files with what the core does: pixels, boxes, faces.

    Args:
        runtime: The browser; Node cannot.
        photographs: Files as the core reads them.
    """
    values, other, apart, unlike, most, most_face = [], 0, 0, [], 0, 0
    for photograph in photographs:
        pixels = runtime.decode(photograph.content)
        if pixels.shape != photograph.pixels.shape:
            other += 1
            continue
        off = np.abs(pixels.astype(int) - photograph.pixels)
        values.append(float((off > 0).mean()))
        most = max(most, int(off.max()))
        apart += not _are_near(runtime.find_boxes(pixels), photograph.boxes)
        off = np.abs(runtime.take_face(pixels).astype(int) - photograph.face)
        unlike.append(float((off > 0).mean()))
        most_face = max(most_face, int(off.max()))
    return {
        "files": len(photographs),
        "of_another_size": other,
        "values_differing": float(np.mean(values)),
        "largest_difference": most,
        "boxes_more_than_a_pixel_apart": apart,
        "faces_identical": unlike.count(0.0),
        "face_values_differing": float(np.mean(unlike)),
        "largest_difference_of_a_face": most_face,
    }


def answer_all(runtime: Runtime, models: Sequence[str], shown: Sequence[Pixels]) -> dict[str, Any]:
    """Lets a browser answer and attack, for a comparison with another.

    Args:
        runtime: The browser.
        models: Names of models that it has.
        shown: Faces, of which the first few are attacked.

    Returns:
        Arrays by what they are.
    """
    made: dict[str, list[NDArray[Any]]] = {"answers": [], "fgsm": [], "pgd": []}
    pgd: dict[str, Any] = {"attack": "pgd", "epsilon": 4 / 255, "seed": 3}
    for model in models:
        made["answers"].append(runtime.answer(model, np.stack(shown)))
        for face in shown[:ATTACKED]:
            made["fgsm"].append(runtime.sweep(model, face, attack="fgsm")[0])
            made["pgd"].append(runtime.attack(model, face, **pgd)["picture"])
    return {name: np.stack(arrays) for name, arrays in made.items()}


def compare_answers(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Compares what two browsers answered and made.

    Args:
        one: What :func:`answer_all` returned of one.
        other: What it returned of the other.
    """
    return {
        "pictures": int(one["answers"].shape[0] * one["answers"].shape[1]),
        "largest_logit_difference": float(np.abs(one["answers"] - other["answers"]).max()),
        "fgsm_pixels_differing": float((one["fgsm"] != other["fgsm"]).mean()),
        "pgd_pixels_differing": float((one["pgd"] != other["pgd"]).mean()),
    }


def time_all(runtime: Runtime, model: str, photograph: Photograph) -> dict[str, float]:
    """Measures the processor time of a browser's processes, in milliseconds for each task.

    Args:
        runtime: The browser.
        model: A model's name.
        photograph: What is attacked, and searched for faces.
    """
    height, width = photograph.pixels.shape[:2]
    face = {"model": model, "picture": photograph.face}
    works: dict[str, dict[str, Any]] = {
        "fgsm_sweep": face | {"kind": "time", "work": "sweep", "task": {"attack": "fgsm"}},
        "pgd_20": face
        | {"kind": "time", "work": "attack", "task": {"attack": "pgd", "epsilon": 4 / 255}},
        "find_faces": {"kind": "timeFinder", "width": width, "height": height}
        | {"pixels": photograph.pixels},
    }
    meter, times = Meter(), {}
    for name, asked in works.items():
        runtime.ask(**asked, repeats=3)  # compiled by the better compiler afterwards
        before = meter.read()
        runtime.ask(**asked, repeats=REPEATS)
        times[f"{name}_cpu_ms"] = round(1e3 * (meter.read() - before) / REPEATS, 1)
    return times


def _are_near(found: list[Box], known: list[Box]) -> bool:
    """Whether the boxes of two lists differ by a pixel at most, on every side."""
    if len(found) != len(known):
        return False
    pairs = zip(found, known, strict=True)
    return all(
        abs(a - b) <= 1
        for one, other in pairs
        for a, b in zip(one.as_list(), other.as_list(), strict=True)
    )

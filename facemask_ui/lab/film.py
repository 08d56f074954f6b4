"""What the server computed, packed into parts that a browser takes one by one.

A part is the length of its header (4 bytes, little endian), the header as JSON, and pixels packed
by zlib. Nothing here is lossy: the browser shows the very 8-bit pictures that were classed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.epsilons import LINF, Grid
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures.animation import encode_sweep
from facemask_core.pictures.images import INPUT_SIZE
from facemask_core.robustness import Step, Sweep

_SHAPE = (INPUT_SIZE, INPUT_SIZE, 3)
_QUICK = 1
"""zlib's level: a fifth larger than the best, in a tenth of the time."""


def face(question: str, pixels: NDArray[np.uint8], before: Verdict, label: int) -> bytes:
    """The picture before any attack, and the model's answer to it.

    Args:
        question: Names the film.
        pixels: uint8 (224, 224, 3).
        before: The answer.
        label: The class the attack is told is true.
    """
    header = {"kind": "face", "before": before.probabilities, "label": label}
    return _packed(question, "face", header, pixels.tobytes())


def sweep(question: str, original: NDArray[np.uint8], found: Sweep) -> bytes:
    """Pictures and answers at some notches of the slider.

    Where every picture is the original plus so many times one pattern of signs, as FGSM's are in
    L-infinity, the pattern alone is sent; otherwise each picture's difference from the original.

    Args:
        question: Names the film.
        original: uint8 (224, 224, 3).
        found: A sweep, or a part of one.
    """
    signs = _signs(original, found) if found.grid == LINF else None
    header = {"levels": found.notches.tolist(), "probabilities": found.probabilities.tolist()}
    if signs is None:
        return _frames(question, original, found.attacked, header)
    name = f"levels {found.notches[0]}-{found.notches[-1]}"
    return _packed(question, name, {"kind": "sign", **header}, signs.tobytes())


def step(question: str, original: NDArray[np.uint8], taken: Step) -> bytes:
    """The picture an attack had reached after a step, the answer to it and the loss."""
    header = {
        "levels": [taken.number],
        "probabilities": [taken.probabilities],
        "figures": [{"loss": round(taken.loss, 3)}],
    }
    return _frames(question, original, taken.attacked[None], header)


def _frames(
    question: str,
    original: NDArray[np.uint8],
    pictures: NDArray[np.uint8],
    header: dict[str, Any],
) -> bytes:
    changes = pictures - original  # modulo 256, so that it fits 8 bits however large it is
    name = f"levels {header['levels'][0]}-{header['levels'][-1]}"
    return _packed(question, name, {"kind": "frames", **header}, changes.tobytes())


def _signs(original: NDArray[np.uint8], found: Sweep) -> NDArray[np.int8] | None:
    """The one pattern behind every picture of a sweep, int8 (224, 224, 3), if there is one."""
    moved = np.flatnonzero(found.notches > 0)
    if len(moved) < 2:
        return None
    centre = original.astype(np.int16)
    # Any of them shows all signs, but for values that the edge of the box holds back in each.
    signs = np.sign(found.attacked[moved[0]] - centre)
    for level, picture in zip(found.notches, found.attacked, strict=True):
        if not np.array_equal(np.clip(centre + level * signs, 0, 255), picture):
            return None
    return signs.astype(np.int8)


def picture_at(parts: Sequence[bytes], level: int) -> NDArray[np.uint8] | None:
    """The picture a browser shows at a notch, uint8 (224, 224, 3).

    Args:
        parts: A film's parts, the face among them.
        level: The notch.

    Returns:
        None where no part has that notch yet.
    """
    return next((picture for _, picture, _ in _points(parts, level)), None)


def animation(question: str, parts: Sequence[bytes], label: int, grid: Grid) -> bytes:
    """The whole film as a GIF, for the visitor to take home.

    Args:
        question: Names the film.
        parts: A film's parts, of a sweep that is complete.
        label: The class the attack is told is true.
        grid: What its notches stand for.
    """
    notches, pictures, probabilities = zip(*_points(parts), strict=True)
    made = encode_sweep([grid.write(notch) for notch in notches], pictures, probabilities, label)
    return _packed(question, "animation", {"kind": "animation"}, made)


def _points(
    parts: Sequence[bytes], only: int | None = None
) -> Iterator[tuple[int, NDArray[np.uint8], list[float]]]:
    """Notch, picture and answer, for every notch there is or for a single one."""
    opened = [_opened(part) for part in parts]
    (plain,) = (pixels for header, pixels in opened if header["kind"] == "face")
    original = np.frombuffer(plain, np.uint8).reshape(_SHAPE)
    for header, pixels in opened:
        if header["kind"] not in {"sign", "frames"}:
            continue
        changes = np.frombuffer(pixels, np.uint8).reshape(-1, *_SHAPE)
        signs = changes[0].view(np.int8) if header["kind"] == "sign" else None
        for row, level in enumerate(header["levels"]):
            if only not in {None, level}:
                continue
            if signs is None:
                picture = original + changes[row]  # modulo 256, as it was sent
            else:
                moved = original.astype(np.int16) + level * signs
                picture = np.clip(moved, 0, 255).astype(np.uint8)
            yield level, picture, header["probabilities"][row]


def figures(question: str, levels: list[int], rows: list[dict[str, Any]]) -> bytes:
    """Numbers to be shown at some notches, by name."""
    name = f"figures {levels[0]}-{levels[-1]}"
    return _packed(question, name, {"kind": "figures", "levels": levels, "figures": rows})


def line(question: str, name: str, values: list[tuple[int, float]]) -> bytes:
    """Another curve to compare with: (notch, confidence) pairs."""
    return _packed(question, f"line {name}", {"kind": "line", "name": name, "values": values})


def end(question: str) -> bytes:
    """Says that nothing more will come."""
    return _packed(question, "end", {"kind": "end"})


def _opened(part: bytes) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(part[:4], "little")
    return json.loads(part[4 : 4 + size]), zlib.decompress(part[4 + size :])


def _packed(question: str, part: str, header: dict[str, Any], pixels: bytes = b"") -> bytes:
    text = json.dumps({"question": question, "part": part, **header}).encode()
    return len(text).to_bytes(4, "little") + text + zlib.compress(pixels, _QUICK)

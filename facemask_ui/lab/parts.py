"""The parts of a film: what the browser is told, one message after the other.

A part keeps its 8-bit values as an array. It is packed when it is first sent: the length of its
header (4 bytes, little endian), the header as JSON, and the values compressed by zlib. Nothing here
is lossy: the browser shows the very 8-bit pictures that were classed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.epsilons import LINF
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures.fidelity import Fidelity
from facemask_core.robustness import Step, Sweep
from facemask_ui.face.question import Question

_QUICK = 1
"""zlib's level: a fifth larger than the best, in a tenth of the time."""


@dataclass(frozen=True, eq=False)
class Part:
    """One message to the browser.

    Attributes:
        name: Tells it from the film's other parts.
        kind: What the browser does with it: ``face``, ``sign``, ``frames``, ``figures``, ``line``,
            ``animation`` or ``end``.
        header: What it says in JSON.
        values: What it says in 8-bit values: a face, a change to one, or a file.
        packed: The values compressed by zlib, where they are stored so; else empty.
    """

    name: str
    kind: str
    header: dict[str, Any]
    values: NDArray[np.uint8] | NDArray[np.int8] | bytes = b""
    packed: bytes = b""

    @property
    def answers(self) -> dict[int, Sequence[float]]:
        """The probability of each class, by notch; empty where the part has no attacked faces."""
        levels, probabilities = self.header.get("levels", ()), self.header.get("probabilities", ())
        return dict(zip(levels, probabilities, strict=False))  # figures have levels alone

    def attacked_at(self, notch: int, face: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Computes the attacked face at one of the part's notches, as the browser does.

        Args:
            notch: The notch, one of :attr:`answers`.
            face: uint8 (224, 224, 3), before the attack.

        Returns:
            uint8 (224, 224, 3).
        """
        values = np.asarray(self.values)
        if self.kind == "sign":
            return np.clip(face.astype(np.int16) + notch * values, 0, 255).astype(np.uint8)
        return np.asarray(face + values[self.header["levels"].index(notch)])  # modulo 256


def pack(film: str, part: Part) -> bytes:
    """Writes a part as the browser reads it.

    Args:
        film: The name of the film that the part belongs to.
        part: The part.
    """
    header = {"question": film, "part": part.name, "kind": part.kind, **part.header}
    text = json.dumps(header).encode()
    values = part.values if isinstance(part.values, bytes) else part.values.tobytes()
    packed = part.packed or zlib.compress(values, _QUICK)
    return len(text).to_bytes(4, "little") + text + packed


def describe_face(question: Question, before: Verdict) -> Part:
    """Makes the first part of a film: the face before the attack, and the model's answer to it.

    Args:
        question: The question.
        before: The model's answer.
    """
    header = {"before": before.probabilities, "label": question.label}
    return Part("face", "face", header, question.face)


def describe_sweep(face: NDArray[np.uint8], sweep: Sweep) -> Part:
    """Makes a part of the attacked faces and the answers at some notches of the slider.

    Where the sweep begins at 0 and every attacked face is the face plus so many times one pattern
    of signs, as FGSM's are in L-infinity, the pattern alone is sent; otherwise each one's
    difference from the face, modulo 256 so that it fits 8 bits however large it is.

    Args:
        face: uint8 (224, 224, 3).
        sweep: A sweep, or a part of one.
    """
    name = f"levels {sweep.notches[0]}-{sweep.notches[-1]}"
    header = {"levels": sweep.notches.tolist(), "probabilities": sweep.probabilities.tolist()}
    signs = _find_signs(face, sweep) if sweep.grid == LINF and 0 in sweep.notches else None
    if signs is None:
        return Part(name, "frames", header, sweep.adversarial - face)
    return Part(name, "sign", header, signs)


def describe_step(face: NDArray[np.uint8], step: Step) -> Part:
    """Makes a part of the face after a step of an attack, the answer to it, and the loss."""
    header = {
        "levels": [step.number],
        "probabilities": [step.probabilities],
        "figures": [{"loss": round(step.loss, 3)}],
    }
    return Part(
        f"levels {step.number}-{step.number}", "frames", header, step.adversarial[None] - face
    )


def _find_signs(face: NDArray[np.uint8], sweep: Sweep) -> NDArray[np.int8] | None:
    """Finds the one pattern of signs behind all pictures of a sweep, int8 (224, 224, 3), if any."""
    beyond_zero = np.flatnonzero(sweep.notches > 0)
    if len(beyond_zero) < 2:
        return None
    # Any of them shows all signs, but for values that the edge of the box holds back in each.
    signs = np.sign(sweep.adversarial[beyond_zero[0]] - face.astype(np.int16))
    for notch, adversarial in zip(sweep.notches, sweep.adversarial, strict=True):
        if not np.array_equal(np.clip(face + notch * signs, 0, 255), adversarial):
            return None
    return signs.astype(np.int8)


def describe_figures(notches: Iterable[int], distances: Iterable[Fidelity]) -> Part:
    """Makes a part of how far the attacked face is from the face at some notches.

    Args:
        notches: The notches.
        distances: The distance at each.
    """
    levels = [int(notch) for notch in notches]
    figures = [_round_figures(distance) for distance in distances]
    name = f"figures {levels[0]}-{levels[-1]}"
    return Part(name, "figures", {"levels": levels, "figures": figures})


def _round_figures(distance: Fidelity) -> dict[str, object]:
    """The figures with as many digits as mean something."""
    psnr = distance.as_dict()["psnr"]
    return {
        "linf": distance.linf,
        "l2": round(distance.l2, 3),
        "changed": round(100 * distance.changed, 1),
        "pixels": round(100 * distance.pixels, 1),
        "ssim": round(distance.ssim, 4),
        "psnr": None if psnr is None else round(psnr, 1),
    }


def describe_line(name: str, confidences: list[tuple[int, float]]) -> Part:
    """Makes a part of another curve to compare with.

    Args:
        name: Which: ``noise`` or ``twin``.
        confidences: Pairs of a notch and the confidence in the right answer there.
    """
    return Part(f"line {name}", "line", {"name": name, "values": confidences})


def describe_animation(gif: bytes, captions: str) -> Part:
    """Makes a part of the whole film as a file to take home.

    Args:
        gif: The file.
        captions: Which captions it has, by their name.
    """
    return Part(f"animation {captions}", "animation", {"captions": captions}, gif)


END = Part("end", "end", {})
"""Says that nothing more will come."""

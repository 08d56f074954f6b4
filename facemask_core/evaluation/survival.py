"""Does an adversarial example survive being saved? From exact floats to a JPEG of quality 50.

An attack makes floating-point images. A picture that is sent or printed has 8 bits a value, and
has mostly been a JPEG, whose quantisation removes small high frequencies first, as Dziugaite,
Ghahramani & Roy 2016 show (arXiv:1608.00853). All files are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import check_labels
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

QUALITIES = (95, 85, 75, 50)
"""The default JPEG qualities: a camera's, a browser's, Pillow's default, a very small file's."""

FLOAT = "float"
EIGHT_BITS = "8 bits"
PNG = "PNG"


def jpeg_form(quality: int) -> str:
    """Names the form of a JPEG, such as ``JPEG 75``."""
    return f"JPEG {quality}"


@dataclass(frozen=True, eq=False)
class Survival:
    """Which adversarial examples still fool the model in which saved form.

    Every form is a key: :data:`FLOAT`, :data:`EIGHT_BITS`, :data:`PNG` and :func:`jpeg_form` of
    each quality, in this order. Rates are over the images classed rightly before the attack.

    Attributes:
        labels: int64 (n,), true classes.
        right_before: bool (n,), whether the original, unsaved, is classed rightly.
        success: bool (n,) for each form: whether the adversarial image, saved so, is classed
            wrongly; also where the original is.
        errors: bool (n,) for each form: whether the original, saved so, is classed wrongly. Where
            this and ``right_before`` are true, saving alone fools the model.
    """

    labels: NDArray[np.int64]
    right_before: NDArray[np.bool_]
    success: dict[str, NDArray[np.bool_]]
    errors: dict[str, NDArray[np.bool_]]

    @property
    def already_wrong(self) -> int:
        """Images classed wrongly before the attack, which no rate counts."""
        return int((~self.right_before).sum())

    @property
    def success_rates(self) -> dict[str, float | None]:
        """For each form, the share of adversarial images that fool; None where there are none."""
        return {form: _share(success, self.right_before) for form, success in self.success.items()}

    @property
    def survival_rates(self) -> dict[str, float | None]:
        """For each form, of the images that fool as floats, the share that still fools."""
        before = self.right_before & self.success[FLOAT]
        return {form: _share(success, before) for form, success in self.success.items()}

    @property
    def error_rates(self) -> dict[str, float | None]:
        """For each form, the share of originals that saving alone makes wrong: the control."""
        return {form: _share(wrong, self.right_before) for form, wrong in self.errors.items()}

    def as_dict(self) -> dict[str, Any]:
        """The figures without the rows of single images, fit for JSON."""
        return {
            "images": len(self.labels),
            "already_wrong": self.already_wrong,
            "success_rates": self.success_rates,
            "survival_rates": self.survival_rates,
            "error_rates": self.error_rates,
        }


def measure_survival(
    classifier: Classifier,
    originals: NDArray[np.floating],
    labels: NDArray[np.integer],
    adversarial: NDArray[np.floating],
    *,
    qualities: Sequence[int] = QUALITIES,
) -> Survival:
    """Saves adversarial examples in several forms and classifies them again.

    Args:
        classifier: The model that was attacked.
        originals: Float (n, 224, 224, 3) in [0, 1], the images before the attack; not changed.
        labels: Integer (n,), their true classes.
        adversarial: Float (n, 224, 224, 3) in [0, 1], the images after it, in the same order; not
            changed. Values go to the nearest of 256 levels when saved.
        qualities: JPEG qualities from 1 to 100; Pillow's defaults otherwise (4:2:0 chroma).

    Returns:
        The result in every form; without images its rates are None.

    Raises:
        AttackError: Images, labels or qualities are outside the contract, or their numbers differ.
        ImageError: The model's images are smaller than a picture may be.
    """
    before, after = classifier.check_images(originals), classifier.check_images(adversarial)
    if len(before) != len(after):
        raise AttackError(
            f"There are {len(before)} originals and {len(after)} attacked images; "
            "give one attacked image for each original."
        )
    classes = check_labels(labels, len(before))
    check_qualities(qualities)

    def find_errors(pixels: NDArray[np.float32]) -> dict[str, NDArray[np.bool_]]:
        return {
            form: classifier.predict(copy).argmax(axis=1) != classes
            for form, copy in _save_in_forms(pixels, qualities)
        }

    errors = find_errors(before)
    return Survival(
        labels=classes, right_before=~errors[FLOAT], success=find_errors(after), errors=errors
    )


def join_survivals(parts: Sequence[Survival]) -> Survival:
    """Joins the results of batches in their order; at least one is needed."""
    forms = parts[0].success
    return Survival(
        labels=np.concatenate([part.labels for part in parts]),
        right_before=np.concatenate([part.right_before for part in parts]),
        success={form: np.concatenate([part.success[form] for part in parts]) for form in forms},
        errors={form: np.concatenate([part.errors[form] for part in parts]) for form in forms},
    )


def _save_in_forms(
    pixels: NDArray[np.float32], qualities: Sequence[int]
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yields each form's name and the pixels read back from it, one form at a time."""
    levels = images.to_uint8(pixels)
    yield FLOAT, pixels
    yield EIGHT_BITS, images.to_float(levels)
    yield PNG, _save_and_open(levels, images.encode_png)
    for quality in qualities:
        yield (
            jpeg_form(quality),
            _save_and_open(levels, partial(images.encode_jpeg, quality=quality)),
        )


def _save_and_open(
    levels: NDArray[np.uint8], encode: Callable[[NDArray[np.uint8]], bytes]
) -> NDArray[np.float32]:
    copies = np.empty_like(levels)
    for row, picture in enumerate(levels):
        copies[row] = images.decode(encode(picture))
    return images.to_float(copies)


def _share(rows: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    return float(rows[among].mean()) if among.any() else None


def check_qualities(qualities: Sequence[int]) -> None:
    """Verifies JPEG qualities.

    Raises:
        AttackError: One is no whole number from 1 to 100.
    """
    for quality in qualities:
        if isinstance(quality, bool) or not isinstance(quality, int) or not 1 <= quality <= 100:
            raise AttackError(
                f"The JPEG quality is {quality!r}; it must be a whole number from 1 to 100."
            )

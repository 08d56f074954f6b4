"""The two classes, in the order of the paper's tables."""

from __future__ import annotations

import re

from facemask_core.errors import DatasetError

LABELS = ("without_mask", "with_mask")
WITHOUT_MASK, WITH_MASK = range(2)

_SPELLINGS = {
    "withoutmask": WITHOUT_MASK,
    "withoutmasks": WITHOUT_MASK,
    "withoutfacemask": WITHOUT_MASK,
    "nomask": WITHOUT_MASK,
    "nomasks": WITHOUT_MASK,
    "nofacemask": WITHOUT_MASK,
    "notmasked": WITHOUT_MASK,
    "nonmasked": WITHOUT_MASK,
    "unmasked": WITHOUT_MASK,
    "maskoff": WITHOUT_MASK,
    "withmask": WITH_MASK,
    "withmasks": WITH_MASK,
    "withfacemask": WITH_MASK,
    "mask": WITH_MASK,
    "masks": WITH_MASK,
    "masked": WITH_MASK,
    "facemask": WITH_MASK,
    "maskon": WITH_MASK,
}


def parse_label(text: str) -> int:
    """Reads a class from any of its usual spellings.

    Args:
        text: A folder's name or a user's input, such as ``WithMask``, ``no_mask`` or ``masked``.

    Returns:
        0 for ``without_mask``, 1 for ``with_mask``.

    Raises:
        DatasetError: The spelling is not known; guessing would silently swap classes.
    """
    label = _SPELLINGS.get(re.sub(r"[\W_]", "", text.lower()))
    if label is None:
        raise DatasetError(
            f"{text!r} is not a class this lab knows; name it with_mask or without_mask."
        )
    return label

"""Says which figures are of weights that the lab no longer ships."""

from __future__ import annotations

from collections.abc import Mapping

from facemask_core.models import checkpoints

SAME_TIMES = "Times do not depend on the values of weights."


def describe_earlier_weights(measured: Mapping[str, str], remark: str = "") -> str:
    """Names the models of a result whose weights have been replaced since.

    Args:
        measured: The weights' SHA-256 of every model that the result is about, by its name.
        remark: A sentence to add where there are such models.

    Returns:
        A sentence with a space before it, or nothing where every model is as it is shipped.
    """
    shipped = {
        name: checkpoints.read_card(checkpoints.locate(name)).weights_sha256
        for name in checkpoints.available()
    }
    earlier = [name for name, sha256 in measured.items() if shipped.get(name) != sha256]
    if not earlier:
        return ""
    return " ".join(
        (" Measured with earlier weights of", f"{', '.join(earlier)}.", remark)
    ).rstrip()

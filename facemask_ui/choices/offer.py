"""Which models a server offers: all of them, or those that its operator names."""

from __future__ import annotations

import os

from facemask_core.errors import CheckpointError
from facemask_core.models import checkpoints

MODELS_VARIABLE = "FACEMASK_MODELS"


def list_offered() -> tuple[str, ...]:
    """Lists the models that visitors may choose: those the operator named, or all usable ones.

    Raises:
        CheckpointError: There is none.
    """
    names = checkpoints.usable()
    if not names:
        raise CheckpointError("No model is shipped with this lab; train one and put it in place.")
    wish = [part.strip() for part in os.environ.get(MODELS_VARIABLE, "").split(",")]
    if not any(wish):
        return names
    offered = tuple(name for name in names if name in wish)
    if not offered:
        raise CheckpointError(
            f"{MODELS_VARIABLE} names no usable model; start the lab with some of "
            f"{', '.join(names)}, and commas between them."
        )
    return offered


def check_offered(name: str) -> None:
    """Refuses a model that this server does not offer, such as one that an old link names.

    Raises:
        CheckpointError: The model is not offered.
    """
    if os.environ.get(MODELS_VARIABLE) and name not in list_offered():
        raise CheckpointError(
            f"This server does not offer the model {name}; it offers {', '.join(list_offered())}."
        )

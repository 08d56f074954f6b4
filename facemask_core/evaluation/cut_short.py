"""Which attacks stop at the first fooling image, so that the confidence could drop further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STOPPING = ("ensemble", "square")
"""Attacks that always leave an image alone once it is fooled."""


def leaves_alone_once_fooled(threat_model: Mapping[str, Any]) -> bool:
    """Tells whether an attack stops working on an image that it has fooled.

    Args:
        threat_model: What a report states of the attack.
    """
    return bool(threat_model.get("stop_early")) or threat_model.get("attack") in _STOPPING

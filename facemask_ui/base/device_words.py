"""Where figures were computed, in the page's language."""

from __future__ import annotations

import re

from facemask_ui.language import say

_DEVICE = re.compile(r"(.+) · Keras (\S+) on (\S+) · (\S+)")
_PROCESSOR = re.compile(r"CPU \((\d+) cores?\)")


def describe_device(text: str) -> str:
    """Says where figures were computed; what the core does not write stays as it is.

    Args:
        text: The device as the core writes it, in English.
    """
    known = _DEVICE.fullmatch(text)
    if known is None:
        return text
    name, version, backend, precision = known.groups()
    processor = _PROCESSOR.fullmatch(name)
    if processor is not None:
        name = say("frame.processor", count=int(processor[1]))
    return say("frame.device", name=name, version=version, backend=backend, precision=precision)

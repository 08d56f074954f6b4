"""Small pictures of the files in a report, made anew for whoever may look at them now."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from facemask_core.data.datasets import Source
from facemask_core.errors import ImageError
from facemask_core.pictures import images

SIDE = 72


def of(source: Source, paths: Iterable[str]) -> dict[str, str]:
    """Makes data URLs of clean pictures by their paths; what cannot be read any more has none.

    They travel inside the page and are in no cache and under no address.

    Args:
        source: Where the files lie.
        paths: Which of them.
    """
    found = {}
    for path in paths:
        try:
            picture = images.resize(images.decode(source.read(path)), SIDE)
        except (ImageError, KeyError):  # no longer a picture, or not in this zip
            continue
        encoded = base64.b64encode(images.encode_jpeg(picture, 85)).decode("ascii")
        found[path] = f"data:image/jpeg;base64,{encoded}"
    return found

"""Small pictures of a report's files, for visitors who may look at the files."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from facemask_core.data.datasets import Source
from facemask_core.errors import ImageError
from facemask_core.pictures import images

SIDE = 72


def make_thumbnails(source: Source, paths: Iterable[str]) -> dict[str, str]:
    """Makes small pictures as data URLs, by their paths; a file that is gone has none.

    They are part of the page, and in no cache and under no address of their own.

    Args:
        source: Where the files lie.
        paths: Which of them.
    """
    thumbnails = {}
    for path in paths:
        try:
            picture = images.resize(images.decode(source.read(path)), SIDE)
        except (ImageError, KeyError):  # no longer a picture, or not in this zip
            continue
        encoded = base64.b64encode(images.encode_jpeg(picture, 85)).decode("ascii")
        thumbnails[path] = f"data:image/jpeg;base64,{encoded}"
    return thumbnails

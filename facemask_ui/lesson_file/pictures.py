"""The sample pictures in the file: the lab's gallery, and the files behind its thumbnails."""

from __future__ import annotations

import base64
from typing import Any

from facemask_core.data import samples
from facemask_ui.face import gallery
from facemask_ui.face.portrait_words import describe_portrait
from facemask_ui.language import read_current

_MEDIA_TYPES = {".webp": "image/webp", ".png": "image/png"}


def describe_gallery() -> dict[str, Any]:
    """Describes the gallery: its markup, and each picture's file, class and description."""
    return {
        "markup": gallery.write_markup(read_current().language),
        "pictures": {
            sample.id: {
                "address": _write_address(sample),
                "label": sample.label,
                "alt": describe_portrait(sample.alt),
            }
            for sample in (*samples.gallery(), *samples.confusers())
        },
    }


def _write_address(sample: samples.Portrait) -> str:
    content = base64.b64encode(sample.path.read_bytes()).decode()
    return f"data:{_MEDIA_TYPES[sample.path.suffix]};base64,{content}"

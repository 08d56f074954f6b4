"""The sample pictures in the file: the lab's gallery, and the files behind its thumbnails."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from facemask_core.data import samples
from facemask_ui.face import cropping, gallery, pictures
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
                "box": _describe_crop(sample.id),
            }
            for sample in (*samples.gallery(), *samples.confusers())
        },
    }


def _describe_crop(sample: str) -> dict[str, int] | None:
    """Describes which part of a sample the lab shows a model at first; None for all of it."""
    box = cropping.first_crop(pictures.read_sample(sample))
    return None if box is None else asdict(box)


def _write_address(sample: samples.Portrait) -> str:
    content = base64.b64encode(sample.path.read_bytes()).decode()
    return f"data:{_MEDIA_TYPES[sample.path.suffix]};base64,{content}"

"""A visitor's own photo, read in the browser from a file or the camera, as the core would read it.

- ``header.js`` reads what a file says of itself;
- ``photo.js`` decodes it, and says why a picture cannot be used;
- ``camera.js`` is the camera.

They stand before a page's own script.
"""

from __future__ import annotations

from facemask_ui.base import browser
from facemask_ui.language import read_table

SCRIPT = "\n".join(browser.read_texts(__file__, "header.js", "photo.js", "camera.js"))
_REFUSALS = (
    *("kinds", "empty_file", "large_file", "no_picture", "damaged_picture", "invisible"),
    *("passes", "pixels", "small", "animated", "phone_picture", "heic_advice", "avif_advice"),
)
_CAMERA = ("refused", "insecure", "missing", "taken", "failed")


def read_words() -> dict[str, str]:
    """Reads the sentences about a picture that cannot be used; a file's are the core's own."""
    refusals, camera = read_table("refusals"), read_table("inspect.live.words")
    return {
        **{name: refusals[name] for name in _REFUSALS},
        **{name: camera[name] for name in _CAMERA},
        **read_table("picture.own"),
    }

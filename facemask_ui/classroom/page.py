"""The pages of a room as HTML: the pupil's and the projector's.

They are plain pages without a library and without a session of Streamlit's. Scripts and styles lie
beside this file; the words travel with the page as JSON, in its language. Nothing here needs
TensorFlow: a page is there before it is loaded.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from facemask_core.data import samples
from facemask_ui.base.palette import DARK, LIGHT, Palette
from facemask_ui.base.printed_page import open_templates
from facemask_ui.face import own_photo
from facemask_ui.face.portrait_words import describe_portrait
from facemask_ui.language import Texts, read_texts, speak_within

PHOTO_SCRIPT = "own_photo"
"""The script that reads a photograph; it is the lab's, and lies at an address of its own."""
_SHARED = ("common", "stream", "face")
_SCRIPTS = {
    "pupil": (*_SHARED, "engine", "scenes", PHOTO_SCRIPT, "own", "pupil"),
    "projector": (*_SHARED, "scenes", "charts", "looks", "projector", "begin"),
}
_TABLES = ("choices", "questions", "steps", "numbers", "defences", "game")
"""Tables of words that both pages have."""
FOLDER = Path(__file__).parent
"""Where the scripts, styles and templates of the pages lie."""
_TEMPLATES = open_templates(FOLDER)


def pupil_page(language: str) -> str:
    """Writes the pupil's page.

    Args:
        language: The language that it speaks.
    """
    return _write_page("pupil", language)


def projector_page(language: str) -> str:
    """Writes the projector's page.

    Args:
        language: The language that it speaks.
    """
    return _write_page("projector", language)


@cache
def _write_page(name: str, language: str) -> str:
    texts = read_texts(language)
    words = json.dumps(_list_words(name, texts), ensure_ascii=False)
    return _TEMPLATES.get_template(f"{name}.html.jinja").render(
        name=name,
        language=language,
        say=texts.within("classroom").say,
        colours=Markup(_write_colours()),  # noqa: S704  (the palette's)
        words=Markup(words.replace("<", "\\u003c")),  # noqa: S704  (no tag can end in it)
        scripts=_SCRIPTS[name],
    )


def _list_words(name: str, texts: Texts) -> dict[str, Any]:
    """Lists all that a page's script says."""
    words = {table: texts.read_table(f"classroom.{table}") for table in _TABLES}
    return {
        **texts.read_table("classroom.shared"),
        **words,
        "percentage": texts.read_table("percentage"),
        "pupil": texts.read_table("classroom.pupil"),
        **({"photo": _list_refusals(texts.language)} if name == "pupil" else {}),
        **({"projector": texts.read_table("classroom.projector")} if name == "projector" else {}),
        "faces": {
            it.id: {"alt": describe_portrait(it.alt, texts.language)}
            for it in samples.read_portraits(samples.GALLERY_DIR)
        },
    }


def _list_refusals(language: str) -> dict[str, str]:
    """Lists what the page says of a photograph that cannot be used."""
    with speak_within(language):
        return own_photo.read_words()


def _write_colours() -> str:
    """Writes the lab's colours for both themes, as variables."""
    light, dark = _list_colours(LIGHT), _list_colours(DARK)
    return f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _list_colours(palette: Palette) -> str:
    colours = {
        "class-0": palette.classes[0],
        "class-1": palette.classes[1],
        "on-class-0": palette.on_classes[0],
        "on-class-1": palette.on_classes[1],
        "soft": palette.weak,
        "accent": palette.strong,
        "on-accent": palette.on_strong,
        "second": palette.lines[1],
        "third": palette.lines[2],
        "text": palette.text,
        "line": palette.faint,
    }
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())

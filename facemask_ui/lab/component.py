"""The component: a slider over a film, and the invisible elements that bring its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from facemask_core.labels import WITH_MASK
from facemask_core.pictures import model_input
from facemask_ui.base import browser
from facemask_ui.base.palette import pick_palette
from facemask_ui.lab.captions import name_captions
from facemask_ui.lab.film import Film
from facemask_ui.lab.scene import Scene
from facemask_ui.lab.words import read_words
from facemask_ui.language import read_current

STAGE_HTML, STAGE_CSS = browser.read_texts(__file__, "lab.html", "lab.css")
# Streamlit takes one text a component and serves no file that another could import, so the files
# are joined. All of a component's share one scope: no name may stand in two of them.
STAGE_JS = "\n".join(
    (
        browser.SVG,
        *browser.read_texts(
            __file__,
            "elements.js",
            "codec.js",
            "pictures.js",
            "png.js",
            "scale.js",
            "curve.js",
            "rail.js",
            "player.js",
            "views.js",
            "answer.js",
            "card.js",
            "downloads.js",
            "guess.js",
            "lab.js",
        ),
    )
)
"""The stage, for a component that fills its films by itself."""
SCRIPT = "\n".join((STAGE_JS, *browser.read_texts(__file__, "main.js")))
"""What the component does."""
_PART_JS = "\n".join(browser.read_texts(__file__, "codec.js", "part.js"))


def draw_lab(
    film: str,
    scene: Scene,
    *,
    key: str,
    level: int,
    record: dict[str, Any] | None = None,
    stated: list[str] | None = None,
    one_step: bool = False,
    guess: bool = False,
    truth_known: bool = True,
    headline: bool = True,
    folded: bool = True,
    hidden: tuple[str, ...] = (),
    on_level: Callable[[int], None] | None = None,
    on_animate: Callable[[], None] | None = None,
    on_smaller_steps: Callable[[], None] | None = None,
) -> None:
    """Draws the component for a film whose parts :func:`send_film` sends, before or after.

    Args:
        film: The film's name.
        scene: What it shows of which question.
        key: Tells the component from others on the page.
        level: Where the slider stands.
        record: What the downloaded record says besides the points of the film.
        stated: A line of text at each notch, such as the threat model in words.
        one_step: Whether the attack takes one straight step, which may go too far; then the page
            says where it did.
        guess: Whether the visitor is asked for a guess before the answer.
        truth_known: Whether the scene's label is the right answer, and not only the model's own.
        headline: Whether the verdict is written large.
        folded: Whether the curve and the figures are folded away, and the rest is kept as low as
            the window; otherwise the component is as long as it is.
        hidden: Parts not to be shown: ``views``, ``figures``, ``downloads``.
        on_level: Called with the notch where the slider came to rest.
        on_animate: Called when the visitor wants the film as a GIF; None if there is none.
        on_smaller_steps: Called when the visitor wants an attack of small steps instead of one;
            None if that is not offered.
    """

    def store() -> None:
        notch = st.session_state[key].get("level")
        sound = isinstance(notch, int) and 0 <= notch <= scene.axis.most  # it comes from a browser
        if sound and on_level is not None:
            on_level(notch)

    component = st.components.v2.component(
        "attack_lab", html=STAGE_HTML, css=browser.CONTROLS + STAGE_CSS, js=SCRIPT
    )
    component(
        data={
            "question": film,
            **describe_scene(scene),
            "level": level,
            "record": record or {},
            "stated": stated or [],
            "animated": on_animate is not None,
            "oneStep": one_step,
            "offersSmallerSteps": on_smaller_steps is not None,
            "folded": folded,
            "guess": guess,
            "captions": name_captions(truth_known=truth_known),
            "truthKnown": truth_known,
            "hidden": list(hidden),
            "headline": headline,
            "language": read_current().language,
            "words": read_words(scene.figures, truth_known=truth_known),
            "onBlue": pick_palette().on_classes[WITH_MASK],
        },
        key=key,
        on_level_change=store,
        on_seen_change=_do_nothing,
        on_animate_change=on_animate or _do_nothing,
        on_smaller_steps_change=on_smaller_steps or _do_nothing,
    )


def describe_scene(scene: Scene) -> dict[str, Any]:
    """Describes a scene as the component's script reads it.

    Args:
        scene: The scene.
    """
    return {
        "axis": vars(scene.axis) | {"most": scene.axis.most},
        "label": scene.label,
        "unsureBelow": scene.unsure_below,
        "alt": scene.alt,
        "attack": scene.attack,
        "credit": scene.credit,
        "file": scene.file,
        "note": {
            "fields": scene.note,
            "key": scene.note_key,
            "values": scene.note_values,
            "keyword": model_input.KEYWORD,
        },
        "threatModels": scene.threat_models,
    }


def is_seen(key: str, film: str, notch: int) -> bool:
    """Whether the visitor has guessed the answer at a notch, or asked to see them all.

    Args:
        key: The component's.
        film: The film's name.
        notch: The notch; at 0 there is nothing to guess.
    """
    seen = (st.session_state.get(key) or {}).get("seen")
    if notch == 0:
        return True
    if not isinstance(seen, dict) or seen.get("question") != film:  # it comes from a browser
        return False
    notches = seen.get("notches")
    return notches is None or (isinstance(notches, list) and notch in notches)


def _do_nothing() -> None:
    """Stands where a component needs something to call."""


def send_film(film: Film, *, key: str) -> None:
    """Hands a film to the browser, each part as soon as it is computed.

    Args:
        film: The film.
        key: Tells its parts from those of other films on the page.
    """
    for number, part in enumerate(film.pack()):
        send_part(part, key=f"{key}:{film.name}:{number}")


def send_part(part: bytes, *, key: str) -> None:
    """Hands one part of a film to the browser, by an element nobody sees.

    Args:
        part: What :func:`facemask_ui.lab.parts.pack` packed.
        key: The same for the same part at every run of the page, so that it is sent once.
    """
    component = st.components.v2.component("attack_lab_part", js=_PART_JS)
    component(data=part, key=key, height=1)

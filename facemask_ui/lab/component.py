"""The component: a slider over a film, and the invisible elements that bring its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from facemask_core.epsilons import LINF, Grid
from facemask_core.labels import WITH_MASK
from facemask_core.pictures import model_input
from facemask_ui.base import browser
from facemask_ui.base.palette import pick_palette
from facemask_ui.lab.film import Film
from facemask_ui.lab.words import CHANGES, STEP_FIGURES, SWEEP_FIGURES, WORDS

__all__ = [
    "STEP_FIGURES",
    "Axis",
    "draw_lab",
    "epsilon_axis",
    "is_seen",
    "send_film",
    "send_part",
    "step_axis",
]

_HTML, _CSS = browser.read_texts(__file__, "lab.html", "lab.css")
# Streamlit takes one text a component and serves no file that another could import, so the files
# are joined. All of a component's share one scope: no name may stand in two of them.
_JS = "\n".join(
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
_PART_JS = "\n".join(browser.read_texts(__file__, "codec.js", "part.js"))


_STOPS = [*range(9), 10, 12, 14, 16, 20, 24, 28, 32]
"""Where the slider of epsilon stops: at every notch as far as most faces fall, then ever fewer."""
_MARKS = [0, 1, 2, 4, 8, 16, 32]
_MOST_MARKS = 8


@dataclass(frozen=True)
class Axis:
    """What the slider moves along, notch by notch from 0.

    Attributes:
        name: Its label.
        key: Its name in the record a visitor downloads.
        values: What a notch is called there, in file names and below the curve.
        texts: How a notch is written beside the slider.
        short: How it is written elsewhere.
        stops: The notches where the slider stops; a link may add one.
        marks: The notches that are written below the slider.
        lengths: The L2 length a notch allows, where it is one.
        playable: Whether a button runs through the notches.
    """

    name: str
    key: str
    values: list[float]
    texts: list[str]
    short: list[str]
    stops: list[int]
    marks: list[int]
    lengths: list[float] | None = None
    playable: bool = False

    @property
    def most(self) -> int:
        """The last notch."""
        return len(self.values) - 1


@dataclass(frozen=True)
class NotchNotes:
    """The notes of the pictures along a slider, which differ in one field.

    Attributes:
        fields: The fields they share, as JSON has them.
        key: The field that moves with the slider.
        values: Its value at each notch.
    """

    fields: dict[str, Any]
    key: str
    values: list[float]


def epsilon_axis(grid: Grid) -> Axis:
    """Makes the axis of epsilon in a norm."""
    values = [grid.number(notch) for notch in grid.notches]
    short = [grid.write(notch) for notch in grid.notches]
    lengths = [grid.epsilon(notch) for notch in grid.notches]
    if grid == LINF:
        texts = [f"{text} = {length:.4f}" for text, length in zip(short, lengths, strict=True)]
        return Axis("Epsilon", "epsilon_levels", values, texts, short, _STOPS, _MARKS)
    return Axis("Epsilon (L2)", "epsilon", values, short, short, _STOPS, _MARKS, lengths)


def step_axis(most: int) -> Axis:
    """Makes the axis of an attack's steps."""
    numbers = list(range(most + 1))
    texts = [f"{number} of {most}" for number in numbers]
    short = [f"step {number}" for number in numbers]
    marks = numbers[:: max(1, round(most / _MOST_MARKS))]
    return Axis("Step", "step", list(numbers), texts, short, numbers, marks, playable=True)


def draw_lab(
    film: str,
    *,
    key: str,
    axis: Axis,
    level: int,
    label: int,
    unsure_below: float | None,
    alt: str,
    attack: str,
    credit: str,
    file: str,
    record: dict[str, Any],
    notes: NotchNotes,
    threat_models: list[dict[str, Any]],
    stated: list[str] | None = None,
    one_step: bool = False,
    guess: bool = False,
    truth_known: bool = True,
    headline: bool = True,
    folded: bool = True,
    figures: dict[str, list[str]] = SWEEP_FIGURES,
    hidden: tuple[str, ...] = (),
    on_level: Callable[[int], None] | None = None,
    on_animate: Callable[[], None] | None = None,
    on_smaller_steps: Callable[[], None] | None = None,
) -> None:
    """Draws the component for a film whose parts :func:`send_film` sends, before or after.

    Args:
        film: The film's name.
        key: Tells the component from others on the page.
        axis: What its slider moves along.
        level: Where the slider stands.
        label: The class that counts as the right answer.
        unsure_below: The confidence below which the model is unsure, if it ever is.
        alt: What the picture shows.
        attack: The attack's name in words.
        credit: Attack and model in words, for the card that visitors share.
        file: First part of the names of downloaded files.
        record: What the downloaded record says besides the points of the film.
        notes: What the downloaded picture says about itself.
        threat_models: What the attacker knows and may do at each notch, for the downloaded record.
        stated: A line of text at each notch, such as the threat model in words.
        one_step: Whether the attack takes one straight step, which may go too far; then the page
            says where it did.
        guess: Whether the visitor is asked for a guess before the answer.
        truth_known: Whether ``label`` is the right answer, and not only the model's own.
        headline: Whether the verdict is written large.
        folded: Whether the curve and the figures are folded away, and the rest is kept as low as
            the window; otherwise the component is as long as it is.
        figures: Name and unit of the numbers shown at each notch.
        hidden: Parts not to be shown: ``views``, ``figures``, ``downloads``.
        on_level: Called with the notch where the slider came to rest.
        on_animate: Called when the visitor wants the film as a GIF; None if there is none.
        on_smaller_steps: Called when the visitor wants an attack of small steps instead of one;
            None if that is not offered.
    """

    def store() -> None:
        notch = st.session_state[key].get("level")
        sound = isinstance(notch, int) and 0 <= notch <= axis.most  # it comes from a browser
        if sound and on_level is not None:
            on_level(notch)

    component = st.components.v2.component(
        "attack_lab", html=_HTML, css=browser.CONTROLS + _CSS, js=_JS
    )
    component(
        data={
            "question": film,
            "axis": vars(axis) | {"most": axis.most},
            "level": level,
            "label": label,
            "unsureBelow": unsure_below,
            "alt": alt,
            "attack": attack,
            "credit": credit,
            "file": file,
            "record": record,
            "threatModels": threat_models,
            "stated": stated or [],
            "animated": on_animate is not None,
            "oneStep": one_step,
            "offersSmallerSteps": on_smaller_steps is not None,
            "folded": folded,
            "guess": guess,
            "truthKnown": truth_known,
            "hidden": list(hidden),
            "headline": headline,
            "words": WORDS | ({} if truth_known else CHANGES) | {"figures": figures},
            "note": vars(notes) | {"keyword": model_input.KEYWORD},
            "onBlue": pick_palette().on_classes[WITH_MASK],
        },
        key=key,
        on_level_change=store,
        on_seen_change=_do_nothing,
        on_animate_change=on_animate or _do_nothing,
        on_smaller_steps_change=on_smaller_steps or _do_nothing,
    )


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

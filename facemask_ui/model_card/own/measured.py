"""Measures a model part by part while its visitor looks on, and prints the card.

Each part is measured in a page run of its own, so that what is known stands on the page meanwhile.
Leaving the page, or "Cancel", ends the part under way at the model's next batch; what was measured
before stays.
"""

from __future__ import annotations

import time
from functools import partial

import streamlit as st

from facemask_core.data.datasets import Dataset
from facemask_core.errors import FacemaskError
from facemask_core.inspection import InspectionCard, Part, list_parts, write_page
from facemask_core.inspection.card import make_card
from facemask_core.inspection.sections import list_sections, write_headline
from facemask_ui.base import messages
from facemask_ui.base.messages import escape_markdown
from facemask_ui.choices.own_models import OwnModel
from facemask_ui.language import number, read_current, say, speak_within
from facemask_ui.model_card.own import card_words
from facemask_ui.model_card.own.section_view import show_section
from facemask_ui.reports import dataset_choice

_OWN = "own_"


def show_measured(own: OwnModel) -> None:
    """Shows what has been measured of a model, the button for the rest, and the card to print.

    Args:
        own: The model.
    """
    st.header(say("models.own.measured.title"), anchor=False)
    with st.expander(say("models.own.measured.photographs"), icon=":material/folder_zip:"):
        title, photographs, crop = "", None, False
        with messages.show_errors():
            title, photographs, crop = _choose_photographs()
    _forget_others(own, title, crop=crop)
    whole = own.found["best"]["frame"] == "whole"
    parts = list_parts(own.classifier, whole=whole, own=photographs, crop=crop)
    left = [part for part in parts if part.name not in own.parts]
    bar = _show_controls(own, parts, left)
    card = make_card(
        own.classifier.card,
        own.found,
        own.parts,
        own_data=title,
        seconds=own.measured_seconds,
    )
    _show_card(card)
    if bar is not None and left:
        _measure(own, left[0], len(parts) - len(left), parts, bar)


def _choose_photographs() -> tuple[str, Dataset | None, bool]:
    """Draws the choice of the visitor's own photographs; returns their name, them, and the crop."""
    choice = dataset_choice.choose_zip()
    if choice is None:
        return "", None, False
    data, dataset = choice
    crop = st.toggle(
        say("report.dataset.crop"), help=say("report.dataset.crop_help"), key="own-crop"
    )
    return data.title, dataset, crop


def _forget_others(own: OwnModel, title: str, *, crop: bool) -> None:
    """Forgets what was measured on other photographs, or on these cut otherwise."""
    if own.photographs != (title, crop):
        own.photographs = (title, crop)
        for name in [name for name in own.parts if name.startswith(_OWN)]:
            del own.parts[name]


def _show_controls(
    own: OwnModel, parts: list[Part], left: list[Part]
) -> st.delta_generator.DeltaGenerator | None:
    """Shows the button that begins, or the progress and the one that ends; returns the bar."""
    if not left:
        own.is_wanted = False
        return None
    if not own.is_wanted:
        label = "begin" if len(left) == len(parts) else "go_on"
        st.button(
            say(f"models.own.measured.{label}"),
            icon=":material/labs:",
            type="primary",
            key="own-measure",
            on_click=lambda: setattr(own, "is_wanted", True),
        )
        st.caption(say("models.own.measured.meaning"))
        return None
    bar = st.progress(0.0)
    st.button(
        say("models.own.measured.cancel"),
        icon=":material/close:",
        key="own-cancel",
        on_click=lambda: setattr(own, "is_wanted", False),
    )
    return bar


def _show_card(card: InspectionCard) -> None:
    words = card_words.speak()
    if headline := write_headline(card, words):
        st.markdown(f"**{escape_markdown(headline)}**")
    for section in list_sections(card, words)[1:]:
        show_section(section)
    if card.parts:
        st.download_button(
            say("models.own.measured.print"),
            partial(_print, card, read_current().language),
            file_name=f"{card.model}-card.html",
            mime="text/html",
            icon=":material/print:",
            on_click="ignore",
        )
        seconds = number(card.seconds)
        st.caption(say("models.own.measured.took", seconds=seconds))


def _print(card: InspectionCard, language: str) -> bytes:
    with speak_within(language):
        return write_page(card, card_words.speak()).encode()


def _measure(
    own: OwnModel,
    part: Part,
    done: int,
    parts: list[Part],
    bar: st.delta_generator.DeltaGenerator,
) -> None:
    """Measures one part, and draws the page again with it."""
    before = sum(it.weight for it in parts[:done])
    total = sum(it.weight for it in parts)
    name = say(f"models.own.measured.part.{part.name.removeprefix(_OWN)}")
    step = say("models.own.measured.step", name=name, place=done + 1, count=len(parts))

    def report(count: int, of: int) -> None:
        bar.progress(min(1.0, (before + part.weight * count / max(of, 1)) / total), step)

    report(0, 1)
    start = time.perf_counter()
    try:
        own.parts[part.name] = part.measure(report)
    except FacemaskError as error:
        own.is_wanted = False
        messages.show_error(error)
        return
    own.measured_seconds += time.perf_counter() - start
    st.rerun()

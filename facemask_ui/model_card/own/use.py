"""How a model is used, as it was found; what ties is asked, and all of it can be overruled."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import streamlit as st

from facemask_core.inspection.card import make_card
from facemask_core.inspection.sections import describe_use, write_way
from facemask_core.labels import LABELS
from facemask_core.models.foreign import limits
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.preparation import COLOURS, GREY, SCALES, Preparation
from facemask_core.models.foreign.settling import settle
from facemask_ui.base import messages
from facemask_ui.base.palette import name_class
from facemask_ui.choices import own_models
from facemask_ui.choices.own_models import OwnModel
from facemask_ui.language import say
from facemask_ui.model_card.own import card_words
from facemask_ui.model_card.own.drop import choose_everywhere
from facemask_ui.model_card.own.section_view import show_section

_PROBLEM = "passing:own-model-use"
_DEFAULT_SIDE = 224


def show_use(own: OwnModel) -> None:
    """Shows how a model is used, with what else may be right.

    Args:
        own: The model.
    """
    words = card_words.speak()
    card = make_card(own.classifier.card, own.found, {})
    show_section(describe_use(card, words, lists_ties=False))
    if (problem := st.session_state.get(_PROBLEM)) is not None:
        messages.show_error(problem)
    ways = [own.found["best"], *own.found["ties"]]
    if len(ways) > 1:
        _ask_between(own, ways)
    with st.expander(say("models.own.use.overrule"), icon=":material/tune:"):
        _show_form(own)


def _ask_between(own: OwnModel, ways: list[dict[str, Any]]) -> None:
    """Asks which of several ways is right, between which trying could not decide."""
    words = card_words.speak()
    place = st.radio(
        say("models.own.use.which"),
        range(len(ways)),
        format_func=lambda place: write_way(ways[place], words),
        key=f"own-way-{own.name}",
    )
    if place and st.button(say("models.own.use.apply"), key="own-use-way"):
        _use(own, _settle(ways[place]))


def _settle(way: Mapping[str, Any]) -> Choices:
    preparation = Preparation(way["scale"], way["colours"], way["height"], way["width"])
    return settle(preparation, [LABELS.index(name) for name in way["classes"]])


def _show_form(own: OwnModel) -> None:
    best = own.found["best"]
    with st.form(f"own-use-{own.name}", border=False):
        scales = list(SCALES)
        scale = st.selectbox(say("models.own.use.pixels"), scales, scales.index(best["scale"]))
        colours = best["colours"]
        if colours != GREY:
            place = COLOURS.index(colours)
            colours = st.segmented_control(
                say("models.own.use.colours"), COLOURS, default=COLOURS[place], required=True
            )
        orders = _list_orders(best["classes"])
        order = st.selectbox(
            say("models.own.use.classes"), orders, format_func=_name_order, index=0
        )
        side = best["height"]
        if own.leaves_size_open:
            side = st.number_input(say("models.own.use.size"), 8, limits.LARGEST_SIDE, side)
        if st.form_submit_button(say("models.own.use.apply"), icon=":material/check:"):
            width = side if own.leaves_size_open else best["width"]
            _use(own, settle(Preparation(scale, str(colours), int(side), width), order))


def _list_orders(classes: list[str]) -> list[tuple[int, ...]]:
    """Lists what a model's scores may stand for, the present meaning first."""
    present = tuple(LABELS.index(name) for name in classes)
    if len(present) == 1:
        return [present, (1 - present[0],)]
    if len(present) == len(LABELS):
        return [present, present[::-1]]
    others = {
        order for both in ((0, 0, 1), (0, 1, 1)) for order in permutations(both) if order != present
    }
    return [present, *sorted(others)]


def _name_order(order: tuple[int, ...]) -> str:
    if len(order) == 1:
        return say("models.own.card.one_score", name=name_class(order[0]).lower())
    return ", ".join(name_class(label).lower() for label in order)


def _use(own: OwnModel, choices: Choices) -> None:
    """Reads the model's file again in another way, and chooses the model that this makes."""
    st.session_state.pop(_PROBLEM, None)
    with messages.show_errors(), st.spinner(say("models.own.drop.reading")):
        new = own_models.read_again(own, choices)
        choose_later(new.name)
        st.rerun()


def choose_later(name: str) -> None:
    """Chooses a model in the next run: the widget that holds the choice has been drawn in this."""
    st.session_state[_NEXT] = name


def apply_choice() -> None:
    """Chooses the model that was to be chosen; called before a page draws the choice."""
    name = st.session_state.pop(_NEXT, None)
    if name is not None:
        choose_everywhere(name)


_NEXT = "own-model:next"

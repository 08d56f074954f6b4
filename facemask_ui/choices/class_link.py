"""A link for a class: the attack page as it stands, with some of its controls hidden.

Controls are hidden for clarity, not for secrecy: everyone may bring them back, or read the link.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlencode, urlsplit

import streamlit as st

from facemask_core.models import visiting
from facemask_ui.base import address, settings
from facemask_ui.choices import models
from facemask_ui.language import say

PICTURE, MODEL, ATTACK, ADVANCED, FURTHER = ("picture", "model", "attack", "advanced", "further")
GROUPS = (PICTURE, MODEL, ATTACK, ADVANCED, FURTHER)
"""What a link can hide, by its name there."""

_PARAMETER = "hide"
_PAGE = "Attack"


def read_hidden_groups() -> frozenset[str]:
    """Reads which groups of controls are hidden by the link that opened this page."""
    return frozenset(settings.read(_PARAMETER, "", _parse).split(",")).intersection(GROUPS)


def _parse(text: str) -> str | None:
    names = text.split(",")
    return _join_names(names) if text and set(GROUPS) >= set(names) else None


def _join_names(names: Collection[str]) -> str:
    return ",".join(name for name in GROUPS if name in names)


def show_class_link(*, own_picture: bool, own_crop: bool) -> None:
    """Draws the form that makes a link, or the button that brings hidden controls back.

    Args:
        own_picture: Whether the picture on the page is the visitor's own, which no link carries.
        own_crop: Whether its crop is not the one that the picture opens with.
    """
    if read_hidden_groups():
        _show_way_back()
    else:
        _show_form(own_picture, own_crop)


def _show_form(own_picture: bool, own_crop: bool) -> None:
    with st.popover(say("class_link.title"), icon=":material/school:"):
        st.markdown(say("class_link.opens"))
        names = [name for name in GROUPS if _is_checked(name)]
        if own_picture:
            st.info(say("class_link.own_picture"), icon=":material/lock:")
        elif own_crop:
            st.info(say("class_link.own_crop"), icon=":material/crop:")
        query = settings.read_link()
        if any(map(visiting.is_visiting, query.values())):
            first = models.title(models.shipped()[0])
            st.info(say("class_link.own_model", model=first), icon=":material/lock:")
        link = _write_link(query, names)
        if opens_here_alone(link):
            st.warning(say("class_link.here_alone"), icon=":material/link_off:")
        st.code(link, language=None, wrap_lines=True)


def _is_checked(group: str) -> bool:
    """Draws the box that hides a group of controls, and tells whether it is checked."""
    title, key = say(f"class_link.groups.{group}"), f"{_PARAMETER}:{group}"
    return st.checkbox(title, key=key, persist_state="session")


def _write_link(present: Mapping[str, str], names: Collection[str]) -> str:
    """Writes the link to the present settings, without a visitor's model: it opens only here."""
    query = {name: value for name, value in present.items() if not visiting.is_visiting(value)}
    query[_PARAMETER] = _join_names(names)
    text = urlencode({name: value for name, value in query.items() if value}, safe=",")
    # Streamlit says that it leaves the page out, and sometimes does.
    lab = (st.context.url or "").rstrip("/").removesuffix(f"/{_PAGE}")
    return f"{lab}/{_PAGE}?{text}".rstrip("?")


def opens_here_alone(link: str) -> bool:
    """Tells whether a link names the computer it is opened on, and so works on no other.

    Args:
        link: The whole address.
    """
    host = urlsplit(link).hostname or ""
    return host == "localhost" or host.endswith(".localhost") or address.is_this_machine(host)


def _show_way_back() -> None:
    st.button(
        say("class_link.show_all"),
        icon=":material/visibility:",
        help=say("class_link.hidden"),
        on_click=lambda: settings.remember(_PARAMETER, "", ""),
    )

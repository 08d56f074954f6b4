"""A link for a class: the attack page as it stands, with some of its controls put away.

What is hidden is hidden for clarity, not for secrecy: everyone may bring it back, or read the link.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

import streamlit as st

from facemask_ui.base import settings

PICTURE, MODEL, ATTACK, ADVANCED, FURTHER = ("picture", "model", "attack", "advanced", "further")
GROUPS = {
    PICTURE: "Choice of picture",
    MODEL: "Choice of model",
    ATTACK: "Choice of attack",
    ADVANCED: "Advanced settings",
    FURTHER: "Look further",
}
"""What a link can hide, by its name there."""

_PARAMETER = "hide"
_PAGE = "Attack"


def hidden() -> frozenset[str]:
    """The groups of controls that the link this page was opened by puts away."""
    return frozenset(settings.read(_PARAMETER, "", _parse).split(",")) & GROUPS.keys()


def _parse(text: str) -> str | None:
    names = text.split(",")
    return _written(names) if text and GROUPS.keys() >= set(names) else None


def _written(names: Collection[str]) -> str:
    return ",".join(name for name in GROUPS if name in names)


def choose(*, own_picture: bool, own_crop: bool) -> None:
    """Draws the making of a link, or the way out of one that hides something.

    Args:
        own_picture: Whether the picture on the page is the visitor's own, which no link carries.
        own_crop: Whether its crop is not the one that the picture opens with.
    """
    if hidden():
        _bring_back()
    else:
        _make(own_picture, own_crop)


def _make(own_picture: bool, own_crop: bool) -> None:
    with st.popover("Link for a class", icon=":material/school:"):
        st.markdown("It opens this page as it stands now. **Hide from the class:**")
        chosen = [
            name
            for name, title in GROUPS.items()
            if st.checkbox(title, key=f"{_PARAMETER}:{name}", persist_state="session")
        ]
        if own_picture:
            st.info(
                "Your own picture never travels in a link; the class starts with a sample.",
                icon=":material/lock:",
            )
        elif own_crop:
            st.info(
                "Your crop does not travel in a link; the class sees the picture as it opens.",
                icon=":material/crop:",
            )
        st.code(_link(chosen), language=None, wrap_lines=True)


def _link(names: Collection[str]) -> str:
    query = settings.read_link() | {_PARAMETER: _written(names)}
    told = urlencode({name: value for name, value in query.items() if value}, safe=",")
    # Streamlit says that it leaves the page out, and sometimes does.
    lab = (st.context.url or "").rstrip("/").removesuffix(f"/{_PAGE}")
    return f"{lab}/{_PAGE}?{told}".rstrip("?")


def _bring_back() -> None:
    st.button(
        "Show all controls",
        icon=":material/visibility:",
        help="The link you came by puts some of them away.",
        on_click=lambda: settings.remember(_PARAMETER, "", ""),
    )

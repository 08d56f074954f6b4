"""Choosing a file of one's own, with every refusal in visible words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from facemask_ui.base import browser, messages
from facemask_ui.language import say

if TYPE_CHECKING:
    from facemask_ui.compat import UploadedFile

_LONGEST = 300
"""Characters of a refusal's reason, which the browser sends and may be anything."""
_TOO_LARGE = re.compile(r"\d[KMG]B or smaller")
"""In Streamlit's own reason where a file is too large."""
(_JS,) = browser.read_texts(__file__, "refusals.js")


def choose_file(
    label: str,
    *,
    key: str,
    on_change: Callable[[UploadedFile | None], None],
    most_megabytes: int | None = None,
    hint: str | None = None,
) -> UploadedFile | None:
    """Shows the choice of a file.

    Of any kind: the browser alone would refuse a wrong ending, and the page would go on showing
    what it made of the file before. The core knows a file by its content, and says in a sentence
    what is wrong. What the browser refuses all the same, since it is too large, or the server's
    front, since there is no room, counts as a change to no file: what the page showed of the file
    before goes away, and a sentence says why.

    Args:
        label: What is to be chosen.
        key: Stands for this choice in the session's state.
        on_change: Called with a file when it is chosen, and with None when it is removed or
            another is refused.
        most_megabytes: Largest size; None leaves it to the server's settings.
        hint: More about it, for who asks.

    Returns:
        The file that the uploader holds on this page; a page switch empties it.
    """
    file: UploadedFile | None = _draw_choice(
        label,
        key=key,
        on_change=on_change,
        on_refusal=lambda: on_change(None),
        most_megabytes=most_megabytes,
        help=hint,
    )
    return file


def choose_files(
    label: str,
    *,
    key: str,
    on_change: Callable[[list[UploadedFile]], None],
    most_megabytes: int,
) -> None:
    """Shows the choice of several files; a refused one costs its own place alone.

    Args:
        label: What is to be chosen.
        key: Stands for this choice in the session's state.
        on_change: Called with all files whenever one is added or removed.
        most_megabytes: Largest size of each.
    """
    _draw_choice(
        label,
        key=key,
        on_change=on_change,
        on_refusal=lambda: None,
        most_megabytes=most_megabytes,
        accept_multiple_files=True,
    )


def empty_choice(key: str) -> None:
    """Puts a choice without files in the place of one whose files were taken.

    Args:
        key: Stands for the choice.
    """
    refusals = f"{key}:refusals"
    st.session_state[refusals] = int(st.session_state.get(refusals, 0)) + 1


def _draw_choice(
    label: str,
    *,
    key: str,
    on_change: Callable[[Any], None],
    on_refusal: Callable[[], None],
    most_megabytes: int | None,
    **more: Any,
) -> Any:
    """Draws the uploader, and the sentence of a refusal; returns what the uploader holds."""
    refusals, sentence = f"{key}:refusals", f"{key}:refusal"
    count = int(st.session_state.setdefault(refusals, 0))
    widget, watch = f"{key}-{count}", f"{key}-watch-{count}"
    most = most_megabytes or int(st.get_option("server.maxUploadSize"))

    def take() -> None:
        st.session_state.pop(sentence, None)
        on_change(st.session_state[widget])

    def refuse() -> None:
        refusal = st.session_state.get(watch, {}).get("refusal")
        st.session_state[sentence] = write_refusal(refusal, most)
        st.session_state[refusals] = count + 1  # an uploader anew, without chips
        on_refusal()

    value = st.file_uploader(
        label, max_upload_size=most_megabytes, key=widget, on_change=take, **more
    )
    if sentence in st.session_state:
        st.error(st.session_state[sentence], icon=":material/error:")
    watcher = st.components.v2.component("refused_files", js=_JS)
    watcher(data={"place": widget}, key=watch, height=1, on_refusal_change=refuse)
    return value


def write_refusal(refusal: object, most_megabytes: int) -> str:
    """Writes as Markdown why a file was not taken.

    Args:
        refusal: What the browser says of it; it may be anything, since it comes from outside.
        most_megabytes: The largest size.
    """
    refusal = refusal if isinstance(refusal, dict) else {}
    name, reason = (str(refusal.get(key) or "").strip()[:_LONGEST] for key in ("name", "reason"))
    name = name or say("base.upload.unnamed")
    if _TOO_LARGE.search(reason):
        sentence = say("base.upload.too_large", name=name, most=most_megabytes)
    else:
        reason = reason or say("base.upload.later")
        sentence = say("base.upload.refused", name=name, reason=reason)
    return messages.escape_markdown(sentence)

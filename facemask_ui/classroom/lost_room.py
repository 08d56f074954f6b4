"""What the teacher's page says of a room that its session does not know any more.

The page's link holds the room's code, which the whole class knows, and never the secret. So a page
that was reloaded, or whose lab was started anew, can say what has become of the room.
"""

from __future__ import annotations

import streamlit as st

from facemask_ui import compat
from facemask_ui.base import settings
from facemask_ui.language import say
from facemask_ui.rooms import ROOMS, RoomError
from facemask_ui.rooms.codes import normalise_code
from facemask_ui.visitors import waiting

_LINKED = "room"
_SENTENCE = f"{settings.PASSING}lost-room"
_GONE = {"unknown": "class.gone", "ended": "class.ended"}


def note_room(code: str) -> None:
    """Writes the code of this session's room into the page's link."""
    if st.query_params.get(_LINKED) != code:
        st.query_params[_LINKED] = code


def forget_room() -> None:
    """Takes the code out of the page's link; its session has said what there is to say."""
    st.query_params.pop(_LINKED, None)


def tell_lost_room() -> None:
    """Says once what has become of the room in the link; it is looked for as a pupil's is."""
    code = normalise_code(st.query_params.pop(_LINKED, ""))
    if code:
        st.session_state[_SENTENCE] = _look_for(code)
    sentence = st.session_state.get(_SENTENCE)
    if sentence:
        st.warning(sentence, icon=":material/meeting_room:")


def _look_for(code: str) -> str:
    """Looks for a room; an address that has tried too many codes is told nothing."""
    name = f"{code[:3]} {code[3:]}"
    try:
        ROOMS.find(code, waiting.find_address(compat.read_session_id() or ""))
    except RoomError as error:
        key = _GONE.get(error.name)
        return say(key, code=name) if key else ""
    return say("class.elsewhere_open", code=name, word=code)

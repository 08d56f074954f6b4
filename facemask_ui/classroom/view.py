"""The teacher's page: makes a room, and says how a class joins it."""

from __future__ import annotations

import base64

import streamlit as st
from babel import Locale

from facemask_ui import compat
from facemask_ui.base import browser, settings
from facemask_ui.choices import models, own_models
from facemask_ui.classroom import answers, game, lost_room, programme
from facemask_ui.classroom.class_model import ClassModel, film_class_model
from facemask_ui.classroom.programme import DURATIONS
from facemask_ui.language import LANGUAGES, number, read_current, say, say_all
from facemask_ui.lesson import take_home
from facemask_ui.rooms import ROOMS, Opened, qr, reach
from facemask_ui.rooms.steps import Step
from facemask_ui.visitors import waiting

_KEY = "class:room"
_PAGE = "Class"
_STYLE, _WATCH = browser.read_texts(__file__, "teacher.css", "room_watch.js")


def show_class() -> None:
    """Shows the room that this visitor has made, or what is needed to make one."""
    room: Opened | None = st.session_state.get(_KEY)
    if room is not None and room.code not in ROOMS.list_codes():
        del st.session_state[_KEY]
        room = None
        lost_room.forget_room()
        st.info(say("class.ended"), icon=":material/check_circle:")
    if room is None:
        lost_room.tell_lost_room()
        _offer_room()
    else:
        lost_room.note_room(room.code)
        _show_room(room)
    _show_what_is_kept()


def _offer_room() -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        minutes = st.segmented_control(
            say("class.minutes"),
            DURATIONS,
            required=True,
            **settings.bind("minutes", 25, settings.one_of_numbers(DURATIONS)),
        )
        language = st.segmented_control(
            say("class.language"),
            LANGUAGES,
            format_func=lambda code: str(Locale(code).get_display_name(code)).capitalize(),
            default=read_current().language,
            required=True,
            key="class:language",
        )
        model = _choose_model()
        with_game = game.is_measured() and st.checkbox(
            say("class.with_game"), **settings.bind("game", False, settings.yes_no)
        )
        if st.button(say("class.make"), type="primary", icon=":material/add_circle:"):
            class_model = _film_own_model(model)
            with st.spinner(say("class.preparing")):
                st.session_state[_KEY] = _open_room(minutes, str(language), with_game, class_model)
            st.rerun()
        _warn_of_reach()
    with right:
        _list_programme(programme.steps(minutes, read_current().language, with_game=with_game))
        take_home.show_link(page=_PAGE)


def _choose_model() -> str:
    """Draws the choice between the lab's model and those that the teacher brought along.

    Returns:
        The name of one of those; empty for the lab's, or where there is none.
    """
    if not own_models.are_allowed():
        return ""
    own = [it.name for it in own_models.list_own()]
    if not own:
        st.caption(say("class.own_model_hint"))
        return ""
    choice = st.selectbox(
        say("class.model"), ("", *own), format_func=_name_model, key="class:model"
    )
    st.caption(say("class.own_model_kept" if choice else "class.own_model_meaning"))
    return choice


def _name_model(name: str) -> str:
    return models.title(name) if name else say("class.labs_model")


def _film_own_model(name: str) -> ClassModel | None:
    """Has a model of the teacher's answer for the room, while a bar says how far that is."""
    own = own_models.find(name)
    if own is None:
        return None
    text = say("class.asking", name=models.title(name))
    bar = st.progress(0.0, text)
    class_model = film_class_model(own, lambda share: bar.progress(share, text))
    bar.empty()
    return class_model


def _open_room(
    minutes: int, language: str, with_game: bool, class_model: ClassModel | None
) -> Opened:
    steps = programme.steps(minutes, language, with_game=with_game, class_model=class_model)
    room = ROOMS.open(steps, language, waiting.find_address(compat.read_session_id() or ""))
    answers.prepare(steps)
    return room


def _show_room(room: Opened) -> None:
    places = reach.find_addresses(st.context.url or "")
    lab = (st.context.url or "").partition("?")[0].rstrip("/").removesuffix(f"/{_PAGE}")
    link = f"{places[0] if places else lab}/join/{room.code}"
    st.html(f"<style>{_STYLE}</style>")
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        st.markdown(f"**{say('class.code')}**")
        st.html(f'<p class="room-code">{room.code[:3]} {room.code[3:]}</p>')
        st.markdown(f"**{say('class.join')}**")
        st.html(f'<p class="room-address">{link.removesuffix(f"/{room.code}")}</p>')
        if places[1:]:
            others = ", ".join(f"`{place}/join`" for place in places[1:])
            st.caption(say("class.elsewhere", addresses=others))
        st.link_button(
            say("class.projector"),
            f"{lab}/room/{room.code}/projector#{room.secret}",
            type="primary",
            icon=":material/cast:",
        )
        st.caption(say("class.projector_hint"))
    with right:
        picture = base64.b64encode(qr.draw_svg(link).encode()).decode()
        alt = say("classroom.projector.qr")
        st.html(f'<img class="room-qr" alt="{alt}" src="data:image/svg+xml;base64,{picture}">')
        st.caption(say("class.scan"))
    _warn_of_reach()
    with st.popover(say("class.end"), icon=":material/close:"):
        st.markdown(say("class.end_sure"))
        st.button(
            say("class.end"), key="class:end", type="primary", on_click=_end_room, args=(room,)
        )
    _watch_room(f"{lab}/room/{room.code}/state")


def _watch_room(address: str) -> None:
    """Runs the page again when its room has ended elsewhere, and loads it again when it is gone."""
    component = st.components.v2.component("room_watch", js=_WATCH)
    component(data={"address": address}, key="room-watch", height=1, on_ended_change=lambda: None)


def _end_room(room: Opened) -> None:
    ROOMS.end(room.code)


def _warn_of_reach() -> None:
    """Says how phones reach this server, where they do not as it is."""
    if reach.find_addresses(st.context.url or ""):
        st.caption(say("class.phone_check"))
    elif reach.listens_to_network():
        st.warning(say("class.no_network"), icon=":material/wifi_off:")
    else:
        st.warning(say("class.here_alone"), icon=":material/link_off:")
        st.code(say("class.command"), language=None)


def _list_programme(steps: tuple[Step, ...]) -> None:
    """Lists what a class will do; the six questions before and after are a row each."""
    rows: list[tuple[str, str, float]] = []
    for step in steps:
        name = _name_step(step)
        chapter = str(step.data.get("chapter", ""))
        if rows and rows[-1][0] == name:
            rows[-1] = (name, chapter, rows[-1][2] + step.minutes)
        else:
            rows.append((name, chapter, step.minutes))
    whole = number(sum(minutes for *_, minutes in rows))
    st.markdown(f"**{say('class.programme')}** ({say('class.whole', minutes=whole)})")
    head = [
        say(f"class.{name}")
        for name in ("programme_step", "programme_chapter", "programme_minutes")
    ]
    lines = [head, ["---", "--:", "--:"]]
    lines += [[name, chapter, number(minutes, 1)] for name, chapter, minutes in rows]
    st.markdown("\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def _name_step(step: Step) -> str:
    if step.phase is not None:
        return say(f"class.{step.phase}")
    if step.data.get("quiz"):
        return say(f"lesson.chapter.{step.id.partition('-')[0]}.title")
    return say(f"classroom.steps.{step.id}.title")


def _show_what_is_kept() -> None:
    with st.expander(say("class.kept_title"), icon=":material/lock:"):
        st.markdown("\n".join(f"- {text}" for text in say_all("class.kept")))

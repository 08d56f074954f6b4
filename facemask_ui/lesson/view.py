"""The lesson on the screen: where one is, a chapter, and what stands below every chapter."""

from __future__ import annotations

from typing import Any

import streamlit as st

from facemask_ui.choices import models
from facemask_ui.lesson import language, links, place, progress, subjects
from facemask_ui.lesson.chapters import CHAPTERS, Chapter
from facemask_ui.lesson.handouts import view as handouts
from facemask_ui.lesson.progress import Guesses
from facemask_ui.lesson.texts import Texts
from facemask_ui.page import links as lab_links

_SEEN, _UNSEEN = ":material/check_circle:", ":material/radio_button_unchecked:"


def show(texts: Texts) -> None:
    """Draws the lesson at the chapter where the visitor is.

    Args:
        texts: The language.
    """
    number = progress.chapter(len(CHAPTERS))
    chapter, options = CHAPTERS[number - 1], _options(texts)
    answered = progress.seen(options)
    with st.container(key="lesson"):
        _where(texts, number, answered)
        title = chapter.say(texts, "title")
        st.header(texts.say("page.jump", number=number, title=title), anchor=False)
        told, shown = st.columns([5, 7], gap="large")
        told.markdown(chapter.say(texts, "body", **chapter.given(texts)))
        asked = told if chapter.sample is not None else shown
        if number in answered:
            with shown:
                found = _measured(texts, chapter)
            with asked:
                _answer(texts, chapter, answered[number], found)
            with shown:
                _reveal(texts, chapter, found)
        else:
            with asked:
                _ask(texts, chapter, number, options)
            with shown:
                _before(texts, chapter.sample)
        _turn(texts, number, done=number in answered)
        _glossary(texts)
        with st.expander(texts.say("page.teachers"), icon=":material/school:"):
            handouts.offer(texts)
    place.mark(texts.language, number)


def _options(texts: Texts) -> list[list[int]]:
    """How many options each question of each chapter has."""
    return [[len(options) for _, options in it.questions(texts)] for it in CHAPTERS]


def _where(texts: Texts, number: int, answered: dict[int, Guesses]) -> None:
    """The line of progress, the list of chapters and the language."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        count = len(CHAPTERS)
        told = texts.say("page.progress", number=number, count=count, seen=len(answered))
        st.progress(number / count, told, width=360)
        # Another key for every chapter: the list closes when one has been chosen.
        listed = st.popover(
            texts.say("page.chapters"), icon=":material/list:", key=f"chapters:{number}"
        )
        with listed:
            for place_, chapter in enumerate(CHAPTERS, start=1):
                title = chapter.say(texts, "title")
                st.button(
                    texts.say("page.jump", number=place_, title=title),
                    key=f"jump:{place_}",
                    icon=_SEEN if place_ in answered else _UNSEEN,
                    type="tertiary",
                    on_click=progress.go,
                    args=(place_,),
                )
        language.choose(texts)


def _ask(texts: Texts, chapter: Chapter[Any], number: int, options: list[list[int]]) -> None:
    """The chapter's questions, and the button that answers them."""
    questions = chapter.questions(texts)
    keys = [progress.guess_key(chapter.name, row) for row in range(len(questions))]
    for key, (question, offered) in zip(keys, questions, strict=True):
        st.radio(
            f"**{question}**",
            range(len(offered)),
            index=None,
            format_func=offered.__getitem__,
            key=key,
            persist_state="session",
            horizontal=len(questions) > 1,
        )
    st.caption(texts.say("page.guess_hint"))

    def reveal() -> None:
        guesses = tuple(st.session_state.get(key) for key in keys)
        progress.reveal(number, guesses, options)

    st.button(texts.say("page.reveal"), key="reveal", icon=":material/visibility:", on_click=reveal)


def _measured(texts: Texts, chapter: Chapter[Any]) -> Any:
    with st.spinner(texts.say("page.computing")):
        return chapter.measured()


def _answer(texts: Texts, chapter: Chapter[Any], guesses: Guesses, found: Any) -> None:
    """What was guessed, what is so, and a kind word on the difference."""
    answers = chapter.answers(found)
    replies = chapter.replies(texts, guesses, answers)
    rows = zip(chapter.questions(texts), guesses, answers, replies, strict=True)
    for (question, offered), guess, answer, reply in rows:
        st.markdown(f"**{question}**")
        lines = []
        if guess == answer:
            lines.append(f"{_SEEN} {texts.say('page.agreed', answer=f'**{offered[answer]}**')}")
        else:
            if guess is not None:
                told = texts.say("page.guessed", guess=offered[guess])
                lines.append(f":material/help: {told}")
            told = texts.say("page.answer", answer=f"**{offered[answer]}**")
            lines.append(f":material/arrow_forward: {told}")
        st.markdown("  \n".join([*lines, *([reply] if reply else [])]))
    if not any(guess is not None for guess in guesses):
        st.caption(texts.say("page.unguessed"))


def _reveal(texts: Texts, chapter: Chapter[Any], found: Any) -> None:
    """The figure, what it shows with its own numbers, the mathematics, and the way to the lab."""
    chapter.draw(texts, found)
    st.markdown(chapter.say(texts, chapter.shown(found), **chapter.told(texts, found)))
    if found is not None:
        st.caption(texts.say("page.computed", model=models.title(subjects.model())))
    chapter.add(texts)
    with st.expander(texts.say("page.maths"), icon=":material/function:"):
        given = chapter.given(texts)
        st.markdown(chapter.say(texts, "maths_before", **given))
        st.latex(chapter.formula)
        st.markdown(chapter.say(texts, "maths_after", **given))
    st.page_link(
        links.script(chapter),
        label=texts.say("page.try"),
        icon=":material/science:",
        query_params=lab_links.complete_link(chapter.page, chapter.query),
    )


def _before(texts: Texts, sample: str | None) -> None:
    """The face a chapter is about, if there is one, and what the model says of it."""
    if sample is None:
        return
    verdict = subjects.judged(models.load(subjects.model()), sample)
    st.image(
        subjects.pixels(sample),
        width=400,
        output_format="PNG",
        alt=texts.say(f"faces.{sample}.alt"),
    )
    st.markdown(texts.say("page.before", verdict=texts.phrase(verdict)))


def _turn(texts: Texts, number: int, *, done: bool) -> None:
    """To the chapter before and the next; after the last, back to the beginning."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            texts.say("page.back"),
            key="back",
            icon=":material/arrow_back:",
            disabled=number == 1,
            on_click=progress.go,
            args=(number - 1,),
        )
        if number < len(CHAPTERS):
            st.button(
                texts.say("page.next"),
                key="next",
                icon=":material/arrow_forward:",
                icon_position="right",
                on_click=progress.go,
                args=(number + 1,),
            )
        else:
            st.button(
                texts.say("page.again"), key="again", icon=":material/replay:",
                on_click=progress.restart,
            )  # fmt: skip
            if done:
                st.markdown(texts.say("page.done"))


def _glossary(texts: Texts) -> None:
    with st.expander(texts.say("page.glossary"), icon=":material/menu_book:"):
        for term, meaning in texts.glossary():
            st.markdown(f"**{term}**  \n{meaning}")

"""The lesson on the screen: progress, a chapter, and what comes below every chapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from facemask_core.pictures import model_input
from facemask_ui.base import palette
from facemask_ui.choices import models
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import links, place, progress, subjects, take_home
from facemask_ui.lesson.chapters import CHAPTERS, Chapter
from facemask_ui.lesson.handouts import view as handouts
from facemask_ui.lesson.progress import Guesses
from facemask_ui.page import links as lab_links

_DONE, _OPEN = ":material/check_circle:", ":material/radio_button_unchecked:"
_ANSWER = ":material/arrow_forward:"


def show_lesson(texts: Texts) -> None:
    """Shows the chapter where the visitor is.

    Args:
        texts: The language.
    """
    number = progress.read_chapter(len(CHAPTERS))
    chapter, options = CHAPTERS[number - 1], _count_options(texts)
    guesses = progress.read_guesses(options)
    with st.container(key="lesson"):
        _show_navigation(texts, number, guesses)
        title = chapter.say(texts, "title")
        st.header(texts.say("page.jump", number=number, title=title), anchor=False)
        left, right = st.columns([5, 7], gap="large")
        left.markdown(chapter.say(texts, "body", **chapter.write_constants(texts)))
        questions = left if chapter.sample is not None else right
        if number in guesses:
            with right:
                result = _measure(texts, chapter)
            with questions:
                _show_answers(texts, chapter, guesses[number], result)
            with right:
                _show_explanation(texts, chapter, result)
        else:
            with questions:
                _show_questions(texts, chapter, number, options)
            with right:
                _show_face(texts, chapter.sample)
        _show_turn_buttons(texts, number, done=number in guesses)
        _show_glossary(texts)
        with st.expander(texts.say("page.teachers"), icon=":material/school:"):
            handouts.show_downloads(texts)
        take_home.show_link(page=links.PAGE)
    place.mark_place(number)


def _count_options(texts: Texts) -> list[list[int]]:
    """Counts the options of each question of each chapter."""
    return [[len(options) for _, options in it.list_questions(texts)] for it in CHAPTERS]


def _show_navigation(texts: Texts, number: int, guesses: dict[int, Guesses]) -> None:
    """Shows the progress and the list of chapters."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        count = len(CHAPTERS)
        words = texts.say("page.progress", number=number, count=count, seen=len(guesses))
        st.progress(number / count, words, width=360)
        # Another key for every chapter, so that the list closes after a choice.
        menu = st.popover(
            texts.say("page.chapters"), icon=":material/list:", key=f"chapters:{number}"
        )
        with menu:
            for place_, chapter in enumerate(CHAPTERS, start=1):
                title = chapter.say(texts, "title")
                st.button(
                    texts.say("page.jump", number=place_, title=title),
                    key=f"jump:{place_}",
                    icon=_DONE if place_ in guesses else _OPEN,
                    type="tertiary",
                    on_click=progress.open_chapter,
                    args=(place_,),
                )


def _show_questions(
    texts: Texts, chapter: Chapter[Any], number: int, options: list[list[int]]
) -> None:
    """Shows the chapter's questions, and the button that reveals the answers."""
    questions = chapter.list_questions(texts)
    keys = [progress.make_guess_key(chapter.name, row) for row in range(len(questions))]
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
        progress.save_guesses(number, guesses, options)

    st.button(texts.say("page.reveal"), key="reveal", icon=":material/visibility:", on_click=reveal)


def _measure(texts: Texts, chapter: Chapter[Any]) -> Any:
    with st.spinner(texts.say("page.computing")):
        return chapter.measure()


def _show_answers(texts: Texts, chapter: Chapter[Any], guesses: Guesses, result: Any) -> None:
    """Shows each guess, the answer, and a kind word on the difference."""
    answers = chapter.pick_answers(result)
    replies = chapter.write_replies(texts, guesses, answers)
    rows = zip(chapter.list_questions(texts), guesses, answers, replies, strict=True)
    for (question, offered), guess, answer, reply in rows:
        st.markdown(f"**{question}**")
        answered = f"**{offered[answer]}**"
        if guess is None:
            st.markdown(f"{_ANSWER} {texts.say('page.answer', answer=answered)}")
        elif guess == answer:
            _show_callout(st.success, _DONE, texts.say("page.agreed", answer=answered), reply)
        else:
            words = texts.say("page.guessed", guess=offered[guess])
            line = f"{words}  \n{texts.say('page.answer', answer=answered)}"
            _show_callout(st.warning, _ANSWER, line, reply)
    if not any(guess is not None for guess in guesses):
        st.caption(texts.say("page.unguessed"))


def _show_callout(draw: Callable[..., Any], icon: str, line: str, reply: str) -> None:
    """Shows how a guess went in the colour that belongs to it, and never by colour alone."""
    draw("  \n".join(filter(None, [line, reply])), icon=icon)


def _show_explanation(texts: Texts, chapter: Chapter[Any], result: Any) -> None:
    """Shows the figure, its explanation, the mathematics, and the link into the lab."""
    chapter.draw(texts, result)
    st.markdown(chapter.explain(texts, result))
    if result is not None:
        st.caption(texts.say("page.computed", model=models.title(subjects.pick_model())))
    chapter.draw_more(texts)
    with st.expander(texts.say("page.maths"), icon=":material/function:"):
        constants = chapter.write_constants(texts)
        st.markdown(chapter.say(texts, "maths_before", **constants))
        st.latex(chapter.formula)
        st.markdown(chapter.say(texts, "maths_after", **constants))
    st.page_link(
        links.find_script(chapter),
        label=texts.say("page.try"),
        icon=":material/science:",
        query_params=lab_links.complete_link(chapter.page, chapter.query),
    )


def _show_face(texts: Texts, sample: str | None) -> None:
    """Shows the face of a chapter, if it has one, and the model's verdict on it."""
    if sample is None:
        return
    verdict = subjects.judge_face(models.load(subjects.pick_model()), sample)
    st.image(
        model_input.encode(subjects.read_face(sample)),
        width=400,
        output_format="PNG",
        alt=subjects.describe_face(texts, sample),
    )
    # On a line of its own: where the line breaks after its icon, the icon is torn off the word.
    st.markdown(texts.say("page.before", verdict=f"  \n{palette.write_verdict(verdict)}"))


def _show_turn_buttons(texts: Texts, number: int, *, done: bool) -> None:
    """Shows the buttons to the chapter before and the next; after the last, to the first."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            texts.say("page.back"),
            key="back",
            icon=":material/arrow_back:",
            disabled=number == 1,
            on_click=progress.open_chapter,
            args=(number - 1,),
        )
        if number < len(CHAPTERS):
            st.button(
                texts.say("page.next"),
                key="next",
                icon=":material/arrow_forward:",
                icon_position="right",
                on_click=progress.open_chapter,
                args=(number + 1,),
            )
        else:
            st.button(
                texts.say("page.again"), key="again", icon=":material/replay:",
                on_click=progress.restart_lesson,
            )  # fmt: skip
            if done:
                st.markdown(texts.say("page.done"))


def _show_glossary(texts: Texts) -> None:
    with st.expander(texts.say("page.glossary"), icon=":material/menu_book:"):
        for term, meaning in texts.list_terms():
            st.markdown(f"**{term}**  \n{meaning}")

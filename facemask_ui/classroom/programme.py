"""The lesson as the steps of a room: its eight chapters, for 10, 25 or 45 minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from facemask_core.epsilons import LINF
from facemask_core.errors import FaceFinderError
from facemask_ui.choices import models
from facemask_ui.classroom import answers, game
from facemask_ui.classroom.class_model import NAME, ClassModel
from facemask_ui.language import read_texts
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters import CHAPTERS
from facemask_ui.ondevice import files
from facemask_ui.rooms.steps import Phase, RoomFile, Step

DURATIONS = (10, 25, 45)
"""The minutes a teacher can choose from."""
Minutes = tuple[float, float, float]
"""What a step takes in each of them; 0 where it is left out."""
_LEVELS = tuple(map(float, (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, LINF.last)))
"""The epsilons that a teacher can ask about, in steps of 1/255."""
_STATEMENTS = {1: (0.5, 1, 1), 3: (0, 0, 1), 4: (0, 0, 1), 5: (0, 1, 1)}
"""The statements of the last chapter that are asked, with their minutes."""


@dataclass(frozen=True)
class Item:
    """One of the six questions before and after the lesson.

    Attributes:
        id: Its name in the files of strings.
        choices: The names of its answers; the last is always that one does not know.
        right: The right one.
    """

    id: str
    choices: tuple[str, ...]
    right: str


ITEMS = (
    Item("sees", ("face", "numbers", "name", "unsure"), "numbers"),
    Item("little", ("visible", "hidden", "cannot", "unsure"), "hidden"),
    Item("noise", ("same", "different", "unsure"), "different"),
    Item("knows", ("nothing", "inside", "password", "unsure"), "inside"),
    Item("defence", ("all", "some", "unsure"), "some"),
    Item("fair", ("equal", "count", "unsure"), "count"),
)


def steps(
    minutes: int,
    language: str,
    *,
    with_game: bool = False,
    class_model: ClassModel | None = None,
) -> tuple[Step, ...]:
    """Lists the steps of a lesson.

    Args:
        minutes: One of :data:`DURATIONS`.
        language: The language of its explanations.
        with_game: Whether the game of attackers and defenders is one of them.
        class_model: A model that the class brought along, about which it guesses in place of the
            lab's. The chapters' questions stay with the lab's, and so do pupils' own faces where no
            device can compute it; each step says whose model it asks.
    """
    column = DURATIONS.index(minutes)
    chapters = _list_chapters(language, class_model)
    timed = [*_list_questions("before", (0.15, 0.2, 0.25)), *chapters]
    if with_game:
        timed.append((game.make_step(), (5, 5, 6)))
    timed += _list_questions("after", (0.15, 0.2, 0.25))
    timed = [
        (Step(kind="welcome", id="welcome"), (0.5, 1, 2)),
        *timed,
        (Step(kind="end", id="end", data=_RIGHT), (0.5, 1, 1.5)),
    ]
    lesson = [replace(step, minutes=float(times[column])) for step, times in timed if times[column]]
    return tuple(lesson if class_model is None else map(_say_whose, lesson))


def _say_whose(step: Step) -> Step:
    """Has a step say whose model it asks, where a class brought one along."""
    if step.kind not in {"guess", "slider", "own", "game"}:
        return step
    return replace(
        step, data={**step.data, "whose": "class" if step.pattern or step.files else "lab"}
    )


_RIGHT = {"right": {item.id: item.right for item in ITEMS}}


def _list_questions(phase: Phase, minutes: Minutes) -> list[tuple[Step, Minutes]]:
    return [
        (
            Step(
                kind="question",
                id=f"{phase}-{item.id}",
                question=item.id,
                phase=phase,
                choices=item.choices,
                data={"number": number, "of": len(ITEMS)},
            ),
            minutes,
        )
        for number, item in enumerate(ITEMS, 1)
    ]


def _list_chapters(language: str, class_model: ClassModel | None) -> list[tuple[Step, Minutes]]:
    """Lists the steps of the eight chapters with the minutes each has in each duration."""
    model = subjects.pick_model()
    twin = models.robust_twin(model)
    quiz = _QuizMaker(language)
    timed = [
        (quiz.make("numbers"), (0, 1.5, 2.5)),
        (_make_guess(model, class_model), (2, 2.5, 3)),
        (_make_slider(model, class_model), (1.5, 1.5, 3)),
        (_make_own("own", 2, model, model, ("attack",), class_model), (2, 2.5, 4)),
        (quiz.make("sign"), (0, 2, 3)),
        (quiz.make("steps"), (0, 2, 2.5)),
        (quiz.make("noise"), (1, 0, 2.5)),
        (_make_own("own-noise", 5, model, model, ("attack", "noise"), class_model), (0, 2, 3)),
        (quiz.make("others"), (0, 1.5, 2.5)),
        (quiz.make("defence"), (0, 2, 3)),
    ]
    if twin is not None:
        timed.append((_make_own("own-robust", 7, model, twin, ("plain", "robust")), (0, 0, 2.5)))
    return timed + [(quiz.make("meaning", row), times) for row, times in _STATEMENTS.items()]


def _make_guess(model: str, class_model: ClassModel | None) -> Step:
    """Makes the step that asks for the model's answer, anew at every epsilon the teacher wants."""
    film, title, asked = _pick_subject(model, class_model)
    return Step(
        kind="guess",
        id="guess",
        sample=subjects.BARE,
        choices=answers.CLASSES,
        level=1.0,
        levels=_LEVELS,
        truths=answers.tell_answers(film, _LEVELS),
        data={"chapter": 2, "model_title": title},
        **asked,
    )


def _make_slider(model: str, class_model: ClassModel | None) -> Step:
    """Makes the step that asks where on the slider the model changes its mind."""
    film, title, asked = _pick_subject(model, class_model)
    return Step(
        kind="slider",
        id="slider",
        sample=subjects.BARE,
        choices=(*map(str, LINF.notches), answers.NEVER),
        truths={0.0: answers.tell_slider(film)},
        data={"chapter": 2, "most": LINF.last, "model_title": title},
        **asked,
    )


def _pick_subject(
    model: str, class_model: ClassModel | None
) -> tuple[answers.FaceFilm, str, dict[str, Any]]:
    """Picks the model that a class guesses about: its answers, its name, and how it is drawn."""
    if class_model is None:
        return answers.find_film(subjects.BARE, model), models.title(model), {"model": model}
    film = class_model.film
    return film, class_model.title, {"pattern": RoomFile(film.bits)}


def _make_own(
    name: str,
    chapter: int,
    model: str,
    second: str,
    numbers: tuple[str, ...],
    class_model: ClassModel | None = None,
) -> Step:
    """Makes a step on one's own face, with what holds for the lab's face at its reveal.

    It tells where a browser finds the models; without that no device computes.
    """
    if class_model is not None and class_model.files:
        return _make_class_own(name, chapter, numbers, class_model)
    film, twin = (answers.find_film(subjects.BARE, it) for it in (model, second))
    data: dict[str, Any] = {"chapter": chapter, "second": second, "most": LINF.last}
    if {model, second} <= {*files.list_models()}:
        data["files"] = _list_files(model, second)
    return Step(
        kind="own",
        id=name,
        sample=subjects.BARE,
        model=model,
        numbers=numbers,
        truths={0.0: answers.tell_numbers(film, twin, numbers)},
        data=data,
    )


def _make_class_own(
    name: str, chapter: int, numbers: tuple[str, ...], class_model: ClassModel
) -> Step:
    """Makes a step on one's own face, which the class's model judges on each pupil's device."""
    held = {file: RoomFile(content) for file, content in class_model.files.items()}
    addresses = {f"models/{NAME}/{file}": f"room/file/{it.name}" for file, it in held.items()}
    film = class_model.film
    return Step(
        kind="own",
        id=name,
        sample=subjects.BARE,
        model=NAME,
        files=(*held.values(),),
        numbers=numbers,
        truths={0.0: answers.tell_numbers(film, film, numbers)},
        data={
            "chapter": chapter,
            "second": NAME,
            "most": LINF.last,
            "model_title": class_model.title,
            "files": _list_files() | addresses,
        },
    )


def _list_files(*models_wanted: str) -> dict[str, str]:
    """Lists the addresses of what a device needs; without the face finder it frames by hand."""
    names = dict.fromkeys(models_wanted)
    try:
        return files.list_addresses(names, finder=True)
    except FaceFinderError:
        return files.list_addresses(names)


class _QuizMaker:
    """Makes steps of the questions of the lesson's chapters."""

    def __init__(self, language: str) -> None:
        self._texts = read_texts(language).within("lesson")
        self._chapters = {
            chapter.name: (number, chapter) for number, chapter in enumerate(CHAPTERS, 1)
        }

    def make(self, name: str, row: int = 0) -> Step:
        """Makes a step of a chapter's question.

        Args:
            name: The chapter.
            row: Which of its questions.
        """
        number, chapter = self._chapters[name]
        question, options = chapter.list_questions(self._texts)[row]
        truths: Mapping[float, Mapping[str, Any]] = answers.ChapterTruth(self._texts, chapter, row)
        return Step(
            kind="guess",
            id=f"{name}-{row}" if row else name,
            sample=chapter.sample,
            choices=tuple(str(option) for option in range(len(options))),
            truths=truths,
            data={
                "quiz": True,
                "chapter": number,
                "title": chapter.say(self._texts, "title"),
                "question": question,
                "options": options,
            },
        )

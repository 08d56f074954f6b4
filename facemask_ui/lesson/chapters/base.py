"""What a chapter is: a question, what answers it, and the figure that shows it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from facemask_ui.lesson.texts import Texts

F = TypeVar("F")
"""What a chapter measures."""


class Chapter(ABC, Generic[F]):
    """One chapter; its strings are those below ``chapter.`` and its name.

    Attributes:
        name: The chapter's name in the files of strings.
        minutes: How long it takes a class.
        formula: What stands in the fold with a little mathematics, in LaTeX.
        sample: The face it begins with, or None.
        page: The page of the lab to go on with.
    """

    name: ClassVar[str]
    minutes: ClassVar[int] = 3
    formula: ClassVar[str]
    sample: ClassVar[str | None] = None
    page: ClassVar[str] = "Attack"

    @property
    @abstractmethod
    def query(self) -> dict[str, str]:
        """The settings of that page."""

    @abstractmethod
    def measured(self) -> F:
        """Computes what the chapter shows, or finds it: once a process for each model."""

    @abstractmethod
    def answers(self, found: F) -> tuple[int, ...]:
        """The number of the right option, for each question."""

    @abstractmethod
    def told(self, texts: Texts, found: F) -> dict[str, str]:
        """The figures that the answer's text is filled with."""

    @abstractmethod
    def draw(self, texts: Texts, found: F) -> None:
        """Draws the figure."""

    def add(self, texts: Texts) -> None:
        """Draws what comes after the answer; nothing, as a rule."""

    def given(self, texts: Texts) -> dict[str, str]:
        """The figures that the text and the question are filled with, known before the answer."""
        return {}

    def shown(self, found: F) -> str:
        """The name of the string that tells the answer."""
        return "shown"

    def say(self, texts: Texts, key: str, /, **values: str) -> str:
        """One of the chapter's own strings, filled in."""
        return texts.say(f"chapter.{self.name}.{key}", **values)

    def questions(self, texts: Texts) -> list[tuple[str, list[str]]]:
        """The questions, each with its options."""
        given = self.given(texts)
        question = self.say(texts, "question", **given)
        return [(question, texts.each(f"chapter.{self.name}.options", **given))]

    def replies(
        self, texts: Texts, guesses: tuple[int | None, ...], answers: tuple[int, ...]
    ) -> list[str]:
        """What to say to each guess, kindly; empty where there was none."""
        return [
            "" if guess is None else self.say(texts, "right" if guess == answer else "wrong")
            for guess, answer in zip(guesses, answers, strict=True)
        ]


def third(part: float, whole: float) -> int:
    """Sorts a part into options: about the whole (0), about half of it (1), hardly any (2)."""
    share = part / whole if whole > 0 else 0.0
    return 0 if share >= 0.75 else 1 if share >= 0.25 else 2

"""A chapter of the lesson: a question, a measurement that answers it, and a figure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from facemask_ui.language.texts import Texts

F = TypeVar("F")
"""The result of a chapter's measurement."""


class Chapter(ABC, Generic[F]):
    """One chapter; its strings are those below ``chapter.`` and its name.

    Attributes:
        name: The chapter's name in the files of strings.
        minutes: How long it takes a class.
        formula: The formula in the part with a little mathematics, in LaTeX.
        page: The page of the lab that its link leads to.
    """

    name: ClassVar[str]
    minutes: ClassVar[int] = 3
    formula: ClassVar[str]
    page: ClassVar[str] = "Attack"

    @property
    def sample(self) -> str | None:
        """The face at its beginning, or None."""
        return None

    @property
    @abstractmethod
    def query(self) -> dict[str, str]:
        """The settings of that page."""

    @abstractmethod
    def measure(self) -> F:
        """Computes the chapter's result; once a process for each model."""

    @abstractmethod
    def pick_answers(self, result: F) -> tuple[int, ...]:
        """Picks the number of the right option, for each question."""

    @abstractmethod
    def write_figures(self, texts: Texts, result: F) -> dict[str, str]:
        """Writes the figures of the explanation, which come from the result."""

    @abstractmethod
    def draw(self, texts: Texts, result: F) -> None:
        """Draws the figure."""

    def draw_more(self, texts: Texts) -> None:
        """Draws what comes after the explanation; most chapters have nothing more."""

    def write_constants(self, texts: Texts) -> dict[str, str]:
        """Writes the figures of the text and the question, which need no result."""
        return {}

    def pick_text(self, result: F) -> str:
        """Picks the string of the explanation, by its name."""
        return "shown"

    def say(self, texts: Texts, key: str, /, **values: str) -> str:
        """Reads one of the chapter's own strings, filled in."""
        return texts.say(f"chapter.{self.name}.{key}", **values)

    def explain(self, texts: Texts, result: F) -> str:
        """Explains the result: the answer's text with the figures of this model."""
        figures = self.write_figures(texts, result)
        return self.say(texts, self.pick_text(result), **figures)

    def list_questions(self, texts: Texts) -> list[tuple[str, list[str]]]:
        """Lists the questions, each with its options."""
        constants = self.write_constants(texts)
        question = self.say(texts, "question", **constants)
        return [(question, texts.say_all(f"chapter.{self.name}.options", **constants))]

    def write_replies(
        self, texts: Texts, guesses: tuple[int | None, ...], answers: tuple[int, ...]
    ) -> list[str]:
        """Writes a kind reply to each guess; empty where there was none."""
        return [
            "" if guess is None else self.say(texts, "right" if guess == answer else "wrong")
            for guess, answer in zip(guesses, answers, strict=True)
        ]


SHARES = (0.75, 0.25)
"""The least share of the first option of :func:`sort_share`, and of the second."""


def sort_share(part: float, whole: float) -> int:
    """Sorts a part into options: about the whole (0), about half of it (1), hardly any (2)."""
    share = part / whole if whole > 0 else 0.0
    return next((option for option, least in enumerate(SHARES) if share >= least), len(SHARES))

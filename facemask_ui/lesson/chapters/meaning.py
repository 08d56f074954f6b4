"""Chapter 8: what follows from all this and what does not, as statements to judge."""

from __future__ import annotations

from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.lesson.texts import Texts

_TRUTHS = (True, False, True, False, False, False)


class Meaning(Chapter[None]):
    """Statements, true or false; nothing is measured."""

    name = "meaning"
    page = "Models"
    formula = (
        r"\hat{A}_\varepsilon = \frac{1}{n} \sum_{i=1}^{n} "
        r"\mathbf{1}\big[\arg\max f(x_i) = y_i \,\wedge\, \arg\max f(x_i') = y_i\big]"
    )

    @property
    def query(self) -> dict[str, str]:
        return {"model": subjects.model()}

    def measured(self) -> None:
        return None

    def answers(self, found: None) -> tuple[int, ...]:
        return tuple(0 if truth else 1 for truth in _TRUTHS)

    def told(self, texts: Texts, found: None) -> dict[str, str]:
        return {}

    def draw(self, texts: Texts, found: None) -> None:
        """The replies say it all."""

    def questions(self, texts: Texts) -> list[tuple[str, list[str]]]:
        options = [self.say(texts, "true"), self.say(texts, "false")]
        return [(text, options) for text in texts.each(f"chapter.{self.name}.statements")]

    def replies(
        self, texts: Texts, guesses: tuple[int | None, ...], answers: tuple[int, ...]
    ) -> list[str]:
        return texts.each(f"chapter.{self.name}.replies")

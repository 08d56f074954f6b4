"""Chapter 8: true and false statements about what follows from the lesson."""

from __future__ import annotations

from facemask_ui.language.texts import Texts
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters.base import Chapter

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
        return {"model": subjects.pick_model()}

    def measure(self) -> None:
        return None

    def pick_answers(self, result: None) -> tuple[int, ...]:
        return tuple(0 if truth else 1 for truth in _TRUTHS)

    def write_figures(self, texts: Texts, result: None) -> dict[str, str]:
        return {}

    def draw(self, texts: Texts, result: None) -> None:
        """Draws nothing: the replies say it all."""

    def list_questions(self, texts: Texts) -> list[tuple[str, list[str]]]:
        options = [self.say(texts, "true"), self.say(texts, "false")]
        return [(text, options) for text in texts.say_all(f"chapter.{self.name}.statements")]

    def write_replies(
        self, texts: Texts, guesses: tuple[int | None, ...], answers: tuple[int, ...]
    ) -> list[str]:
        return texts.say_all(f"chapter.{self.name}.replies")

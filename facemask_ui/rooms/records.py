"""What a room remembers of its steps: guesses and counts, never a picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from facemask_ui.rooms.steps import Step

Stage = Literal["ask", "reveal"]


@dataclass
class Asking:
    """One asking of a step's question: what the class answered to it.

    Attributes:
        number: Which asking of the room it is; an answer to another is refused.
        level: The epsilon asked for, in levels of 255.
        stage: Whether the class may answer, or sees what is true.
        answers: Each pupil's answer, by the pupil's id.
    """

    number: int
    level: float | None
    stage: Stage = "ask"
    answers: dict[int, str] = field(default_factory=dict)


@dataclass
class Record:
    """What happened at one step.

    Attributes:
        step: The step.
        askings: Its askings, the latest last.
        numbers: What pupils' devices measured: by the number's name each pupil's, None where no
            level was enough.
        tally: Of a questionnaire's step the counts, once it is closed.
        voters: Of a questionnaire's step the pupils that are in the counts.
    """

    step: Step
    askings: list[Asking] = field(default_factory=list)
    numbers: dict[str, dict[int, float | None]] = field(default_factory=dict)
    tally: Counter[str] = field(default_factory=Counter)
    voters: set[int] = field(default_factory=set)

    def close_question(self) -> None:
        """Turns a questionnaire's answers into counts, and forgets who gave which."""
        if self.step.kind != "question" or not self.askings:
            return
        asking = self.askings[-1]
        self.tally.update(asking.answers.values())
        self.voters.update(asking.answers)
        asking.answers.clear()
        asking.stage = "reveal"

    def count_answers(self) -> dict[str, int]:
        """Counts the answers of the latest asking, by choice."""
        counts = Counter(self.tally)
        if self.askings:
            counts.update(self.askings[-1].answers.values())
        return dict(counts)

    def count_answered(self) -> int:
        """Counts the pupils who have answered the latest asking."""
        return len(self.voters | self.askings[-1].answers.keys()) if self.askings else 0

    def count_numbers(self) -> dict[str, dict[str, int]]:
        """Counts the numbers that devices sent, by name and value."""
        return {
            name: dict(Counter(write_number(value) for value in values.values()))
            for name, values in self.numbers.items()
        }

    def forget_pupil(self, pupil: int) -> None:
        """Removes what a pupil answered, but for anonymous counts."""
        for asking in self.askings:
            asking.answers.pop(pupil, None)
        for values in self.numbers.values():
            values.pop(pupil, None)


def write_number(value: float | None) -> str:
    """Writes a smallest level, such as ``2.25``; ``none`` where no level was enough."""
    return "none" if value is None else f"{value:g}"

"""A film: the answers to one question at every notch of a slider, computed part by part and kept.

A part is shown as soon as it is there. When the visitor chooses something else meanwhile, Streamlit
ends the run between two parts, or in line before one, and the film goes on from there if they come
back. Several visitors may watch one film: the first computes the next part, and another goes on
when the first leaves. If nobody else watches, a closed tab ends a part in the middle. The next
visitor gets the finished parts at once, and the rest is computed anew from the beginning.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.pictures.animation import encode_sweep
from facemask_ui.face.question import Question
from facemask_ui.lab import parts
from facemask_ui.lab.axis import write_notch
from facemask_ui.lab.captions import name_captions, write_caption
from facemask_ui.lab.parts import Part
from facemask_ui.visitors import waiting

ASKS = Part("asks", "asks", {})
"""Stands in a film where the model is asked next: who shows the film waits in line first."""


@dataclass
class Film:
    """Parts in the order they are computed; the first of a face under attack shows that face.

    Attributes:
        name: Stands for the question in the browser.
        classifier: The model, whose turn is waited for.
        begin: Begins to compute the film: yields its parts, with :data:`ASKS` before each that
            asks the model.
        forget: Called when computing a part failed, so that the next run begins anew.
        done: The parts there are.
        asks: Whether the model is asked next.
        failure: What went wrong, for those who watch as well.
        lock: Held by the thread that computes.
    """

    name: str
    classifier: Classifier
    begin: Callable[[], Iterator[Part]]
    forget: Callable[[], object]
    done: list[Part] = field(default_factory=list)
    asks: bool = False
    failure: Exception | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    _rest: Iterator[Part] | None = None
    """The parts that come next; None before the first, and after a part was broken off."""
    _position: int = 0
    """How many parts it has yielded; those that are there already are not taken again."""
    _packed: dict[int, bytes] = field(default_factory=dict)
    _animations: dict[str, bytes] = field(default_factory=dict)

    def pack(self) -> Iterator[bytes]:
        """Yields every part as the browser reads it, packed once, when it is first sent.

        Breaking off leaves the rest for the next time, or to another.
        """
        position = 0
        while position < len(self.done) or self._reaches(position):
            if position not in self._packed:
                self._packed[position] = parts.pack(self.name, self.done[position])
            yield self._packed[position]
            position += 1

    @property
    def before(self) -> Verdict:
        """The model's answer to the face; the first part must be there."""
        first, second = self.done[0].header["before"]
        label = int(second > first)
        return Verdict(label, (first, second), self.classifier.card.unsure_below)

    def attacked_at(self, notch: int) -> NDArray[np.uint8] | None:
        """Finds the attacked face at a notch.

        Args:
            notch: The notch of the slider.

        Returns:
            uint8 (224, 224, 3), or None where it is not computed yet.
        """
        for part in reversed(self.done):  # the last answer at a notch counts
            if notch in part.answers:
                return part.attacked_at(notch, np.asarray(self.done[0].values))
        return None

    def animate(self, question: Question, *, truth_known: bool) -> bytes:
        """Packs one more part: the complete film as a GIF, made when it is first wanted.

        Args:
            question: What the film answers.
            truth_known: Whether the question's label is the right answer, not only the model's own.
        """
        captions = name_captions(truth_known=truth_known)
        if captions not in self._animations:
            last = {notch: part for part in self.done for notch in part.answers}
            notches = sorted(last)
            gif = encode_sweep(
                [write_notch(question.grid, notch) for notch in notches],
                [last[notch].attacked_at(notch, question.face) for notch in notches],
                [last[notch].answers[notch] for notch in notches],
                question.label,
                truth_known=truth_known,
                unsure_below=question.classifier.card.unsure_below,
                write=write_caption,
            )
            part = parts.describe_animation(gif, captions)
            self._animations[captions] = parts.pack(self.name, part)
        return self._animations[captions]

    def _reaches(self, position: int) -> bool:
        """Computes the part at a position unless another thread has; tells whether there is one."""
        with waiting.ask_for(self.name), waiting.hold_lock(self.lock):
            if position == len(self.done):
                self._compute()
        return position < len(self.done)

    def _compute(self) -> None:
        """Computes the next part, if there is one."""
        while True:
            if self.failure is not None:
                raise self.failure
            with self.classifier.take_turn() if self.asks else nullcontext():
                part = self._compute_part()
            self.asks = part is ASKS
            if self.asks:
                continue
            self._position += 1
            if part is None or self._position > len(self.done):
                break
        if part is not None:
            self.done.append(part)

    def _compute_part(self) -> Part | None:
        """Has the generator yield what comes next; None at the end."""
        if self._rest is None:
            self._rest, self._position = self.begin(), 0
        try:
            with waiting.run_to_end():  # a generator that is broken off cannot go on
                return next(self._rest, None)
        except Exception as error:
            self.failure = error
            self.forget()
            raise
        except BaseException:  # the tab is closed: another generator has to go all the way again
            self._rest, self.asks = None, False
            raise

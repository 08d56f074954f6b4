"""Chapter 2: the smallest epsilon that fools the model on this face."""

from __future__ import annotations

import streamlit as st

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures import images
from facemask_core.robustness import Sweep
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.lesson.texts import Texts

_UPPER = (4, 9, subjects.MOST)
"""The largest epsilon of each option but the last."""


class Smallest(Chapter[Sweep]):
    """Original, change and attacked face at the smallest fooling epsilon."""

    name = "smallest"
    sample = subjects.BARE
    formula = (
        r"\varepsilon^* = \min \{\, \varepsilon = \tfrac{k}{255} : "
        r"\arg\max f(x + \delta) \neq y,\ \|\delta\|_\infty \leq \varepsilon \,\}"
    )

    @property
    def query(self) -> dict[str, str]:
        return {"sample": subjects.BARE, "attack": "fgsm", "epsilon": "0", "guess": "True"}

    def given(self, texts: Texts) -> dict[str, str]:
        return {"most": str(subjects.MOST)}

    def measured(self) -> Sweep:
        return subjects.swept(subjects.classifier(), subjects.BARE)

    def answers(self, found: Sweep) -> tuple[int, ...]:
        level = found.smallest_fooling_notch
        if level is None:
            return (len(_UPPER),)
        return (next(option for option, most in enumerate(_UPPER) if level <= most),)

    def shown(self, found: Sweep) -> str:
        return "unbroken" if found.smallest_fooling_notch is None else "shown"

    def told(self, texts: Texts, found: Sweep) -> dict[str, str]:
        row = _row(found)
        _, factor = images.magnify_noise(found.attacked[0], found.attacked[row])
        return {
            "level": str(found.notches[row]),
            "most": str(found.notches[-1]),
            "before": texts.phrase(_verdict(found, 0)),
            "after": texts.phrase(_verdict(found, row)),
            "factor": str(factor),
        }

    def draw(self, texts: Texts, found: Sweep) -> None:
        row = _row(found)
        original, attacked = found.attacked[0], found.attacked[row]
        noise, factor = images.magnify_noise(original, attacked)
        face = texts.say(f"faces.{subjects.BARE}.alt")
        before, after = (texts.verdict(_verdict(found, place)) for place in (0, row))
        magnified = {"factor": str(factor)}
        with st.container(horizontal=True):
            for pixels, caption, alt in (
                (original, self.say(texts, "original", verdict=before), face),
                (noise, self.say(texts, "noise", **magnified),
                 self.say(texts, "noise_alt", **magnified)),
                (attacked, self.say(texts, "attacked", verdict=after), face),
            ):  # fmt: skip
                with st.container():
                    st.image(pixels, caption, width="stretch", output_format="PNG", alt=alt)


def _row(found: Sweep) -> int:
    """The place of the smallest fooling epsilon, or of the largest tried."""
    level = found.smallest_fooling_notch
    return len(found.notches) - 1 if level is None else found.notches.tolist().index(level)


def _verdict(found: Sweep, row: int) -> Verdict:
    first, second = found.probabilities[row].tolist()
    return Verdict(int(found.logits[row].argmax()), (first, second))

"""Chapter 5: random noise as the control group."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from facemask_core.epsilons import LINF
from facemask_core.models.classifier import Classifier
from facemask_core.robustness import noise_control
from facemask_ui.lesson import drawings, subjects
from facemask_ui.lesson.chapters.base import Chapter, third
from facemask_ui.lesson.drawings import Curve
from facemask_ui.lesson.texts import Texts


@dataclass(frozen=True)
class Compared:
    """The confidence in the right answer at every epsilon of the slider.

    Attributes:
        attack: Under FGSM.
        noise: Under random noise.
        level: The epsilon they are compared at: the smallest at which the attack fools the model,
            or the largest tried.
    """

    attack: tuple[float, ...]
    noise: tuple[float, ...]
    level: int


class Noise(Chapter[Compared]):
    """Two curves over epsilon: the attack and the noise."""

    name = "noise"
    sample = subjects.BARE
    formula = (
        r"\mathrm{std}\big(m(x + u) - m(x)\big) \approx \frac{\varepsilon}{\sqrt{3}} \, \|g\|_2, "
        r"\qquad |m(x + \delta) - m(x)| \approx \varepsilon \, \|g\|_1"
    )

    @property
    def query(self) -> dict[str, str]:
        return {"sample": subjects.BARE, "attack": "noise", "epsilon": str(subjects.MOST)}

    def given(self, texts: Texts) -> dict[str, str]:
        return {"most": str(subjects.MOST)}

    def measured(self) -> Compared:
        asked = subjects.classifier()
        return _compared(asked.card.weights_sha256, asked)

    def answers(self, found: Compared) -> tuple[int, ...]:
        falls = (max(curve) - min(curve) for curve in (found.noise, found.attack))
        return (third(*falls),)

    def told(self, texts: Texts, found: Compared) -> dict[str, str]:
        return {
            "level": str(found.level),
            "attack": texts.percent(found.attack[found.level]),
            "noise": texts.percent(found.noise[found.level]),
            "most": str(subjects.MOST),
            "noise_most": texts.percent(found.noise[-1]),
        }

    def draw(self, texts: Texts, found: Compared) -> None:
        spoken = {
            name: "; ".join(
                f"{level}/255 {texts.percent(curve[level])}" for level in LINF.notches[::8]
            )
            for name, curve in (("attack", found.attack), ("noise", found.noise))
        }
        drawings.curves(
            texts,
            [
                Curve(self.say(texts, "attack"), found.attack),
                Curve(self.say(texts, "random"), found.noise),
            ],
            axis=self.say(texts, "axis"),
            value=self.say(texts, "value"),
            half=self.say(texts, "half"),
            alt=self.say(texts, "chart_alt", **spoken),
            key="control",
        )


@st.cache_data(max_entries=2, show_spinner=False)
def _compared(weights: str, _asked: Classifier) -> Compared:
    swept, label = subjects.swept(_asked, subjects.BARE), subjects.label(subjects.BARE)
    noise = noise_control(_asked, subjects.pixels(subjects.BARE), LINF, LINF.notches)[:, label]
    level = swept.smallest_fooling_notch
    return Compared(
        tuple(swept.confidence.tolist()),
        tuple(noise.tolist()),
        subjects.MOST if level is None else level,
    )

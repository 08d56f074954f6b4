"""Chapter 6: the same attacked picture shown to the other models."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_ui.base import charts
from facemask_ui.choices import models
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.lesson.texts import Texts


@dataclass(frozen=True)
class Shown:
    """What every model says of the picture made against the first.

    Attributes:
        first: The first model's answer to it.
        before: The others' answers to the original, by model.
        after: Their answers to the attacked picture.
    """

    first: Verdict
    before: dict[str, Verdict]
    after: dict[str, Verdict]

    @property
    def right_before(self) -> list[str]:
        """The other models that were right before the attack."""
        label = subjects.label(subjects.BARE)
        return [name for name, verdict in self.before.items() if verdict.label == label]

    @property
    def fooled(self) -> list[str]:
        """Those of them that are wrong after it."""
        label = subjects.label(subjects.BARE)
        return [name for name in self.right_before if self.after[name].label != label]


class Others(Chapter[Shown]):
    """One bar a model, for the same attacked picture."""

    name = "others"
    sample = subjects.BARE
    formula = r"\arg\max f_B(x) = y \quad \text{and} \quad \arg\max f_B(x + \delta_A) \neq y"

    @property
    def query(self) -> dict[str, str]:
        return {"sample": subjects.BARE, "attack": "pgd", "epsilon": str(subjects.STRONG)}

    def given(self, texts: Texts) -> dict[str, str]:
        return {
            "others": str(len(_others())),
            "model": models.title(subjects.model()),
            "level": str(subjects.STRONG),
            "steps": str(subjects.STEPS),
        }

    def measured(self) -> Shown:
        names = (subjects.model(), *_others())
        loaded = {name: models.load(name) for name in names}
        subjects.classifier()
        weights = tuple(it.card.weights_sha256 for it in loaded.values())
        return _shown(weights, names, list(loaded.values()))

    def answers(self, found: Shown) -> tuple[int, ...]:
        return (0 if not found.fooled else 2 if len(found.fooled) == len(found.after) else 1,)

    def told(self, texts: Texts, found: Shown) -> dict[str, str]:
        return {
            "count": str(len(found.fooled)),
            "others": str(len(found.after)),
            "right_before": str(len(found.right_before)),
        }

    def draw(self, texts: Texts, found: Shown) -> None:
        first = models.title(subjects.model())
        rows = {self.say(texts, "made", name=first): found.first}
        rows |= {models.title(name): verdict for name, verdict in found.after.items()}
        spoken = "; ".join(f"{name}: {texts.verdict(verdict)}" for name, verdict in rows.items())
        charts.draw_probabilities(
            rows,
            key="others",
            words=texts.classes,
            write_share=texts.percent,
            alt=f"{self.say(texts, 'alt', model=first)}. {spoken}",
        )


def _others() -> tuple[str, ...]:
    return models.shipped()[1:]


@st.cache_data(max_entries=2, show_spinner=False)
def _shown(weights: tuple[str, ...], names: tuple[str, ...], _asked: list[Classifier]) -> Shown:
    made = subjects.attacked(_asked[0], subjects.BARE, subjects.MANY_STEPS, subjects.STRONG)
    others = dict(zip(names[1:], _asked[1:], strict=True))
    return Shown(
        made.after,
        {name: verdicts.judge(it, made.original[None])[0] for name, it in others.items()},
        {name: verdicts.judge(it, made.attacked[None])[0] for name, it in others.items()},
    )

"""Chapter 2: the smallest epsilon that fools the model on this face."""

from __future__ import annotations

from facemask_core.pictures import images
from facemask_core.robustness import Sweep
from facemask_ui.base import palette
from facemask_ui.lab import sample_stage
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters.base import Chapter

UPPER = (4, 9, subjects.MOST)
"""The largest epsilon of each option but the last."""


class Smallest(Chapter[Sweep]):
    """The slider over all epsilons, at first at the smallest one that fools."""

    name = "smallest"
    sample = subjects.BARE
    formula = (
        r"\varepsilon^* = \min \{\, \varepsilon = \tfrac{k}{255} : "
        r"\arg\max f(x + \delta) \neq y,\ \|\delta\|_\infty \leq \varepsilon \,\}"
    )

    @property
    def query(self) -> dict[str, str]:
        return {"sample": subjects.BARE, "attack": "fgsm", "epsilon": "0", "guess": "True"}

    def write_constants(self, texts: Texts) -> dict[str, str]:
        return {"most": str(subjects.MOST)}

    def measure(self) -> Sweep:
        return subjects.sweep_face(subjects.load_classifier(), subjects.BARE)

    def pick_answers(self, result: Sweep) -> tuple[int, ...]:
        level = result.smallest_fooling_notch
        if level is None:
            return (len(UPPER),)
        return (next(option for option, most in enumerate(UPPER) if level <= most),)

    def pick_text(self, result: Sweep) -> str:
        return "unbroken" if result.smallest_fooling_notch is None else "shown"

    def write_figures(self, texts: Texts, result: Sweep) -> dict[str, str]:
        row = _find_row(result)
        _, factor = images.magnify_noise(result.adversarial[0], result.adversarial[row])
        return {
            "level": str(result.notches[row]),
            "most": str(result.notches[-1]),
            "before": palette.write_verdict(result.verdict(0), texts),
            "after": palette.write_verdict(result.verdict(row), texts),
            "factor": str(factor),
        }

    def draw(self, texts: Texts, result: Sweep) -> None:
        sample_stage.show_sample_stage(
            subjects.BARE,
            subjects.pick_model(),
            key="smallest",
            level=int(result.notches[_find_row(result)]),
        )


def _find_row(result: Sweep) -> int:
    """Finds the row of the smallest fooling epsilon, or of the largest if none fools."""
    level = result.smallest_fooling_notch
    return len(result.notches) - 1 if level is None else result.notches.tolist().index(level)

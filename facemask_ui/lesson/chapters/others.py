"""Chapter 6: the other models' verdicts on the same attacked picture."""

from __future__ import annotations

from dataclasses import dataclass

from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_ui.base import charts
from facemask_ui.choices import models
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.visitors.shared_cache import compute_once


@dataclass(frozen=True)
class TransferVerdicts:
    """Every model's verdict on a picture that was made against the first.

    Attributes:
        first: The first model's verdict on it.
        before: The other models' verdicts on the original, by model.
        after: Their verdicts on the attacked picture.
    """

    first: Verdict
    before: dict[str, Verdict]
    after: dict[str, Verdict]

    @property
    def right_before(self) -> list[str]:
        """The other models that were right before the attack."""
        label = subjects.read_label(subjects.BARE)
        return [name for name, verdict in self.before.items() if verdict.label == label]

    @property
    def fooled(self) -> list[str]:
        """Those of them that are wrong after it."""
        label = subjects.read_label(subjects.BARE)
        return [name for name in self.right_before if self.after[name].label != label]


class Others(Chapter[TransferVerdicts]):
    """One bar a model, for the same attacked picture."""

    name = "others"
    sample = subjects.BARE
    formula = r"\arg\max f_B(x) = y \quad \text{and} \quad \arg\max f_B(x + \delta_A) \neq y"

    @property
    def query(self) -> dict[str, str]:
        return {"sample": subjects.BARE, "attack": "pgd", "epsilon": str(subjects.STRONG)}

    def write_constants(self, texts: Texts) -> dict[str, str]:
        return {
            "others": str(len(_list_others())),
            "model": models.title(subjects.pick_model()),
            "level": str(subjects.STRONG),
            "steps": str(subjects.STEPS),
        }

    def measure(self) -> TransferVerdicts:
        names = (subjects.pick_model(), *_list_others())
        classifiers = [models.load(name) for name in names]
        subjects.load_classifier()
        weights = tuple(it.card.weights_sha256 for it in classifiers)
        return _measure(weights, names, classifiers)

    def pick_answers(self, result: TransferVerdicts) -> tuple[int, ...]:
        return (0 if not result.fooled else 2 if len(result.fooled) == len(result.after) else 1,)

    def write_figures(self, texts: Texts, result: TransferVerdicts) -> dict[str, str]:
        return {
            "count": str(len(result.fooled)),
            "others": str(len(result.after)),
            "right_before": str(len(result.right_before)),
        }

    def draw(self, texts: Texts, result: TransferVerdicts) -> None:
        first = models.title(subjects.pick_model())
        rows = {self.say(texts, "made", name=first): result.first}
        rows |= {models.title(name): verdict for name, verdict in result.after.items()}
        charts.draw_probabilities(rows, key="others", title=self.say(texts, "alt", model=first))


def _list_others() -> tuple[str, ...]:
    return models.shipped()[1:]


@compute_once(most=2)
def _measure(
    weights: tuple[str, ...], names: tuple[str, ...], _classifiers: list[Classifier]
) -> TransferVerdicts:
    first, *rest = _classifiers
    face = subjects.attack_face(first, subjects.BARE, subjects.MANY_STEPS, subjects.STRONG)
    others = dict(zip(names[1:], rest, strict=True))
    return TransferVerdicts(
        face.after,
        {name: verdicts.judge(it, face.original[None])[0] for name, it in others.items()},
        {name: verdicts.judge(it, face.adversarial[None])[0] for name, it in others.items()},
    )

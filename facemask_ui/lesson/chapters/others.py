"""Chapter 6: the other models' verdicts on the same attacked picture."""

from __future__ import annotations

from dataclasses import dataclass

from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_ui.base import charts
from facemask_ui.choices import models
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import subjects, transfer_faces
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.visitors.shared_cache import compute_once


@dataclass(frozen=True)
class Face:
    """The chapter's face and the epsilon of its attack.

    Attributes:
        sample: The face.
        level: The epsilon in steps of 1/255.
    """

    sample: str
    level: int


@dataclass(frozen=True)
class TransferVerdicts:
    """Every model's verdict on a picture that was made against the first.

    Attributes:
        label: The true class of the face.
        first: The first model's verdict on it.
        before: The other models' verdicts on the original, by model.
        after: Their verdicts on the attacked picture.
    """

    label: int
    first: Verdict
    before: dict[str, Verdict]
    after: dict[str, Verdict]

    @property
    def right_before(self) -> list[str]:
        """The other models that were right before the attack."""
        return [name for name, verdict in self.before.items() if verdict.label == self.label]

    @property
    def fooled(self) -> list[str]:
        """Those of them that are wrong after it."""
        return [name for name in self.right_before if self.after[name].label != self.label]

    @property
    def standing(self) -> list[str]:
        """The other models that are right after it."""
        return [name for name, verdict in self.after.items() if verdict.label == self.label]


class Others(Chapter[TransferVerdicts]):
    """One bar a model, for the same attacked picture."""

    name = "others"
    formula = r"\arg\max f_B(x) = y \quad \text{and} \quad \arg\max f_B(x + \delta_A) \neq y"

    @property
    def sample(self) -> str:
        return pick_face().sample

    @property
    def query(self) -> dict[str, str]:
        face = pick_face()
        return {"sample": face.sample, "attack": "pgd", "epsilon": str(face.level)}

    def write_constants(self, texts: Texts) -> dict[str, str]:
        return {
            "others": str(len(_list_others())),
            "model": models.title(subjects.pick_model()),
            "level": str(pick_face().level),
            "steps": str(subjects.STEPS),
        }

    def measure(self) -> TransferVerdicts:
        names = (subjects.pick_model(), *_list_others())
        classifiers = [models.load(name) for name in names]
        subjects.load_classifier()
        weights = tuple(it.card.weights_sha256 for it in classifiers)
        return _measure(weights, names, pick_face(), classifiers)

    def pick_answers(self, result: TransferVerdicts) -> tuple[int, ...]:
        return (0 if not result.fooled else 2 if len(result.fooled) == len(result.after) else 1,)

    def pick_text(self, result: TransferVerdicts) -> str:
        return "some" if result.fooled and result.standing else "shown"

    def write_figures(self, texts: Texts, result: TransferVerdicts) -> dict[str, str]:
        return {
            "count": str(len(result.fooled)),
            "others": str(len(result.after)),
            "right_before": str(len(result.right_before)),
            "fooled": texts.join_names(map(models.title, result.fooled)),
            "standing": texts.join_names(map(models.title, result.standing)),
        }

    def explain(self, texts: Texts, result: TransferVerdicts) -> str:
        return "\n\n".join([super().explain(texts, result), *self.tell_choice(texts)])

    def tell_choice(self, texts: Texts) -> list[str]:
        """Tells how the same attack went on all portraits; nothing where that was not measured."""
        trials, others = transfer_faces.read_trials(), _list_others()
        if trials is None or trials.pick() is None or not {*others} <= {*trials.others}:
            return []
        none, some, every = trials.count_portraits(pick_face().level, others)
        strong_none, _, _ = trials.count_portraits(subjects.STRONG, others)
        counts = {
            "faces": none + some + every,
            "none": none,
            "some": some,
            "every": every,
            "strong": subjects.STRONG,
            "strong_none": strong_none,
        }
        return [self.say(texts, "chosen", **{name: str(it) for name, it in counts.items()})]

    def draw(self, texts: Texts, result: TransferVerdicts) -> None:
        first = models.title(subjects.pick_model())
        rows = {self.say(texts, "made", name=first): result.first}
        rows |= {models.title(name): verdict for name, verdict in result.after.items()}
        charts.draw_probabilities(rows, key="others", title=self.say(texts, "alt", model=first))


def pick_face() -> Face:
    """Picks a face that some of the other models fall for, as it was measured.

    Where nothing was measured with these weights, it is the face of the other chapters.
    """
    trials = transfer_faces.read_trials()
    trial = None if trials is None else trials.pick()
    if trial is None:
        return Face(subjects.BARE, subjects.STRONG)
    return Face(trial.sample, trial.level)


def _list_others() -> tuple[str, ...]:
    return models.shipped()[1:]


@compute_once(most=2)
def _measure(
    weights: tuple[str, ...], names: tuple[str, ...], chosen: Face, _classifiers: list[Classifier]
) -> TransferVerdicts:
    first, *rest = _classifiers
    face = subjects.attack_face(first, chosen.sample, subjects.MANY_STEPS, chosen.level)
    others = dict(zip(names[1:], rest, strict=True))
    return TransferVerdicts(
        face.label,
        face.after,
        {name: verdicts.judge(it, face.original[None])[0] for name, it in others.items()},
        {name: verdicts.judge(it, face.adversarial[None])[0] for name, it in others.items()},
    )

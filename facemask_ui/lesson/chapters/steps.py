"""Chapter 4: one big step or many small ones, at one epsilon."""

from __future__ import annotations

from dataclasses import dataclass

from facemask_core.epsilons import LINF
from facemask_core.models.classifier import Classifier
from facemask_core.paper import printed
from facemask_core.robustness import follow_attack
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import drawings, subjects
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.lesson.drawings import Curve
from facemask_ui.visitors.shared_cache import compute_once

_HALF = 0.5


@dataclass(frozen=True)
class Walk:
    """The confidence in the right answer.

    Attributes:
        before: Without any attack.
        fgsm: After one step.
        path: At PGD's start and after each of its steps.
    """

    before: float
    fgsm: float
    path: tuple[float, ...]


class Steps(Chapter[Walk]):
    """FGSM's confidence beside PGD's at every step."""

    name = "steps"
    sample = subjects.MASKED
    formula = (
        r"x_{i+1} = \Pi_{B_\varepsilon(x)} \Big( x_i + \alpha \, "
        r"\mathrm{sign}\big(\nabla_x J(\theta, x_i, y)\big) \Big)"
    )

    @property
    def query(self) -> dict[str, str]:
        return {"sample": subjects.MASKED, "attack": "pgd", "epsilon": str(subjects.SMALL)}

    def write_constants(self, texts: Texts) -> dict[str, str]:
        paper = printed.read()
        return {
            "level": str(subjects.SMALL),
            "steps": str(subjects.STEPS),
            "printed_fgsm": texts.percent(paper.figure("fgsm").accuracy),
            "printed_pgd": texts.percent(paper.figure("pgd").accuracy),
        }

    def measure(self) -> Walk:
        classifier = subjects.load_classifier()
        return _measure(classifier.card.weights_sha256, classifier)

    def pick_answers(self, result: Walk) -> tuple[int, ...]:
        one, many = result.fgsm < _HALF, result.path[-1] < _HALF
        return (
            {(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 3}[one, many],
        )

    def write_figures(self, texts: Texts, result: Walk) -> dict[str, str]:
        return {
            "fgsm": texts.percent(result.fgsm),
            "pgd": texts.percent(result.path[-1]),
            "steps": str(subjects.STEPS),
        }

    def draw(self, texts: Texts, result: Walk) -> None:
        path = ", ".join(texts.percent(share) for share in result.path)
        drawings.draw_curves(
            texts,
            [
                Curve(self.say(texts, "pgd"), result.path),
                Curve(self.say(texts, "fgsm"), (result.before, result.fgsm)),
            ],
            axis=self.say(texts, "axis"),
            value=self.say(texts, "value"),
            half=self.say(texts, "half"),
            alt=self.say(texts, "chart_alt", fgsm=texts.percent(result.fgsm), path=path),
            key="walk",
        )


@compute_once(most=2)
def _measure(weights: str, _classifier: Classifier) -> Walk:
    face, label = subjects.read_face(subjects.MASKED), subjects.read_label(subjects.MASKED)
    one = subjects.attack_face(_classifier, subjects.MASKED, subjects.ONE_STEP, subjects.SMALL)
    epsilon = LINF.epsilon(subjects.SMALL)
    path = follow_attack(_classifier, face, label, subjects.MANY_STEPS, epsilon=epsilon)
    return Walk(
        one.before.probabilities[label],
        one.after.probabilities[label],
        tuple(step.probabilities[label] for step in path),
    )

"""Chapter 5: random noise as the control group."""

from __future__ import annotations

from dataclasses import dataclass

from facemask_core.epsilons import LINF
from facemask_core.models.classifier import Classifier
from facemask_core.robustness import measure_noise_control
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import drawings, subjects
from facemask_ui.lesson.chapters.base import Chapter, sort_share
from facemask_ui.lesson.drawings import Curve
from facemask_ui.visitors.shared_cache import compute_once


@dataclass(frozen=True)
class Confidences:
    """The confidence in the right answer at every epsilon of the slider.

    Attributes:
        attack: Under FGSM.
        noise: Under random noise.
        level: The epsilon for the comparison: the smallest at which the attack fools the model, or
            the largest of the slider.
    """

    attack: tuple[float, ...]
    noise: tuple[float, ...]
    level: int


class Noise(Chapter[Confidences]):
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

    def write_constants(self, texts: Texts) -> dict[str, str]:
        return {"most": str(subjects.MOST)}

    def measure(self) -> Confidences:
        classifier = subjects.load_classifier()
        return _measure(classifier.card.weights_sha256, classifier)

    def pick_answers(self, result: Confidences) -> tuple[int, ...]:
        falls = (max(curve) - min(curve) for curve in (result.noise, result.attack))
        return (sort_share(*falls),)

    def write_figures(self, texts: Texts, result: Confidences) -> dict[str, str]:
        return {
            "level": str(result.level),
            "attack": texts.percent(result.attack[result.level]),
            "noise": texts.percent(result.noise[result.level]),
            "most": str(subjects.MOST),
            "noise_most": texts.percent(result.noise[-1]),
        }

    def draw(self, texts: Texts, result: Confidences) -> None:
        readings = {
            name: "; ".join(
                f"{level}/255 {texts.percent(curve[level])}" for level in LINF.notches[::8]
            )
            for name, curve in (("attack", result.attack), ("noise", result.noise))
        }
        drawings.draw_curves(
            texts,
            [
                Curve(self.say(texts, "attack"), result.attack),
                Curve(self.say(texts, "random"), result.noise),
            ],
            axis=self.say(texts, "axis"),
            value=self.say(texts, "value"),
            half=self.say(texts, "half"),
            alt=self.say(texts, "chart_alt", **readings),
            key="control",
        )


@compute_once(most=2)
def _measure(weights: str, _classifier: Classifier) -> Confidences:
    sweep = subjects.sweep_face(_classifier, subjects.BARE)
    face, label = subjects.read_face(subjects.BARE), subjects.read_label(subjects.BARE)
    noise = measure_noise_control(_classifier, face, LINF, LINF.notches)[:, label]
    level = sweep.smallest_fooling_notch
    return Confidences(
        tuple(sweep.confidence.tolist()),
        tuple(noise.tolist()),
        subjects.MOST if level is None else level,
    )

"""Which adversarial examples of a whole dataset survive being saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from facemask_core.attacks import Attack
from facemask_core.data import datasets
from facemask_core.data.reading import Progress, read_photographs
from facemask_core.errors import AttackError
from facemask_core.evaluation.eight_bits import is_rounded_away
from facemask_core.evaluation.survival import (
    QUALITIES,
    Survival,
    check_qualities,
    join_survivals,
    measure_survival,
)
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images


@dataclass(frozen=True, eq=False)
class AttackSurvival:
    """The successes of an attack on a dataset that survive saving the pictures.

    Attributes:
        answers: Which pictures fool the model in which form, before and after the attack.
        dead_gradients: On how many images a gradient was zero or not finite.
        rounded_away: How many images the attack changed so little that in 8 bits they are the
            originals again.
        unmoved: How many images the attack left as they are, though the model classes them
            rightly.
        threat_model: The attack's statement.
        skipped: Files that could not be used, and why.
    """

    answers: Survival
    dead_gradients: int
    rounded_away: int
    unmoved: int
    threat_model: dict[str, Any]
    skipped: tuple[datasets.SkippedFile, ...]

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        return {
            **self.answers.as_dict(),
            "dead_gradients": self.dead_gradients,
            "rounded_away": self.rounded_away,
            "unmoved": self.unmoved,
            "threat_model": self.threat_model,
            "skipped": [asdict(entry) for entry in self.skipped],
        }


def measure_attack_survival(
    classifier: Classifier,
    dataset: datasets.Dataset,
    attack: Attack,
    *,
    epsilon: float,
    qualities: Sequence[int] = QUALITIES,
    seed: int = 0,
    prepare: datasets.Prepare = images.resize,
    progress: Progress = lambda *_: None,
) -> AttackSurvival:
    """Attacks a dataset, saves every picture in several forms and classifies it again.

    Args:
        classifier: The model under attack.
        dataset: Its images.
        attack: An untargeted attack.
        epsilon: Its radius.
        qualities: JPEG qualities from 1 to 100.
        seed: Seed of all randomness.
        prepare: Maps a decoded image to the model's 224 px square.
        progress: Called after every batch.

    Raises:
        AttackError: The attack has a target, or the epsilon or a quality is out of range.
        DatasetError: No file of the dataset can be read.
    """
    if getattr(attack, "target", None) is not None:
        raise AttackError("Survival needs an untargeted attack; leave the target out.")
    attack.check_epsilon(epsilon, classifier.input_shape)
    check_qualities(qualities)
    parts, dead, lost, unmoved = list[Survival](), 0, 0, 0
    skipped = list[datasets.SkippedFile]()
    for batch in read_photographs(dataset, attack.batch_size, prepare, progress):
        skipped += batch.skipped
        if not batch.paths:
            continue
        pixels = images.to_float(batch.images)
        adversarial = attack(classifier, pixels, batch.labels, epsilon=epsilon, seed=seed)
        parts.append(
            measure_survival(
                classifier, pixels, batch.labels, adversarial.images, qualities=qualities
            )
        )
        dead += adversarial.dead_gradients
        lost += int(is_rounded_away(adversarial.linf).sum())
        unmoved += int((parts[-1].right_before & (adversarial.linf == 0.0)).sum())
    return AttackSurvival(
        join_survivals(parts),
        dead,
        lost,
        unmoved,
        attack.threat_model(epsilon, seed),
        tuple(skipped),
    )

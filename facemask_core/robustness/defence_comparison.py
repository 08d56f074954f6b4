"""Compares defences under attackers who ignore them and attackers who know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.attacks.transfer import Transfer
from facemask_core.data import datasets
from facemask_core.data.reading import Progress, read_photographs
from facemask_core.defences import Defence, defend
from facemask_core.errors import AttackError
from facemask_core.evaluation.eight_bits import is_rounded_away
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

DRAWS = 16
"""Over how many draws of a random defence an adaptive attack takes the gradient's mean."""
JUDGED_DRAWS = 16
"""Draws that an answer of a random defence is the mean of; no attack has met them."""


@dataclass(frozen=True, eq=False)
class DefenceComparison:
    """A model without and with defences, each under the naive and the adaptive attack.

    Row 0 is the bare model, for which both attacks are the same. An image counts as robust if it is
    classed rightly before the attack and after it. The two attacks are reported apart, since a
    defence that holds only against the naive one merely hides the gradients (Athalye et al. 2018,
    arXiv:1802.00420). Where a defence is random, the adaptive attack follows the gradient's mean
    over several draws, and one that follows a single draw at each step stands beside it.

    Attributes:
        defences: The defences of the rows from 1 on.
        labels: int64 (n,), true classes.
        clean: int64 (rows, n), predictions before the attack.
        naive: int64 (rows, n), predictions for adversarial examples of the bare model.
        adaptive: int64 (rows, n), predictions for adversarial examples of the defended model,
            whose gradients pass through the defence.
        naive_linf: float64 (n,), the largest change that the naive attack made to each image.
        adaptive_linf: float64 (rows, n), that of the adaptive attacks.
        dead_gradients: int64 (rows,), on how many images the adaptive attack met a gradient that
            was zero or not finite.
        threat_model: The attack's statement.
        skipped: Files that could not be used, and why.
        one_draw: int64 (rows, n), predictions for adversarial examples by gradients through one
            draw of each random defence at each step; where nothing is random, the adaptive ones.
            None where no defence is random.
        draws: Over how many draws the adaptive attack took the gradient's mean.
    """

    defences: tuple[Defence, ...]
    labels: NDArray[np.int64]
    clean: NDArray[np.int64]
    naive: NDArray[np.int64]
    adaptive: NDArray[np.int64]
    naive_linf: NDArray[np.float64]
    adaptive_linf: NDArray[np.float64]
    dead_gradients: NDArray[np.int64]
    threat_model: dict[str, Any]
    skipped: tuple[datasets.SkippedFile, ...]
    one_draw: NDArray[np.int64] | None = None
    draws: int = DRAWS

    @property
    def clean_accuracy(self) -> NDArray[np.float64]:
        """float64 (rows,): share of all images classed rightly before the attack."""
        return (self.clean == self.labels).mean(axis=1)

    @property
    def naive_accuracy(self) -> NDArray[np.float64]:
        """float64 (rows,): share of all images that are robust under the naive attack."""
        return self._robust(self.naive).mean(axis=1)

    @property
    def adaptive_accuracy(self) -> NDArray[np.float64]:
        """float64 (rows,): share of all images that are robust under the adaptive attack."""
        return self._robust(self.adaptive).mean(axis=1)

    @property
    def one_draw_accuracy(self) -> NDArray[np.float64]:
        """float64 (rows,): share of all images that are robust under the attack on one draw."""
        after = self.adaptive if self.one_draw is None else self.one_draw
        return self._robust(after).mean(axis=1)

    @property
    def naive_success_rate(self) -> NDArray[np.float64]:
        """float64 (rows,): of the images classed rightly before, the share that falls.

        NaN where none is classed rightly before.
        """
        return self._success_rate(self.naive)

    @property
    def adaptive_success_rate(self) -> NDArray[np.float64]:
        """float64 (rows,): the same under the adaptive attack."""
        return self._success_rate(self.adaptive)

    @property
    def naive_unmoved(self) -> NDArray[np.int64]:
        """int64 (rows,): images robust under the naive attack, which left them as they are."""
        return (self._robust(self.naive) & (self.naive_linf == 0.0)).sum(axis=1)

    @property
    def adaptive_unmoved(self) -> NDArray[np.int64]:
        """int64 (rows,): images robust under the adaptive attack, which left them as they are."""
        return (self._robust(self.adaptive) & (self.adaptive_linf == 0.0)).sum(axis=1)

    @property
    def naive_rounded_away(self) -> int:
        """Images of the naive attack that are the originals again once saved in 8 bits."""
        return int(is_rounded_away(self.naive_linf).sum())

    @property
    def adaptive_rounded_away(self) -> NDArray[np.int64]:
        """int64 (rows,): images of the adaptive attacks that rounding makes the originals again."""
        return is_rounded_away(self.adaptive_linf).sum(axis=1)

    def _robust(self, after: NDArray[np.int64]) -> NDArray[np.bool_]:
        return (self.clean == self.labels) & (after == self.labels)

    def _success_rate(self, after: NDArray[np.int64]) -> NDArray[np.float64]:
        right = (self.clean == self.labels).sum(axis=1)
        with np.errstate(invalid="ignore"):
            return (right - self._robust(after).sum(axis=1)) / right

    def _figures(
        self, after: NDArray[np.int64], unmoved: NDArray[np.int64], rounded_away: NDArray[np.int64]
    ) -> list[dict[str, Any]]:
        robust = self._robust(after).mean(axis=1).tolist()
        rates = self._success_rate(after).tolist()
        return [
            {
                "robust_accuracy": accuracy,
                "success_rate": None if np.isnan(rate) else rate,
                "unmoved": still,
                "rounded_away": lost,
            }
            for accuracy, rate, still, lost in zip(
                robust, rates, unmoved.tolist(), rounded_away.tolist(), strict=True
            )
        ]

    def _describe_draws(self, row: int, defence: Defence) -> dict[str, Any]:
        """States what a random defence adds to its row, and nothing of any other."""
        if not defence.is_random:
            return {}
        return {
            "one_draw": {"robust_accuracy": float(self.one_draw_accuracy[row])},
            "adaptive_draws": self.draws,
            "judged_draws": JUDGED_DRAWS,
        }

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        clean, dead = self.clean_accuracy.tolist(), self.dead_gradients.tolist()
        naive_rounded = np.full(len(clean), self.naive_rounded_away)
        naive = self._figures(self.naive, self.naive_unmoved, naive_rounded)
        adaptive = self._figures(self.adaptive, self.adaptive_unmoved, self.adaptive_rounded_away)
        return {
            "images": len(self.labels),
            "threat_model": self.threat_model,
            "undefended": {"clean_accuracy": clean[0], **adaptive[0], "dead_gradients": dead[0]},
            "defences": [
                {
                    "label": defence.label,
                    **defence.statement(),
                    "clean_accuracy": clean[row],
                    "naive": naive[row],
                    "adaptive": adaptive[row] | {"dead_gradients": dead[row]},
                    **self._describe_draws(row, defence),
                }
                for row, defence in enumerate(self.defences, start=1)
            ],
            "skipped": [asdict(entry) for entry in self.skipped],
        }


def compare_defences(
    classifier: Classifier,
    dataset: datasets.Dataset,
    attack: Attack,
    defences: Sequence[Defence],
    *,
    epsilon: float,
    seed: int = 0,
    draws: int = DRAWS,
    prepare: datasets.Prepare = images.resize,
    progress: Progress = lambda *_: None,
) -> DefenceComparison:
    """Attacks a dataset on the bare model and through each defence.

    Args:
        classifier: The model, without a defence.
        dataset: Its images.
        attack: An untargeted attack.
        defences: The defences, each put before the model alone.
        epsilon: The attack's radius, on the pixels that enter the defence.
        seed: Seed of the attack's randomness.
        draws: Over how many draws of a random defence the adaptive attack takes the gradient's
            mean at each step.
        prepare: Maps a decoded image to the model's 224 px square.
        progress: Called after every batch.

    Raises:
        AttackError: The attack has a target or is a transfer attack, or the epsilon is out of
            range.
        DefenceError: The number of draws makes no sense.
        DatasetError: No file of the dataset can be read.
    """
    if getattr(attack, "target", None) is not None:
        raise AttackError("Defences need an untargeted attack; leave the target out.")
    if isinstance(attack, Transfer):
        raise AttackError(
            "A transfer attack takes no notice of defences; name the attack it is made with."
        )
    attack.check_epsilon(epsilon, classifier.input_shape)
    guarded = [_guard(classifier, defence, draws) for defence in defences]
    labels, skipped = [np.empty(0, np.int64)], list[datasets.SkippedFile]()
    rows = 1 + len(guarded)
    answers, dead = [np.empty((4, rows, 0), np.int64)], np.zeros(rows, np.int64)
    changes = [np.empty((1 + rows, 0))]
    for batch in read_photographs(dataset, attack.batch_size, prepare, progress):
        skipped += batch.skipped
        if not batch.paths:
            continue
        photographs = _Photographs(images.to_float(batch.images), batch.labels)
        predictions, linf, batch_dead = _predict(
            classifier, guarded, photographs, attack, epsilon, seed
        )
        labels.append(batch.labels)
        answers.append(predictions)
        changes.append(linf)
        dead += batch_dead
    clean, naive, adaptive, one_draw = np.concatenate(answers, axis=2)
    naive_linf, *adaptive_linf = np.concatenate(changes, axis=1)
    return DefenceComparison(
        defences=tuple(defences),
        labels=np.concatenate(labels),
        clean=clean,
        naive=naive,
        adaptive=adaptive,
        naive_linf=naive_linf,
        adaptive_linf=np.stack(adaptive_linf),
        dead_gradients=dead,
        threat_model=attack.threat_model(epsilon, seed),
        skipped=tuple(skipped),
        one_draw=one_draw if any(defence.is_random for defence in defences) else None,
        draws=draws,
    )


class _Guarded(NamedTuple):
    """A defended model, once for each role; where nothing is random, all of them are the same.

    Attributes:
        judge: Answers by draws that no attack has met.
        attacked: Gives the attack the gradient's mean over several draws.
        one_draw: Gives it the gradient through one draw.
    """

    judge: Classifier
    attacked: Classifier
    one_draw: Classifier


def _guard(classifier: Classifier, defence: Defence, draws: int) -> _Guarded:
    if not defence.is_random:
        return _Guarded(*[defend(classifier, defence)] * 3)
    return _Guarded(
        defend(classifier, defence.with_draws(JUDGED_DRAWS).with_other_draws()),
        defend(classifier, defence.with_draws(draws)),
        defend(classifier, defence.with_draws(1)),
    )


class _Photographs(NamedTuple):
    """Photographs, float32 (n, h, w, 3), and their classes, int64 (n,)."""

    pixels: NDArray[np.float32]
    labels: NDArray[np.int64]


def _predict(
    bare: Classifier,
    guarded: Sequence[_Guarded],
    photographs: _Photographs,
    attack: Attack,
    epsilon: float,
    seed: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Predicts the classes of the clean, the naive and the adaptive images.

    All go through the same program: compiled differently, a value between two levels may fall to
    the other side in a defence that rounds.

    Returns:
        int64 (4, rows, n), the classes, of which the last are those of the attack on one draw;
        float64 (1 + rows, n), the largest changes by the naive and by the adaptive attacks; and
        int64 (rows,), the numbers of dead gradients.
    """
    naive = attack(bare, *photographs, epsilon=epsilon, seed=seed)

    def classify(model: Classifier, *own: NDArray[np.float32]) -> list[NDArray[np.int64]]:
        batches = (photographs.pixels, naive.images, *own)
        return [model.predict(batch).argmax(axis=1) for batch in batches]

    answers, dead = [classify(bare, naive.images, naive.images)], [naive.dead_gradients]
    changes = [naive.linf, naive.linf]
    for judge, attacked, one_draw in guarded:
        adaptive = attack(attacked, *photographs, epsilon=epsilon, seed=seed)
        single = adaptive
        if one_draw is not attacked:
            single = attack(one_draw, *photographs, epsilon=epsilon, seed=seed)
        answers.append(classify(judge, adaptive.images, single.images))
        dead.append(adaptive.dead_gradients)
        changes.append(adaptive.linf)
    return np.stack(answers, axis=1), np.stack(changes), np.array(dead)

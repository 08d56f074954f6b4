"""The settings of a training run, and two recipes that fill them in."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from facemask_core import backbones
from facemask_core.backend import PRECISIONS
from facemask_core.errors import TrainingError

STAGES = ("fine-tune", "upper", "frozen")
OPTIMIZERS = ("adamw", "sgd")
MAX_SEED = 2**32 - 1
"""The largest seed that NumPy's older generator takes, which Keras seeds too."""


@dataclass(frozen=True)
class Adversary:
    """The attack a model is trained against: L-infinity perturbations during training.

    Attributes:
        attack: ``fgsm``: one step of 1.25 epsilon from a random start (Wong et al. 2020,
            arXiv:2001.03994); ``pgd``: several steps of 2.5 epsilon / steps from a random start
            (Madry et al. 2018, arXiv:1706.06083).
        epsilon: Radius of the ball on the [0, 1] pixel scale.
        steps: Gradient steps of PGD; FGSM takes one.
        warmup_epochs: Epochs over which epsilon rises from 0.
        trades: Weight of TRADES' regulariser, beta (Zhang et al. 2019, arXiv:1901.08573, eq. 5);
            0 trains on the perturbed images alone.
    """

    attack: str = "fgsm"
    epsilon: float = 8 / 255
    steps: int = 7
    warmup_epochs: float = 2.0
    trades: float = 0.0

    def __post_init__(self) -> None:
        if self.attack not in {"fgsm", "pgd"}:
            raise TrainingError(
                f"Training against {self.attack!r} is not known; choose fgsm or pgd."
            )
        if not 0.0 < self.epsilon <= 1.0:
            raise TrainingError(
                f"The training epsilon is {self.epsilon:g}; it must lie above 0 and at most at 1."
            )
        if self.steps < 1:
            raise TrainingError("PGD needs at least 1 step in training.")
        _require_finite({"epsilon's warm-up": self.warmup_epochs, "weight of TRADES": self.trades})

    @property
    def gradient_steps(self) -> int:
        """Gradients taken a batch."""
        return 1 if self.attack == "fgsm" else self.steps

    @property
    def relative_step(self) -> float:
        """Length of a step as a share of epsilon."""
        return 1.25 if self.attack == "fgsm" else min(1.0, 2.5 / self.steps)

    def epsilon_at(self, epoch: float) -> float:
        """Returns epsilon after a number of epochs, fractions included."""
        if epoch >= self.warmup_epochs:
            return self.epsilon
        return self.epsilon * epoch / self.warmup_epochs


@dataclass(frozen=True)
class Recipe:
    """All settings of a training run; the defaults are those of the recipe ``best``.

    Attributes:
        backbone: Name in the registry of backbones.
        init: ``random``, ``imagenet``, a model's name or folder, or a safetensors weights file.
        stage: ``fine-tune`` trains every layer, ``upper`` the second half of the convolutions with
            the head and leaves every batch norm as it is, ``frozen`` the head alone (transfer
            learning).
        schedule: (input size in px, epochs) pairs, run one after another: small images first,
            full size last (Touvron et al. 2019, arXiv:1906.06423).
        stop_after: Epochs after which the run ends, before its schedule does; the rate follows the
            whole schedule all the same. It may be set on an unfinished run too:
            up to there it is the same run. None goes through the schedule.
        batch_size: Images a step.
        epoch_images: Images an epoch, drawn from all of them each time, for networks so slow
            that a whole round would be too much to lose; None takes every image once.
        optimizer: ``adamw`` (arXiv:1711.05101) on a cosine schedule with linear warm-up
            (arXiv:1608.03983), or ``sgd``: plain, at a constant rate.
        learning_rate: Peak of the schedule.
        warmup_epochs: Epochs of linear warm-up, part of the schedule.
        weight_decay: Decoupled weight decay of AdamW.
        label_smoothing: Share of each label spread over both classes.
        dropout: Share of pooled features dropped.
        average: Momentum of the moving average of the weights that is finally kept, lowered where
            a run is too short for it; 0 keeps the last weights.
        augment: Whether photographs are changed at random.
        balance: Whether both classes count the same in the loss, whatever their numbers.
        adversary: The attack that perturbs the images in training, or None.
        precision: ``float32``, or ``bfloat16`` to compute in half the width with float32 weights
            (Micikevicius et al. 2018, arXiv:1710.03740; bfloat16 needs no loss scaling).
        seed: Seed of initial weights, order, augmentation, perturbation and dropout.
    """

    backbone: str
    init: str = "random"
    stage: str = "fine-tune"
    schedule: tuple[tuple[int, int], ...] = ((128, 14), (160, 8), (224, 4))
    stop_after: int | None = None
    batch_size: int = 64
    epoch_images: int | None = None
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    warmup_epochs: float = 2.0
    weight_decay: float = 0.05
    label_smoothing: float = 0.05
    dropout: float = 0.2
    average: float = 0.998
    augment: bool = True
    balance: bool = True
    adversary: Adversary | None = None
    precision: str = "float32"
    seed: int = 0

    def __post_init__(self) -> None:
        self._check_words()
        smallest = self._smallest_size()
        if not self.schedule or any(
            size < smallest or epochs < 1 for size, epochs in self.schedule
        ):
            raise TrainingError(
                f"The schedule of {self.backbone} needs sizes of at least {smallest} px and epochs "
                "of at least 1."
            )
        if self.stop_after is not None and not 1 <= self.stop_after <= self.epochs:
            raise TrainingError(
                f"A schedule of {self.epochs} epochs cannot stop after {self.stop_after}; "
                f"give a number from 1 to {self.epochs}."
            )
        if self.batch_size < 2:
            raise TrainingError("The batch size must be at least 2: batch norm needs a spread.")
        if self.epoch_images is not None and self.epoch_images < self.batch_size:
            raise TrainingError(
                f"An epoch of {self.epoch_images} images has no batch of {self.batch_size}; "
                "give it more."
            )
        if not 0.0 < self.learning_rate <= 1.0:
            raise TrainingError("The learning rate must lie above 0 and at most at 1.")
        _require_finite({"warm-up": self.warmup_epochs, "weight decay": self.weight_decay})
        if not 0 <= self.seed <= MAX_SEED:
            raise TrainingError(f"The seed is {self.seed}; it must lie from 0 to {MAX_SEED}.")
        shares = {"label smoothing": self.label_smoothing, "dropout": self.dropout}
        for name, value in {**shares, "average": self.average}.items():
            if not 0.0 <= value < 1.0:
                raise TrainingError(f"The {name} must lie from 0 to below 1; it is {value}.")

    def _check_words(self) -> None:
        words = {
            "stage": (self.stage, STAGES),
            "optimizer": (self.optimizer, OPTIMIZERS),
            "precision": (self.precision, PRECISIONS),
        }
        for what, (word, known) in words.items():
            if word not in known:
                raise TrainingError(f"There is no {what} {word!r}; choose {' or '.join(known)}.")
        if self.stage != "fine-tune" and self.init == "random":
            raise TrainingError(
                "Random layers are not worth freezing; give --init imagenet or trained weights, "
                "or train every layer with --stage fine-tune."
            )

    def _smallest_size(self) -> int:
        """Returns the backbone's smallest size; an unknown backbone is refused when it is built."""
        if self.backbone in backbones.names():
            return backbones.get(self.backbone).min_size
        return backbones.Backbone.min_size

    @property
    def renews_statistics(self) -> bool:
        """Whether batch norm's statistics are computed anew, over views of the same kind.

        Those of training belong to weights before averaging, and lag behind the present ones.
        A recipe that neither averages nor augments, such as the paper's, keeps them.
        """
        return self.augment or self.average > 0

    @property
    def epochs(self) -> int:
        """Epochs of all sizes together."""
        return sum(epochs for _, epochs in self.schedule)

    @property
    def last_epoch(self) -> int:
        """Number of the epoch after which the run ends, from 1."""
        return self.stop_after or self.epochs

    def steps_of(self, images: int) -> int:
        """Counts the batches an epoch, at least one; a last, incomplete one would skew batch norm.

        Args:
            images: How many photographs there are.
        """
        return max(1, min(images, self.epoch_images or images) // self.batch_size)

    def size_at(self, epoch: int) -> int:
        """Returns the input size of an epoch, counted from 0."""
        for size, epochs in self.schedule:
            if epoch < epochs:
                return size
            epoch -= epochs
        raise ValueError(f"The schedule ends before epoch {epoch}.")

    def as_dict(self) -> dict[str, Any]:
        """Returns the settings as plain values, fit for JSON."""
        return asdict(self)


def _require_finite(values: dict[str, float]) -> None:
    for name, value in values.items():
        # Written so that NaN, which is neither above nor below anything, is refused too.
        if not 0 <= value < math.inf:
            raise TrainingError(f"The {name} is {value:g}; give a number from 0 upwards.")


_PAPER: dict[str, Any] = {
    "init": "imagenet",
    "schedule": ((224, 20),),
    "batch_size": 100,
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "warmup_epochs": 0.0,
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "dropout": 0.0,
    "average": 0.0,
    "augment": False,
    "balance": False,
}
"""The paper's protocol; its learning rate is not stated, so it is Keras's default for SGD."""

NAMES = ("best", "paper")


def make(name: str, backbone: str, **settings: Any) -> Recipe:
    """Makes a recipe by name.

    Args:
        name: ``best``, or ``paper`` for the paper's protocol: SGD, batch 100, 20 epochs, 224 px,
            softmax cross-entropy, from ImageNet weights.
        backbone: Name in the registry of backbones.
        **settings: Settings of :class:`Recipe` that differ from the named recipe.

    Returns:
        The recipe. Under ``best`` the learning rate is the backbone's own, a tenth of it where
        trained weights are tuned further.

    Raises:
        TrainingError: The recipe does not exist or a setting makes no sense.
        BackboneError: The backbone does not exist.
    """
    if name == "paper":
        return Recipe(backbone, **(_PAPER | settings))
    if name != "best":
        raise TrainingError(f"There is no recipe {name!r}; choose {' or '.join(NAMES)}.")
    fresh = settings.get("init", "random") == "random" or settings.get("stage") == "frozen"
    rate = backbones.get(backbone).learning_rate * (1.0 if fresh else 0.1)
    return Recipe(backbone, **({"learning_rate": rate} | settings))

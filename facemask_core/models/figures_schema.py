"""The schema of result files: what a shipped file of figures holds, and what each may be.

Pages compute with these figures and show their words, as they do with a model's card, and anyone
may have written the file. Fields that older files lack may be absent.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from facemask_core.labels import LABELS
from facemask_core.models.card_schema import (
    Amount,
    CalibrationFigures,
    ClassReport,
    Confusion,
    Count,
    Sha256,
    Share,
    Text,
    find_first_fault,
)

_MOST_FILES = 1_000_000


class _Figures(BaseModel):
    """Fields of their own types, without conversion; no page reads any others."""

    model_config = ConfigDict(
        strict=True, extra="ignore", allow_inf_nan=False, protected_namespaces=()
    )


class _ThreatModel(_Figures):
    attack: Text
    knowledge: Text
    norm: Literal["linf", "l2"]
    epsilon: Amount
    seed: Count = 0
    steps: Annotated[int, Field(ge=0, le=10_000)] | None = None
    target: Literal[0, 1] | None = None

    @model_validator(mode="after")
    def _require_steps(self) -> _ThreatModel:
        if self.attack == "pgd" and self.steps is None:
            raise PydanticCustomError("steps", "should say how many steps it takes")
        return self


class _Skipped(_Figures):
    path: Text
    reason: Text


class _Predictions(_Figures):
    accuracy: Share
    balanced_accuracy: Share
    confusion_matrix: Confusion
    report: ClassReport
    calibration: CalibrationFigures


class _Device(_Figures):
    device: Text


class _Result(_Figures):
    model: Text
    model_sha256: Sha256
    data_sha256: Sha256
    threat_model: _ThreatModel | None
    images: Annotated[int, Field(ge=1, le=_MOST_FILES)]
    skipped: Annotated[list[_Skipped], Field(max_length=_MOST_FILES)] = []
    seconds: Amount = 0
    clean: _Predictions
    adversarial: _Predictions | None
    robust_accuracy: Share | None
    success_rate: Share | None = None
    mean_confidence_drop: Annotated[float, Field(ge=-1, le=1)] | None = None
    dead_gradients: Count
    speed: _Device

    @model_validator(mode="after")
    def _require_attack(self) -> _Result:
        figures = (self.adversarial, self.robust_accuracy)
        if self.threat_model is not None and None in figures:
            raise PydanticCustomError("attack", "should have the figures of its attack")
        return self


class _AttackedResult(_Result):
    threat_model: _ThreatModel
    success_rate: Share
    mean_confidence_drop: Annotated[float, Field(ge=-1, le=1)]


class _Spread(_Figures):
    mean_of_right: Share | None
    mean: Share
    median: Share
    largest: Share
    edges: Annotated[list[Share], Field(min_length=2, max_length=1001)]
    counts: Annotated[list[Count], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _require_a_count_between_edges(self) -> _Spread:
        if len(self.edges) != len(self.counts) + 1:
            raise PydanticCustomError("edges", "should have one edge more than counts")
        return self


class _Spreads(_Figures):
    once: _Spread
    twice: _Spread


class _Confidences(_Figures):
    clean: _Spreads
    adversarial: _Spreads | None


class _PaperResult(_Result):
    experiment: Text
    confidences: _Confidences
    libraries: dict[Text, Text]
    code_sha256: Sha256


class _Tones(_Figures):
    model: Text
    model_sha256: Sha256
    framing: Text
    images: Count
    accuracy: Share
    accuracy_by_class_and_tone: dict[Literal["without_mask", "with_mask"], dict[Text, Share]]

    @model_validator(mode="after")
    def _require_both_classes(self) -> _Tones:
        if set(self.accuracy_by_class_and_tone) != set(LABELS):
            raise PydanticCustomError("classes", "should have figures of both classes")
        return self


class _SkinTones(_Figures):
    rows: Annotated[list[_Tones], Field(max_length=1000)]


class _Interval(_Figures):
    low: Share
    high: Share


class _CertifiedShare(_Figures):
    radius: Amount
    accuracy: Share
    interval: _Interval


class _AttacksInside(_Figures):
    tried: Count
    turned: Count
    share: Share


class _AskedOf(_Figures):
    model_sha256: Sha256


class _Certified(_Figures):
    sigma: Amount
    samples: Count
    failure: Share
    images: Count
    without_certificate: Count
    certified_accuracy: Annotated[list[_CertifiedShare], Field(min_length=1, max_length=20)]
    attacks_inside: _AttacksInside
    asked: _AskedOf


_PAPER: TypeAdapter[Any] = TypeAdapter(_PaperResult)
_ATTACKED: TypeAdapter[Any] = TypeAdapter(_AttackedResult)
_SKIN_TONES: TypeAdapter[Any] = TypeAdapter(_SkinTones)
_CERTIFICATES: TypeAdapter[Any] = TypeAdapter(
    Annotated[dict[Text, _Certified], Field(max_length=100)]
)


def find_paper_fault(content: Any) -> str | None:
    """Finds the first fault of the content of one of the paper's experiments.

    Args:
        content: What the file's JSON holds.

    Returns:
        What is wrong with which field; None for a sound result.
    """
    return find_first_fault(_PAPER, content)


def find_attacked_fault(content: Any) -> str | None:
    """Finds the first fault of the content of a report under an attack.

    Args:
        content: What the file's JSON holds.

    Returns:
        What is wrong with which field; None for a sound report under an attack.
    """
    return find_first_fault(_ATTACKED, content)


def find_skin_tones_fault(content: Any) -> str | None:
    """Finds the first fault of the figures by skin tone.

    Args:
        content: What the file's JSON holds.

    Returns:
        What is wrong with which field; None for a sound file.
    """
    return find_first_fault(_SKIN_TONES, content)


def find_certificates_fault(content: Any) -> str | None:
    """Finds the first fault of the figures of certified accuracy.

    Args:
        content: What the file's JSON holds.

    Returns:
        What is wrong with which field; None for a sound file.
    """
    return find_first_fault(_CERTIFICATES, content)

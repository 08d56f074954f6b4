"""The schema of model cards: which fields a card has, and what each may hold.

Pages and commands compute with a card's figures and show its words. A card comes from a file that
anyone may have written, so its fields are checked once, here, before anything reads them. A field
may be absent where older cards lack it; what is there has to be of its kind.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from facemask_core.text import on_one_line

_LONGEST_TEXT = 20_000
_MOST_ENTRIES = 10_000
_DEEPEST = 3
_LONGEST_QUOTE = 40


def _check_text(value: Any) -> str:
    """Accepts any text, also with bytes that are no characters, which pydantic's own refuses."""
    if not isinstance(value, str):
        raise PydanticCustomError("text", "should be text")
    if len(value) > _LONGEST_TEXT:
        raise PydanticCustomError("text", f"should be at most {_LONGEST_TEXT:,} characters long")
    return value


def _check_setting(value: Any, depth: int = 0) -> Any:
    """Accepts what a training setting may be: a word, a number, or a short list of such."""
    if isinstance(value, str):
        return _check_text(value)
    if isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > 2**53:
            raise PydanticCustomError("setting", "should be a finite number of usual size")
    elif isinstance(value, list | dict):
        if depth == _DEEPEST or len(value) > _MOST_ENTRIES:
            raise PydanticCustomError("setting", "should not be so long or so deeply nested")
        for entry in value.values() if isinstance(value, dict) else value:
            _check_setting(entry, depth + 1)
    return value


def _check_sha256(value: Any) -> str:
    if not (isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value)):
        raise PydanticCustomError("sha256", "should be 64 hexadecimal digits")
    return value


Text = Annotated[str, PlainValidator(_check_text)]
Setting = Annotated[Any, PlainValidator(_check_setting)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Amount = Annotated[float, Field(ge=0, le=1e12)]
Loss = Annotated[float, Field(ge=-1e12, le=1e12)]
Sha256 = Annotated[str, PlainValidator(_check_sha256)]
Confusion = Annotated[
    list[Annotated[list[Count], Field(min_length=2, max_length=2)]],
    Field(min_length=2, max_length=2),
]


class Fields(BaseModel):
    """Fields of their own types, without conversion; any others are settings of the training."""

    model_config = ConfigDict(
        strict=True, extra="allow", allow_inf_nan=False, protected_namespaces=()
    )
    __pydantic_extra__: dict[str, Setting]


class _Split(Fields):
    sha256: Sha256
    images: Count
    without_mask: Count = 0
    with_mask: Count = 0
    skipped: Count = 0


class _Epoch(Fields):
    epoch: Count
    size: Annotated[int, Field(ge=1, le=100_000)] = 1
    loss: Loss
    accuracy: Share = 0
    val_loss: Loss = 0
    val_accuracy: Share = 0
    val_balanced_accuracy: Share = 0
    val_fgsm_accuracy: Share | None = None
    val_pgd_accuracy: Share | None = None
    catastrophic_overfitting: bool = False
    seconds: Amount = 0


History = Annotated[list[_Epoch], Field(max_length=_MOST_ENTRIES)]


class _Adversary(Fields):
    attack: Text
    epsilon: Share = 0
    steps: Count = 0


class _Recipe(Fields):
    init: Text = ""
    stage: Text = ""
    optimizer: Text | None = None
    batch_size: Count = 0
    label_smoothing: Share = 0
    adversary: _Adversary | None = None


class _ClassScores(Fields):
    precision: Share
    recall: Share
    f1_score: Share = Field(alias="f1-score")
    support: Amount


class ClassReport(Fields):
    """Precision and recall of both classes, as scikit-learn reports them."""

    without_mask: _ClassScores
    with_mask: _ClassScores
    accuracy: Share
    macro_avg: _ClassScores = Field(alias="macro avg")
    weighted_avg: _ClassScores = Field(alias="weighted avg")


class _Bin(Fields):
    lower: Share
    upper: Share
    count: Count
    mean_confidence: Share | None
    accuracy: Share | None

    @model_validator(mode="after")
    def _require_figures(self) -> _Bin:
        if self.count and (self.mean_confidence is None or self.accuracy is None):
            raise PydanticCustomError("bin", "should have figures, since it holds images")
        return self


class CalibrationFigures(Fields):
    """How well confidences agree with accuracy."""

    expected_calibration_error: Share
    brier_score: Share
    bins: list[_Bin]


class _Interval(Fields):
    low: Share
    high: Share


Intervals = dict[Text, _Interval | None]


class _Part(Fields):
    images: Count
    accuracy: Share
    intervals: Intervals = {}


class _BalancedPart(_Part):
    balanced_accuracy: Share


class _Source(_BalancedPart):
    classes: dict[Text, _Part] = {}
    masks: dict[Text, _Part] = {}


class _Speed(Fields):
    forward_ms_per_image: Amount | None
    attack_ms_per_image: Amount | None = None
    device: Text
    batch_size: Count


class _Metrics(Fields):
    accuracy: Share = 0
    balanced_accuracy: Share = 0
    confusion_matrix: Confusion = []
    report: ClassReport | None = None
    calibration: CalibrationFigures | None = None
    data_sha256: Sha256 | None = None
    intervals: Intervals = {}
    classes: dict[Text, _Part] = {}
    masks: dict[Text, _Part] = {}
    without_drawn: _BalancedPart | None = None
    sources: dict[Text, _Source] | None = None
    sources_problem: Text | None = None
    speed: _Speed | None = None
    images: Count = 0
    skipped: Count = 0


class _Cell(Fields):
    corruption: Text
    severity: Annotated[int, Field(ge=1, le=5)]
    value: Text
    images: Count
    accuracy: Share
    balanced_accuracy: Share
    interval: _Interval
    unsure: Count | None = None
    balanced_accuracy_unsure_half: Share | None = None


class _Corruptions(Fields):
    data_sha256: Sha256
    images: Count
    clean_balanced_accuracy: Share
    mean_balanced_accuracy: Share
    clean_unsure: Count | None = None
    unsure_below: Share | None = None
    cells: Annotated[list[_Cell], Field(min_length=1, max_length=_MOST_ENTRIES)]


class _Ancestor(Fields):
    name: Text
    weights_sha256: Sha256
    initial_weights: Text
    command: Text
    recipe: _Recipe
    data: dict[Text, _Split]
    history: History


class _Card(Fields):
    model_config = ConfigDict(extra="forbid")

    name: Text
    backbone: Text
    weights_sha256: Sha256
    initial_weights: Text
    data: dict[Text, _Split]
    recipe: _Recipe
    command: Text
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    history: History
    metrics: dict[Text, _Metrics]
    versions: dict[Text, Text]
    classes: Any = None
    input_size: Any = None
    notes: Text = ""
    corruptions: _Corruptions | None = None
    ancestors: list[_Ancestor] = []
    unsure_below: Share | None = None


_CARD: TypeAdapter[Any] = TypeAdapter(_Card)
_HISTORY: TypeAdapter[Any] = TypeAdapter(History)


def find_fault(content: Any) -> str | None:
    """Finds the first fault of a card's content.

    Args:
        content: What the card's JSON holds.

    Returns:
        What is wrong with which field, such as ``its field seed should be a valid integer and is
        'x'``; None for a sound card.
    """
    return find_first_fault(_CARD, content)


def find_history_fault(content: Any) -> str | None:
    """Finds the first fault of a training history, which an unfinished run keeps beside its state.

    Args:
        content: What its JSON holds.

    Returns:
        What is wrong with which field; None for a sound history.
    """
    return find_first_fault(_HISTORY, content)


def find_first_fault(schema: TypeAdapter[Any], content: Any) -> str | None:
    """Finds the first fault of a file's content.

    Args:
        schema: What the file should hold.
        content: What its JSON holds.

    Returns:
        What is wrong with which field; None for sound content.
    """
    try:
        schema.validate_python(content)
    except ValidationError as error:
        return _describe(error.errors(include_url=False, include_context=False)[0])
    return None


def _describe(error: ErrorDetails) -> str:
    field = on_one_line(".".join(map(str, error["loc"])))[:100]
    if error["type"] == "missing":
        return f"its field {field} is missing"
    if error["type"] == "extra_forbidden":
        return f"its field {field} is unknown to this lab"
    wish = "should be an object" if error["type"] == "model_type" else error["msg"]
    wish = wish.removeprefix("Input ")
    if not field:
        return f"it {wish.replace('dictionary', 'object')}"
    return f"its field {field} {wish} and is {_quote(error['input'])}"


def _quote(value: Any) -> str:
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    quoted = on_one_line(repr(value))
    return quoted if len(quoted) <= _LONGEST_QUOTE else f"{quoted[:_LONGEST_QUOTE]}…"

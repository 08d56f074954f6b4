"""A model's inspection card: what the model is, how it is used, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from facemask_core.labels import LABELS
from facemask_core.models.checkpoints import Card

if TYPE_CHECKING:
    from facemask_core.models.foreign.opening import ForeignModel
    from facemask_core.models.foreign.trial import Outcome

_MOST_TIES = 4


@dataclass(frozen=True)
class InspectionCard:
    """What was found and measured of a model, fit for JSON.

    Attributes:
        model: The model's name.
        model_sha256: The hash that identifies it and how it is used.
        found: How it is used, as :func:`describe_use` writes it; None for a model of the lab's own.
        parts: What each part measured, by the part's name, in the order of measuring.
        own_data: What somebody's own photographs are called; empty without any.
        device: Where it was computed.
        seconds: How long that took.
        versions: What computed it.
    """

    model: str
    model_sha256: str
    found: dict[str, Any] | None = None
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    own_data: str = ""
    device: str = ""
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The card, fit for JSON."""
        return asdict(self)


def make_card(
    card: Card,
    found: Mapping[str, Any] | None,
    parts: Mapping[str, dict[str, Any]],
    *,
    own_data: str = "",
    seconds: float = 0.0,
) -> InspectionCard:
    """Gathers a card.

    Args:
        card: The card that the model came with.
        found: How it is used, from :func:`describe_use`; None for a model of the lab's own.
        parts: What each part measured.
        own_data: What somebody's own photographs are called.
        seconds: How long all of it took.
    """
    from facemask_core import backend, versions

    return InspectionCard(
        model=card.name,
        model_sha256=card.weights_sha256,
        found=None if found is None else dict(found),
        parts=dict(parts),
        own_data=own_data,
        device=backend.device().name,
        seconds=round(seconds, 1),
        versions=versions.package_versions(),
    )


def describe_use(opened: ForeignModel) -> dict[str, Any]:
    """Describes how a model of somebody else's is used, and how sure that is.

    Args:
        opened: The model.

    Returns:
        The ``best`` way with its ``scale``, ``colours``, ``height``, ``width``, ``classes``, what
        was ``right`` and how portraits were cut (``frame``); its ``lead`` in standard errors, None
        where nothing else was tried; ``ties``; what settled others (``settled_by``), and whether
        that was the network's own statistics (``by_statistics``); and what its end and its layers
        are.
    """
    finding, family = opened.finding, opened.family
    lead = finding.lead
    return {
        "file_version": opened.card.versions.get("keras", ""),
        "best": _describe_way(finding.best) | {"frame": finding.best.frame},
        "portraits": finding.portraits,
        "lead": round(lead, 2) if abs(lead) < float("inf") else None,
        "ties": [_describe_way(it) for it in finding.ties[:_MOST_TIES]],
        "settled_by": list(finding.settled_by),
        "by_statistics": finding.by_statistics,
        "doubtful": finding.is_doubtful,
        "activations": list(opened.head.activations),
        "double_softmax": opened.head.activations.count("softmax") > 1
        or opened.head.trained_through_softmax,
        "class_names": list(opened.class_names),
        "family": None if family is None else family.title,
        "agrees": family is not None and finding.best.usage == (family.pixels, family.colours),
    }


def _describe_way(way: Outcome) -> dict[str, Any]:
    preparation = way.preparation
    return {
        "scale": preparation.scale,
        "colours": preparation.colours,
        "height": preparation.height,
        "width": preparation.width,
        "classes": [LABELS[meaning] for meaning in way.meanings],
        "right": way.accuracy,
    }

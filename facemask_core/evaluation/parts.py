"""The figures of parts of a dataset: of each class, each source, and of real and drawn masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.ensemble import WRONG_BEFORE
from facemask_core.data.provenance import Origin
from facemask_core.evaluation import confidence_intervals
from facemask_core.evaluation.confidence_intervals import Interval
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK

REAL, DRAWN = "real", "drawn"
"""The kinds of masks: worn before the camera, or painted onto the photograph by a program."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What a model and an attack made of each image, one entry an image.

    Attributes:
        labels: int64 (n,), true classes.
        right: bool (n,), classed rightly before the attack.
        robust: bool (n,), classed rightly before the attack and after it; None for a clean run.
        countable: bool (n,), the images that count for the success rate; None for a clean run.
        fooled: bool (n,), classed wrongly after the attack; None for a clean run.
        unsure: bool (n,), where the model is unsure before the attack; None where it is not known.
        unsure_attacked: bool (n,), where it is unsure after the attack; None for a clean run too.
        felled_by: (n,), which of several attacks in turn felled each image; None where there was
            one attack or none.
    """

    labels: NDArray[np.int64]
    right: NDArray[np.bool_]
    robust: NDArray[np.bool_] | None = None
    countable: NDArray[np.bool_] | None = None
    fooled: NDArray[np.bool_] | None = None
    unsure: NDArray[np.bool_] | None = None
    unsure_attacked: NDArray[np.bool_] | None = None
    felled_by: NDArray[np.str_] | None = None

    @property
    def successes(self) -> NDArray[np.bool_] | None:
        """Of the images that count for the success rate, whether the attack succeeds."""
        if self.fooled is None or self.countable is None:
            return None
        return self.fooled[self.countable]

    def select(self, rows: NDArray[np.bool_]) -> Outcomes:
        """Selects some of the images.

        Args:
            rows: bool (n,), True for the images to select.
        """
        parts = (getattr(self, field.name) for field in fields(self))
        return Outcomes(*(None if part is None else part[rows] for part in parts))  # type: ignore[arg-type]

    def figures(self) -> dict[str, Any]:
        """The figures of these images, fit for JSON.

        Returns:
            ``images``, ``accuracy`` before the attack, with an attack ``robust_accuracy`` and
            ``success_rate``, and their ``intervals`` by name. The success rate is None where no
            image counts for it. Where it is known, on how many images the model is ``unsure``, and
            with an attack ``unsure_attacked``. Where several attacks were made in turn,
            ``felled_by``: how many images each of them felled.
        """
        doubts = {"unsure": self.unsure, "unsure_attacked": self.unsure_attacked}
        shares = {"accuracy": self.right}
        if self.robust is not None and self.successes is not None:
            shares |= {"robust_accuracy": self.robust, "success_rate": self.successes}
        return {
            "images": len(self.labels),
            **{name: int(hits.sum()) for name, hits in doubts.items() if hits is not None},
            **{name: float(hits.mean()) if len(hits) else None for name, hits in shares.items()},
            **({} if self.felled_by is None else {"felled_by": count_felled(self.felled_by)}),
            "intervals": {
                name: _as_dict(confidence_intervals.bound_proportion(hits))
                for name, hits in shares.items()
            },
        }

    def balanced_figures(self) -> dict[str, Any]:
        """The figures of :meth:`figures`, and the means of both classes' shares beside them.

        Returns:
            With ``balanced_accuracy`` and, with an attack, ``balanced_robust_accuracy``: large
            classes do not outweigh small ones in these.
        """
        figures = self.figures()
        shares = {"balanced_accuracy": self.right, "balanced_robust_accuracy": self.robust}
        for name, hits in shares.items():
            if hits is None:
                continue
            groups = [hits[self.labels == label] for label in np.unique(self.labels)]
            figures[name] = float(np.mean([group.mean() for group in groups])) if groups else None
            interval = confidence_intervals.bound_mean_of_proportions(groups)
            figures["intervals"][name] = _as_dict(interval)
        return figures


def count_felled(felled_by: NDArray[np.str_]) -> dict[str, int]:
    """Counts the images that each of several attacks felled, in alphabetical order.

    Args:
        felled_by: (n,), the attacks' names. Images that withstood all of them, and those that the
            model classes wrongly without an attack, are left out.
    """
    names, counts = np.unique(felled_by, return_counts=True)
    felled = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return {name: count for name, count in felled.items() if name not in ("", WRONG_BEFORE)}


def _as_dict(interval: Interval | None) -> dict[str, Any] | None:
    return None if interval is None else interval.as_dict()


def measure_parts(
    outcomes: Outcomes, paths: Sequence[str], origins: Mapping[str, Origin]
) -> dict[str, Any]:
    """Measures each class and each kind of mask, and what remains without drawn masks.

    Args:
        outcomes: What became of the images.
        paths: The images' paths, in the same order.
        origins: Where they come from, by path, as far as it is known.

    Returns:
        ``classes``: figures by class. ``masks``: figures of the masked images by kind of mask,
        :data:`REAL` or :data:`DRAWN`; empty where no manifest tells them apart.
        ``without_drawn``: figures of all images but those with drawn masks; None where there is no
        image with a real mask. Masks of an unknown kind count for neither.
    """
    kinds = _list_kinds(outcomes, paths, origins)
    with_real = (outcomes.labels == WITHOUT_MASK) | (kinds == REAL)
    return _measure_classes(outcomes, kinds) | {
        "without_drawn": (
            outcomes.select(with_real).balanced_figures() if (kinds == REAL).any() else None
        )
    }


def measure_sources(
    outcomes: Outcomes, paths: Sequence[str], origins: Mapping[str, Origin]
) -> dict[str, dict[str, Any]]:
    """Measures each source alone, in alphabetical order; images without one are left out.

    Args:
        outcomes: What became of the images.
        paths: The images' paths, in the same order.
        origins: Where they come from, by path, as far as it is known.

    Returns:
        Balanced figures by the source's name, each with ``classes`` and ``masks`` as
        :func:`measure_parts` gives them.
    """
    sources = [origins.get(path, Origin()).source for path in paths]
    kinds = _list_kinds(outcomes, paths, origins)
    figures = {}
    for name in sorted(set(sources) - {""}):
        rows = np.array([source == name for source in sources])
        part = outcomes.select(rows)
        figures[name] = part.balanced_figures() | _measure_classes(part, kinds[rows])
    return figures


def _list_kinds(
    outcomes: Outcomes, paths: Sequence[str], origins: Mapping[str, Origin]
) -> NDArray[np.object_]:
    """Lists the kind of mask of each image; empty where it has none, or its kind is not known."""
    names = {True: DRAWN, False: REAL, None: ""}
    kinds = [names[origins.get(path, Origin()).drawn] for path in paths]
    return np.where(outcomes.labels == WITH_MASK, np.array(kinds, dtype=object), "")


def _measure_classes(outcomes: Outcomes, kinds: NDArray[np.object_]) -> dict[str, Any]:
    """Measures each class that occurs, and each kind of mask that does."""
    classes = {name: outcomes.labels == label for label, name in enumerate(LABELS)}
    masks = {kind: kinds == kind for kind in (REAL, DRAWN)}
    return {
        key: {name: outcomes.select(rows).figures() for name, rows in parts.items() if rows.any()}
        for key, parts in (("classes", classes), ("masks", masks))
    }


@dataclass(frozen=True)
class Part:
    """One part of a dataset and its figures.

    Attributes:
        source: Name of its source; empty for all of them together.
        name: Which of the images, such as ``with mask, real``.
        figures: As :meth:`Outcomes.figures` gives them.
    """

    source: str
    name: str
    figures: Mapping[str, Any]


def list_parts(record: Mapping[str, Any]) -> Iterator[Part]:
    """Lists the parts of a record, those of all sources together first.

    Masked images whose kinds are known stand as one part a kind. Records from before parts were
    measured have none.

    Args:
        record: A report's or a card's figures, with ``classes`` and ``masks``, and ``sources``.
    """
    yield from _list_classes("", record)
    for source, figures in (record.get("sources") or {}).items():
        yield from _list_classes(source, figures)


def _list_classes(source: str, record: Mapping[str, Any]) -> Iterator[Part]:
    masks = record.get("masks") or {}
    for name, figures in (record.get("classes") or {}).items():
        words = name.replace("_", " ")
        apart = masks if name == LABELS[WITH_MASK] else {}
        for kind, share in apart.items():
            yield Part(source, f"{words}, {kind}", share)
        if sum(share["images"] for share in apart.values()) < figures["images"]:
            yield Part(source, words, figures)

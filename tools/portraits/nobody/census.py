"""Counts what a range of seeds holds, without rendering it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nobody.traits import Traits


def census(people: Iterable[Traits]) -> dict[str, Counter[str]]:
    """Counts people by each trait that a balanced set should spread."""
    counts: dict[str, Counter[str]] = {}
    for person in people:
        for trait, value in _what_counts(person).items():
            counts.setdefault(trait, Counter())[value or "none"] += 1
    return counts


def _what_counts(person: Traits) -> dict[str, str]:
    return {
        "class": person.label,
        "Monk tone": f"{person.monk_tone:02d}",
        "age": person.age_group,
        "hair": person.hair.name.lower().replace("_", " "),
        "headwear": person.headwear.value,
        "glasses": person.glasses.value,
        "beard": person.beard.value,
        "mask": person.mask.value,
        "mask pattern": person.mask_pattern.value,
        "confuser": person.confuser.value,
        "expression": person.expression.value,
        "light": person.light.value,
    }

"""A card as sections of sentences and tables, which a printed page and the lab's pages share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from facemask_core.epsilons import LINF
from facemask_core.inspection.card import InspectionCard
from facemask_core.inspection.measuring import LEVEL
from facemask_core.inspection.words import Words
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK

_LEVELS = (0, 1, 2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Section:
    """A part of the card as people read it.

    Attributes:
        title: Its heading.
        lead: Sentences before the table.
        head: The table's heads; empty for no table.
        rows: Its cells, row by row.
        notes: Sentences after it.
    """

    title: str
    lead: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def write_headline(card: InspectionCard, words: Words) -> str:
    """Writes the one sentence to remember; empty before it is measured."""
    clean, attacked = card.parts.get("clean"), card.parts.get("pgd")
    if clean is None or attacked is None:
        return ""
    return words.say(
        "headline",
        clean=words.percent(clean["accuracy"]),
        images=clean["images"],
        epsilon=LINF.write(LEVEL),
        robust=words.percent(attacked["robust_accuracy"]),
        attacked=attacked["images"],
    )


def list_sections(card: InspectionCard, words: Words) -> list[Section]:
    """Lists the sections of what has been found and measured so far.

    Args:
        card: The card.
        words: How it speaks.
    """
    return [
        describe_use(card, words),
        *_describe_clean(card, words),
        *_describe_attacks(card, words),
        *_describe_search(card.parts.get("smallest"), words),
        *_describe_dangers(card.parts.get("corruptions"), words),
        *_describe_checks(card.parts.get("checks"), words),
    ]


def describe_use(card: InspectionCard, words: Words, *, lists_ties: bool = True) -> Section:
    """Describes how the model is used, and how sure that is.

    Args:
        card: The card.
        words: How it speaks.
        lists_ties: Whether to list what did as well, where nothing else does.
    """
    say, found = words.say, card.found
    if found is None:
        return Section(say("use"), [say("use_of_own")])
    best = found["best"]
    rows = [
        [say("classes"), _write_classes(found, words)],
        [say("pixels"), best["scale"]],
        [say("colours"), best["colours"]],
        [say("size"), f"{best['height']} x {best['width']}"],
        [say("frame"), say(f"frame_{best['frame']}")],
        [say("end"), _write_end(found, words)],
    ]
    if found["family"]:
        key = "layers_agree" if found["agrees"] else "layers_of"
        rows.append([say("layers"), say(key, family=found["family"])])
    rows.append([say("right", portraits=found["portraits"]), words.percent(best["right"])])
    notes = _write_doubts(found, words, lists_ties=lists_ties)
    return Section(say("use"), [], [say("what"), say("found")], rows, notes)


def _write_classes(found: Mapping[str, Any], words: Words) -> str:
    classes, names = found["best"]["classes"], found["class_names"]
    text = ", ".join(map(words.name_class, classes))
    if len(classes) == 1:
        text = words.say("one_score", name=text)
    called = ", ".join(name[:40] for name in names)
    return words.say("called", classes=text, names=called) if called else text


def _write_end(found: Mapping[str, Any], words: Words) -> str:
    if not found["activations"]:
        return words.say("end_plain")
    return words.say("end_off", activations=", ".join(found["activations"]))


def _write_doubts(found: Mapping[str, Any], words: Words, *, lists_ties: bool) -> list[str]:
    """Writes how sure the way of using it is, and what is odd about its end."""
    say, notes = words.say, []
    if found["double_softmax"]:
        notes.append(say("double_softmax"))
    if found["doubtful"]:
        notes.append(say("doubtful"))
    elif found["ties"]:
        ties = "; ".join(write_way(way, words) for way in found["ties"])
        notes += [say("ties", ties=ties)] if lists_ties else []
    elif found.get("settled_by"):
        reasons = (say(f"settled_{it}") for it in found["settled_by"])
        even = say("even", lead=f"{abs(found['lead'] or 0):.1f}")
        notes.append(" ".join([even, *reasons]))
    elif found["lead"] is None:
        notes.append(say("sole"))
    else:
        notes.append(say("lead", lead=f"{found['lead']:.1f}"))
    return notes


def write_way(way: Mapping[str, Any], words: Words) -> str:
    """Writes a way to use a model in a few words."""
    classes = "/".join(map(words.name_class, way["classes"]))
    return words.say("tie", scale=way["scale"], colours=way["colours"], classes=classes)


def _list_data(card: InspectionCard, words: Words) -> dict[str, str]:
    """Lists the prefixes of what was measured on each dataset, and the datasets' names."""
    return {"": words.say("portraits")} | ({"own_": card.own_data} if card.own_data else {})


def _describe_clean(card: InspectionCard, words: Words) -> Iterator[Section]:
    say, rows, notes = words.say, [], [words.say("on_portraits")]
    for prefix, name in _list_data(card, words).items():
        figures = card.parts.get(f"{prefix}clean")
        if figures is None:
            continue
        classes = figures["classes"]
        rows.append(
            [
                name,
                str(figures["images"]),
                _write_share(figures, "balanced_accuracy", words),
                *(
                    _write_share(classes.get(LABELS[label], {}), "accuracy", words)
                    for label in (WITHOUT_MASK, WITH_MASK)
                ),
            ]
        )
        rows += _list_kinds(name, figures, words)
        if figures["skipped"]:
            notes.append(say("skipped", count=figures["skipped"]))
    heads = ("photographs", "images", "balanced", "class_without_mask", "class_with_mask")
    if rows:
        yield Section(say("clean"), [], [say(key) for key in heads], rows, notes)


def _list_kinds(name: str, figures: Mapping[str, Any], words: Words) -> Iterator[list[str]]:
    """Lists real and drawn masks apart, where a manifest tells them apart."""
    counting = figures["without_drawn"]
    if counting:
        share = _write_share(counting, "balanced_accuracy", words)
        yield [f"{name}, {words.say('without_drawn')}", str(counting["images"]), share, "", ""]
    for kind, part in figures["masks"].items():
        share = _write_share(part, "accuracy", words)
        yield [f"{name}, {words.say(f'{kind}_masks')}", str(part["images"]), "", "", share]


def _describe_attacks(card: InspectionCard, words: Words) -> Iterator[Section]:
    say, rows, notes = words.say, [], list[str]()
    for prefix, name in _list_data(card, words).items():
        for attack in ("fgsm", "pgd"):
            figures = card.parts.get(f"{prefix}{attack}")
            if figures is None:
                continue
            cells = [attack.upper(), name, str(figures["images"])]
            shares = (
                _write_share(figures, key, words) for key in ("robust_accuracy", "success_rate")
            )
            rows.append([*cells, *shares])
            rows += _list_attacked_kinds(cells, figures, words)
            stated = words.describe_attack(figures["threat_model"])
            line = say("stated", threat_model=stated)
            notes += [line] if line not in notes else []
            if figures["dead_gradients"]:
                notes.append(say("dead", count=figures["dead_gradients"]))
    heads = ("attack", "photographs", "images", "robust", "fooled")
    if rows:
        title = say("attacked", epsilon=LINF.write(LEVEL))
        yield Section(title, [], [say(key) for key in heads], rows, notes)


def _list_attacked_kinds(
    cells: list[str], figures: Mapping[str, Any], words: Words
) -> Iterator[list[str]]:
    attack, name, _ = cells
    for kind, part in figures["masks"].items():
        shares = [_write_share(part, key, words) for key in ("robust_accuracy", "success_rate")]
        yield [attack, f"{name}, {words.say(f'{kind}_masks')}", str(part["images"]), *shares]


def _describe_search(found: Mapping[str, Any] | None, words: Words) -> Iterator[Section]:
    if found is None:
        return
    say, median = words.say, found["median_level"]
    key = "no_median" if median is None else "median"
    epsilon = LINF.write(found["largest_level"] if median is None else int(median))
    counts = {"images": found["images"], "wrong": found["wrong_before"]}
    rows = [
        [
            LINF.write(level),
            _write_interval(found["robust_accuracy"][level], found["intervals"][level], words),
        ]
        for level in _LEVELS
        if level <= found["largest_level"]
    ]
    notes = [
        say("stated", threat_model=words.describe_attack(found["threat_model"])),
        *([say("dead", count=found["dead_gradients"])] if found["dead_gradients"] else []),
    ]
    lead = [say(key, epsilon=epsilon, **counts)]
    yield Section(say("smallest"), lead, [say("epsilon"), say("standing")], rows, notes)


def _describe_dangers(table: Mapping[str, Any] | None, words: Words) -> Iterator[Section]:
    if table is None:
        return
    say = words.say
    lead = say(
        "dangers_mean",
        images=table["images"],
        mean=words.percent(table["mean_balanced_accuracy"]),
        clean=words.percent(table["clean_balanced_accuracy"]),
    )
    rows = [
        [
            words.name_corruption(row["corruption"]),
            *(
                say(
                    "cell",
                    share=words.percent(cell["balanced_accuracy"]),
                    value=words.write_value(row["corruption"], cell["value"]),
                )
                for cell in row["cells"]
            ),
        ]
        for row in table["rows"]
    ]
    heads = [say(key) for key in ("danger", "mild", "middling", "severe")]
    yield Section(say("dangers"), [lead], heads, rows)


def _describe_checks(table: Mapping[str, Any] | None, words: Words) -> Iterator[Section]:
    if table is None:
        return
    say = words.say
    stated = words.describe_attack(table["threat_model"])
    rows = [
        [
            say(f"question_{row['check']}"),
            say(f"status_{row['status']}"),
            *([row["sentence"]] if words.has_findings else []),
        ]
        for row in table["rows"]
    ]
    heads = ["check", "status", *(["finding"] if words.has_findings else [])]
    lead = say("checks_lead", images=table["images"], threat_model=stated)
    yield Section(say("checks"), [lead], [say(key) for key in heads], rows)


def _write_share(figures: Mapping[str, Any], key: str, words: Words) -> str:
    interval = figures.get("intervals", {}).get(key)
    return _write_interval(figures.get(key), interval, words)


def _write_interval(share: float | None, interval: Mapping[str, float] | None, words: Words) -> str:
    if share is None:
        return "–"
    if interval is None:
        return words.percent(share)
    low, high = (words.percent(interval[end]) for end in ("low", "high"))
    return words.say("interval", share=words.percent(share), low=low, high=high)

"""A stranger's file becomes a model of the lab: pixels to two logits, and a card."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from facemask_core.backend import keras
from facemask_core.errors import ForeignQuestionError
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import Card
from facemask_core.models.foreign import (
    architecture,
    class_names,
    families,
    heads,
    network,
    packages,
    reader_process,
    trial,
)
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.content import FileContent, refuse
from facemask_core.models.foreign.families import Family
from facemask_core.models.foreign.heads import WORN_WRONGLY, Head
from facemask_core.models.foreign.preparation import Preparation, list_preparations
from facemask_core.models.foreign.ties import CONVENTION, FRONT, STATISTICS
from facemask_core.models.foreign.trial import Finding
from facemask_core.pictures.images import INPUT_SIZE

BACKBONE = "foreign"
"""What stands on a card in place of a backbone of the registry."""
_REASONS = {
    FRONT: "What the file does with its pixels first takes these.",
    STATISTICS: "What its layers keep of their training fits these.",
    CONVENTION: "They answer alike, and these are the usual ones; say it if you know better.",
}
_SIZES = (224, 160, 128, 299)
"""Tried where the file leaves the size open."""


@dataclass(frozen=True, eq=False)
class ForeignModel:
    """A model of somebody else's, ready to be judged and attacked like any other.

    Attributes:
        model: float32 pixels (n, 224, 224, 3) in [0, 1] to logits (n, 2).
        card: What it is and what was found.
        finding: How it is used, by how much that leads, and what does as well.
        head: What stood at its end.
        class_names: What its classes are called beside it, or by the user; empty for nothing.
        family: The published network whose layers it has; None where it is none of those known.
        leaves_size_open: Whether its file takes pictures of any size.
    """

    model: keras.Model
    card: Card
    finding: Finding
    head: Head
    class_names: tuple[str, ...] = ()
    family: Family | None = None
    leaves_size_open: bool = False


def is_foreign(card: Card) -> bool:
    """Tells whether a card is that of somebody else's model."""
    return card.backbone == BACKBONE


def open_model(path: Path, choices: Choices | None = None) -> ForeignModel:
    """Reads a Keras or ONNX file, builds its model, and finds out how it wants to be used.

    Args:
        path: A ``.h5`` file of Keras 2 or 3, a ``.keras`` or ``.onnx`` file, or a zip with one;
            class names are read from a ``labels.txt`` beside it.
        choices: What the user says of it; what is left open is found by trying.

    Raises:
        ForeignModelError: The file cannot be used; the message says which layer, and what to do.
        ForeignQuestionError: It has three classes, and nobody says where a mask worn wrongly
            counts.
    """
    if packages.is_zip_of_files(path):
        with TemporaryDirectory() as folder:
            package = packages.find_package({path.name: path.read_bytes()})
            return open_model(packages.unpack(package, Path(folder)), choices)
    choices = choices or Choices()
    content = reader_process.read(path)
    plan, head = heads.take_off(architecture.parse(content), content.training)
    built = network.build_network(plan, content, choices.size)
    scores = heads.count_scores(built)
    names = choices.classes or tuple(class_names.read_beside(path))
    meanings = _list_meanings(scores, names, choices)
    family = families.recognise(plan)
    usual = None if family is None else (family.pixels, family.colours)
    is_open = None in plan.input_shape[:2]
    finding = trial.find(built, _list_preparations(built, choices), meanings, usual)
    if is_open and choices.size is None:
        built, finding = _find_size(plan, content, finding)
    best = finding.best
    notes = (
        f"Read from {path.name}, of {content.origin[:60]}.",
        head.describe(scores),
        *_describe(finding, names, family),
    )
    card = Card(
        name=_name(path),
        backbone=BACKBONE,
        weights_sha256=_identify(path, best.preparation, best.meanings),
        initial_weights="unknown",
        data={},
        recipe={},
        command="",
        seed=0,
        history=[],
        metrics={},
        versions={"keras": content.version[:40]},
        notes=" ".join(notes),
    )
    model = _assemble(built, best.preparation, best.meanings)
    return ForeignModel(model, card, finding, head, names, family, is_open)


def _list_meanings(scores: int, names: tuple[str, ...], choices: Choices) -> list[tuple[int, ...]]:
    """Lists what the scores may mean, as far as names and choices leave it open."""
    known = class_names.read_meanings(names)
    if known is not None and len(known) != max(scores, 2):
        if choices.classes:
            raise refuse(
                f"The model has {max(scores, 2)} classes, and {len(known)} names are given",
                "name each of them in the model's order",
            )
        known = None
    if scores > len(LABELS) and choices.worn_wrongly is None:
        raise ForeignQuestionError(
            "This model has three classes; say whether a mask worn wrongly counts as with_mask or "
            "as without_mask."
        )
    if known is None:
        return heads.list_meanings(scores, choices.worn_wrongly)
    if scores == 1:
        return [(known[1],)]  # a single score speaks for the second class
    third = choices.worn_wrongly
    return [tuple(third if it == WORN_WRONGLY and third is not None else it for it in known)]


def _list_preparations(built: keras.Model, choices: Choices) -> list[Preparation]:
    listed = list_preparations(*built.input_shape[1:])
    kept = [
        it
        for it in listed
        if choices.pixels in {None, it.scale}
        and (choices.colours in {None, it.colours} or it.colours == "grey")
    ]
    if not kept:
        raise refuse(
            "The model takes grey pictures, whose pixels have no means of three colours",
            "choose other pixels for it",
        )
    return kept


def _find_size(
    plan: architecture.Architecture, content: FileContent, first: Finding
) -> tuple[keras.Model, Finding]:
    """Tries other sizes in the way that was best at the first one."""
    best, found = None, first
    for size in _SIZES:
        built = network.build_network(plan, content, size)
        way = first.best.preparation
        rows, columns = built.input_shape[1:3]
        other = Preparation(way.scale, way.colours, rows, columns)
        finding = trial.find(built, [other], [first.best.meanings])
        if best is None or finding.best.score > found.best.score:
            best, found = built, replace(first, best=finding.best)
    return best, found


def _assemble(
    built: keras.Model, preparation: Preparation, meanings: tuple[int, ...]
) -> keras.Model:
    pixels = keras.Input((INPUT_SIZE, INPUT_SIZE, 3), dtype="float32", name="pixels")
    model = keras.Model(pixels, heads.join(built(preparation.apply(pixels)), meanings))
    model.trainable = False
    return model


def _describe(finding: Finding, names: tuple[str, ...], family: Family | None) -> list[str]:
    best = finding.best
    meanings = best.meanings
    said = ", ".join(LABELS[it] for it in meanings)
    sentences = [
        f"Found on {finding.portraits} portraits: {best.preparation.describe()}; "
        + (f"its score speaks for {said}" if len(meanings) == 1 else f"its classes are {said}")
        + f"; {100 * best.accuracy:.0f} % of the portraits are right so.",
    ]
    if names:
        sentences.append(f"Its class names are {', '.join(name[:40] for name in names)}.")
    decided = family is not None and best.usage == (family.pixels, family.colours)
    if family is not None:
        agrees = "agrees" if decided else f"takes {family.pixels}, {family.colours}"
        sentences.append(f"Its layers are those of {family.title}, which as published {agrees}.")
    if best.frame == "whole":
        sentences.append("It does better on whole portraits than on pictures cut to the face.")
    if finding.is_doubtful:
        sentences.append(
            "No way of using it was much better than chance, so the lab cannot tell which output "
            "means a mask; it may be no detector of masks, or want something else."
        )
    elif finding.ties:
        ties = "; ".join(
            f"{it.preparation.scale} {it.preparation.colours}, "
            f"{'/'.join(LABELS[one] for one in it.meanings)}"
            for it in finding.ties[:4]
        )
        sentences.append(f"As good within chance: {ties}. If you know which is right, say it.")
    elif finding.settled_by:
        sentences += [
            "Other ways do as well within chance: the next differs by "
            f"{abs(finding.lead):.1f} standard errors.",
            *(_REASONS[it] for it in finding.settled_by),
        ]
    else:
        sentences.append(f"It leads the next way by {finding.lead:.1f} standard errors.")
    return sentences


def _name(path: Path) -> str:
    """Makes a model's name of a file's, in which nothing is Markdown, HTML or a link."""
    words = re.findall(r"[^\W_]+", path.stem)
    name = "-".join(words)[:48].strip("-") or "model"
    return f"{name}-file" if name in checkpoints.available() else name


def _identify(path: Path, preparation: Preparation, meanings: tuple[int, ...]) -> str:
    """Hashes a file with how it is used: with other pixels or classes it answers otherwise."""
    used = f"{checkpoints.sha256(path)} {preparation.describe()} {meanings}"
    return hashlib.sha256(used.encode()).hexdigest()

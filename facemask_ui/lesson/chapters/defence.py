"""Chapter 7: a defence against an attacker who knows it, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from facemask_core import defences
from facemask_core.data import groupings
from facemask_core.epsilons import LEVELS
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.confidence_intervals import bound_proportion
from facemask_core.evaluation.parts import DRAWN, REAL
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import LABELS, WITHOUT_MASK
from facemask_core.models import published
from facemask_core.models.classifier import Classifier
from facemask_ui.base import charts, messages
from facemask_ui.choices import models
from facemask_ui.lab import sample_stage
from facemask_ui.language.texts import Texts
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.visitors.shared_cache import compute_once

_JPEG = defences.make("jpeg", quality=20)
"""Strong enough that washing undoes an attack that does not plan for it."""
_ENDS = ("low", "high")
_KINDS = {REAL: "real", DRAWN: "drawn"}
_WHOLE = "whole"
"""The framing of the published figures in which the model sees the whole picture."""


@dataclass(frozen=True)
class DefenceVerdicts:
    """Verdicts on the attacked face.

    Attributes:
        bare: The first model's.
        naive: The same model's behind JPEG, on the same picture.
        adaptive: Behind JPEG, on a picture whose attack knows of JPEG.
        twin: The robust twin's, on a picture made against the twin itself.
    """

    bare: Verdict
    naive: Verdict
    adaptive: Verdict
    twin: Verdict


class Defence(Chapter[DefenceVerdicts]):
    """Four bars under attack, then the price in two tables."""

    name = "defence"
    minutes = 4
    sample = subjects.BARE
    formula = (
        r"\min_\theta \; \mathbb{E}_{(x, y)} \Big[ \max_{\|\delta\|_\infty \leq \varepsilon} "
        r"J(\theta, x + \delta, y) \Big]"
    )

    @property
    def query(self) -> dict[str, str]:
        twin = _find_twin()
        return {"model": twin, "sample": subjects.BARE, "attack": "pgd",
                "epsilon": str(subjects.STRONG)}  # fmt: skip

    def write_constants(self, texts: Texts) -> dict[str, str]:
        return {"level": str(subjects.STRONG), "steps": str(subjects.STEPS)}

    def measure(self) -> DefenceVerdicts:
        classifier, twin = subjects.load_classifier(), models.load(_find_twin(), to_attack=True)
        weights = (classifier.card.weights_sha256, twin.card.weights_sha256)
        return _measure(weights, classifier, twin)

    def pick_answers(self, result: DefenceVerdicts) -> tuple[int, ...]:
        label = subjects.read_label(subjects.BARE)
        holds = (result.adaptive.label == label, result.twin.label == label)
        return ([(True, False), (False, True), (True, True), (False, False)].index(holds),)

    def write_figures(self, texts: Texts, result: DefenceVerdicts) -> dict[str, str]:
        label = subjects.read_label(subjects.BARE)
        return {
            name: f"**{texts.percent(verdict.probabilities[label])}**"
            for name, verdict in vars(result).items()
            if name != "bare"
        }

    def draw(self, texts: Texts, result: DefenceVerdicts) -> None:
        rows = {self.say(texts, name): verdict for name, verdict in vars(result).items()}
        charts.draw_probabilities(rows, key="defended", title=self.say(texts, "alt"))

    def draw_more(self, texts: Texts) -> None:
        st.subheader(self.say(texts, "slider"), anchor=False)
        sample_stage.show_sample_stage(subjects.BARE, _find_twin(), key="defence")
        st.subheader(self.say(texts, "price"), anchor=False)
        with messages.show_errors():  # a damaged file of figures costs these tables alone
            self._draw_price(texts)

    def _draw_price(self, texts: Texts) -> None:
        price = write_cost(texts)
        if price is None:
            st.caption(self.say(texts, "unpublished"))
            return
        st.markdown(self.say(texts, "cost", **price))
        st.table(tabulate_accuracies(texts), hide_index=True)
        if (caution := warn_of_other_photographs(texts)) is not None:
            st.caption(caution)
        if (uneven := describe_weakest(texts)) is not None:
            st.markdown(uneven)
        st.caption(self.say(texts, "tones_caption"))
        st.table(tabulate_tones(texts), hide_index=True)


def write_cost(texts: Texts) -> dict[str, str] | None:
    """Writes the published figures of both models; None if there are none."""
    reports = {"plain": _find_report(subjects.pick_model()), "twin": _find_report(_find_twin())}
    dark = {"plain": _read_tones(subjects.pick_model()), "twin": _read_tones(_find_twin())}
    figures = {"level": str(subjects.STRONG)}
    for name, report in reports.items():
        if report is None or not dark[name]:
            return None
        figures["images"] = texts.number(report["images"])
        figures["grouping"] = _name_grouping(texts, report)
        figures[f"{name}_clean"] = texts.percent(report["clean"]["accuracy"])
        figures[f"{name}_robust"] = texts.percent(report["robust_accuracy"])
        figures[f"{name}_dark"] = texts.percent(list(dark[name]["whole"].values())[-1])
    return figures


def warn_of_other_photographs(texts: Texts) -> str | None:
    """Warns that the two models were measured on different photographs; None if they were not."""
    plain, twin = _find_report(subjects.pick_model()), _find_report(_find_twin())
    if plain is None or twin is None or plain["data_sha256"] == twin["data_sha256"]:
        return None
    return texts.say(
        "chapter.defence.other_photographs",
        images=texts.number(plain["images"]),
        grouping=_name_grouping(texts, plain),
    )


def describe_weakest(texts: Texts) -> str | None:
    """Describes where among the masked photographs the twin holds least often.

    Returns:
        The sentence, with the 95 % interval; None where that has not been measured.
    """
    report = _find_report(_find_twin()) or {}
    sources = report.get("sources", {})
    shares = [
        (figures["robust_accuracy"], source, kind, figures)
        for source, record in sources.items()
        for kind, figures in record.get("masks", {}).items()
    ]
    if not shares:
        return None
    share, source, kind, figures = min(shares, key=lambda entry: entry[0])
    low, high = (texts.percent(figures["intervals"]["robust_accuracy"][it]) for it in _ENDS)
    return texts.say(
        "chapter.defence.uneven",
        images=texts.number(figures["images"]),
        source=source,
        kind=texts.say(f"chapter.defence.{_KINDS[kind]}"),
        share=f"{texts.percent(share)} ({low} – {high})",
    )


def _name_grouping(texts: Texts, report: dict[str, Any]) -> str:
    """Says in the visitor's language which photographs a report is of."""
    grouping = groupings.find_grouping(report["data_sha256"])
    keys = {groupings.FIRST.name: "grouping_first", groupings.SECOND.name: "grouping_second"}
    key = "grouping_other" if grouping is None else keys[grouping.name]
    return texts.say(f"chapter.defence.{key}")


def tabulate_accuracies(texts: Texts) -> list[dict[str, str]]:
    """Makes one row a model: its published accuracy without an attack and under it."""
    head = [texts.say(f"chapter.defence.table_{key}") for key in ("model", "clean", "robust")]
    rows = []
    for name in (subjects.pick_model(), _find_twin()):
        report = _find_report(name)
        if report is not None:
            shares = (report["clean"]["accuracy"], report["robust_accuracy"])
            written = (_write_share(texts, share, report["images"]) for share in shares)
            cells = (models.title(name), *written)
            rows.append(dict(zip(head, cells, strict=True)))
    return rows


def tabulate_tones(texts: Texts) -> list[dict[str, str]]:
    """Makes one row a model and framing: its published accuracy by skin tone, without masks."""
    rows = []
    for name in (subjects.pick_model(), _find_twin()):
        for framing, groups in _read_tones(name).items():
            key = "framing_whole" if framing == _WHOLE else "framing_cropped"
            title = texts.say(f"chapter.defence.{key}", model=models.title(name))
            row = {texts.say("chapter.defence.table_model"): title}
            for group, share in groups.items():
                first, last = group.split(" to ")
                head = texts.say("chapter.defence.tones", first=first, last=last)
                row[head] = _write_share(texts, share, _count_faces(name, framing, group))
            rows.append(row)
    return rows


def _write_share(texts: Texts, share: float, images: int | None) -> str:
    """Writes a share with its 95 % interval, where the number of images is known."""
    written = texts.percent(share)
    interval = bound_proportion(np.arange(images or 0) < round(share * (images or 0)))
    if interval is None:
        return written
    return f"{written} ({texts.percent(interval.low)} – {texts.percent(interval.high)})"


def _count_faces(name: str, framing: str, group: str) -> int | None:
    """Counts the unmasked rendered faces of a group of tones; None if that is not on record."""
    for row in published.read_skin_tones():
        if (row["model_sha256"], row["framing"]) == (models.sha256(name), framing):
            counts = row.get("images_by_class_and_tone", {}).get(LABELS[WITHOUT_MASK], {})
            return counts.get(group)
    return None


def _find_twin() -> str:
    """Finds the robust twin; without one, the first model stands in and is fooled."""
    return models.robust_twin(subjects.pick_model()) or subjects.pick_model()


def _find_report(name: str) -> dict[str, Any] | None:
    """Finds the published report under PGD at the chapter's epsilon."""
    for report in published.read_reports(models.sha256(name)):
        stated = report["threat_model"]
        if stated["attack"] == "pgd" and round(LEVELS * stated["epsilon"]) == subjects.STRONG:
            return report
    return None


def _read_tones(name: str) -> dict[str, dict[str, float]]:
    """Reads the published accuracy on unmasked faces by group of tones, for each framing."""
    return {
        row["framing"]: row["accuracy_by_class_and_tone"][LABELS[WITHOUT_MASK]]
        for row in published.read_skin_tones()
        if row["model_sha256"] == models.sha256(name)
    }


@compute_once(most=2)
def _measure(
    weights: tuple[str, ...], _classifier: Classifier, _twin: Classifier
) -> DefenceVerdicts:
    shielded = defences.defend(_classifier, _JPEG)
    faces = [
        subjects.attack_face(it, subjects.BARE, subjects.MANY_STEPS, subjects.STRONG)
        for it in (_classifier, shielded, _twin)
    ]
    bare, adaptive, twin = (face.after for face in faces)
    naive = verdicts.judge(shielded, faces[0].adversarial[None])[0]
    return DefenceVerdicts(bare, naive, adaptive, twin)

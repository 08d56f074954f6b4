"""Chapter 7: what helps against an attacker who knows it, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from facemask_core import defences
from facemask_core.epsilons import LEVELS
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import LABELS, WITHOUT_MASK
from facemask_core.models import published
from facemask_core.models.classifier import Classifier
from facemask_ui.base import charts
from facemask_ui.choices import models
from facemask_ui.lesson import subjects
from facemask_ui.lesson.chapters.base import Chapter
from facemask_ui.lesson.texts import Texts

_JPEG = defences.make("jpeg", quality=75)
_FRAMINGS = {"whole": "framing_whole", "cropped to the face": "framing_cropped"}


@dataclass(frozen=True)
class Defended:
    """Answers to the attacked face.

    Attributes:
        bare: The first model's.
        naive: Behind JPEG, to the same picture.
        adaptive: Behind JPEG, to a picture made with JPEG in view.
        twin: The robust twin's, attacked itself.
    """

    bare: Verdict
    naive: Verdict
    adaptive: Verdict
    twin: Verdict


class Defence(Chapter[Defended]):
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
        twin = _twin()
        return {"model": twin, "sample": subjects.BARE, "attack": "pgd",
                "epsilon": str(subjects.STRONG)}  # fmt: skip

    def given(self, texts: Texts) -> dict[str, str]:
        return {"level": str(subjects.STRONG), "steps": str(subjects.STEPS)}

    def measured(self) -> Defended:
        asked, twin = subjects.classifier(), models.load(_twin(), to_attack=True)
        return _defended((asked.card.weights_sha256, twin.card.weights_sha256), asked, twin)

    def answers(self, found: Defended) -> tuple[int, ...]:
        label = subjects.label(subjects.BARE)
        holds = (found.adaptive.label == label, found.twin.label == label)
        return ([(True, False), (False, True), (True, True), (False, False)].index(holds),)

    def told(self, texts: Texts, found: Defended) -> dict[str, str]:
        label = subjects.label(subjects.BARE)
        return {
            name: f"**{texts.percent(verdict.probabilities[label])}**"
            for name, verdict in vars(found).items()
            if name != "bare"
        }

    def draw(self, texts: Texts, found: Defended) -> None:
        rows = {self.say(texts, name): verdict for name, verdict in vars(found).items()}
        spoken = "; ".join(f"{name}: {texts.verdict(verdict)}" for name, verdict in rows.items())
        charts.draw_probabilities(
            rows,
            key="defended",
            words=texts.classes,
            write_share=texts.percent,
            alt=f"{self.say(texts, 'alt')}. {spoken}",
        )

    def add(self, texts: Texts) -> None:
        st.subheader(self.say(texts, "price"), anchor=False)
        price = cost(texts)
        if price is None:
            st.caption(self.say(texts, "unpublished"))
            return
        st.markdown(self.say(texts, "cost", **price))
        st.table(accuracies(texts), hide_index=True)
        st.caption(self.say(texts, "tones_caption"))
        st.table(tones(texts), hide_index=True)


def cost(texts: Texts) -> dict[str, str] | None:
    """The published figures of both models as the text has them; None where there are none."""
    reports = {"plain": _report(subjects.model()), "twin": _report(_twin())}
    dark = {"plain": _tones(subjects.model()), "twin": _tones(_twin())}
    told = {"level": str(subjects.STRONG)}
    for name, report in reports.items():
        if report is None or not dark[name]:
            return None
        told["images"] = texts.number(report["images"])
        told[f"{name}_clean"] = texts.percent(report["clean"]["accuracy"])
        told[f"{name}_robust"] = texts.percent(report["robust_accuracy"])
        told[f"{name}_dark"] = texts.percent(list(dark[name]["whole"].values())[-1])
    return told


def accuracies(texts: Texts) -> list[dict[str, str]]:
    """One row a model: its published accuracy without attack and under it."""
    head = [texts.say(f"chapter.defence.table_{key}") for key in ("model", "clean", "robust")]
    rows = []
    for name in (subjects.model(), _twin()):
        report = _report(name)
        if report is not None:
            shares = (report["clean"]["accuracy"], report["robust_accuracy"])
            cells = (models.title(name), *(texts.percent(share) for share in shares))
            rows.append(dict(zip(head, cells, strict=True)))
    return rows


def tones(texts: Texts) -> list[dict[str, str]]:
    """One row a model and framing: its published accuracy by skin tone, on unmasked faces."""
    rows = []
    for name in (subjects.model(), _twin()):
        for framing, groups in _tones(name).items():
            title = {"model": models.title(name)}
            row = {
                texts.say("chapter.defence.table_model"): texts.say(
                    f"chapter.defence.{_FRAMINGS[framing]}", **title
                )
            }
            for group, share in groups.items():
                first, last = group.split(" to ")
                head = texts.say("chapter.defence.tones", first=first, last=last)
                row[head] = texts.percent(share)
            rows.append(row)
    return rows


def _twin() -> str:
    """The robust twin; the first model where none is shipped, which then simply does not hold."""
    return models.robust_twin(subjects.model()) or subjects.model()


def _report(name: str) -> dict[str, Any] | None:
    """The published report under PGD at the chapter's epsilon."""
    for report in published.reports(models.sha256(name)):
        stated = report["threat_model"]
        if stated["attack"] == "pgd" and round(LEVELS * stated["epsilon"]) == subjects.STRONG:
            return report
    return None


def _tones(name: str) -> dict[str, dict[str, float]]:
    """Published shares of right answers on unmasked faces by group of tones, for each framing."""
    return {
        row["framing"]: row["accuracy_by_class_and_tone"][LABELS[WITHOUT_MASK]]
        for row in published.skin_tones()
        if row["model_sha256"] == models.sha256(name)
    }


@st.cache_data(max_entries=2, show_spinner=False)
def _defended(weights: tuple[str, ...], _asked: Classifier, _hardened: Classifier) -> Defended:
    shielded = defences.defend(_asked, _JPEG)
    attacked = [
        subjects.attacked(it, subjects.BARE, subjects.MANY_STEPS, subjects.STRONG)
        for it in (_asked, shielded, _hardened)
    ]
    bare, adaptive, twin = (face.after for face in attacked)
    naive = verdicts.judge(shielded, attacked[0].attacked[None])[0]
    return Defended(bare, naive, adaptive, twin)

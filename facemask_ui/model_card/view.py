"""A model's card from top to bottom."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from facemask_core.models import checkpoints, published
from facemask_core.models.checkpoints import Card, read_part
from facemask_core.text import on_one_line, visible
from facemask_ui.base import messages, parts
from facemask_ui.base.charts import show_chart
from facemask_ui.base.device_words import describe_device
from facemask_ui.base.grouping_words import name_photographs
from facemask_ui.base.messages import escape_markdown
from facemask_ui.base.palette import pick_palette, write_class, write_verdict
from facemask_ui.choices import attack_setup, models, own_models
from facemask_ui.face.portrait_words import describe_portrait
from facemask_ui.language import DEFAULT, number, percent, read_texts, say
from facemask_ui.model_card import (
    calibration,
    certificates,
    corruptions,
    failures,
    photographs,
    robustness,
    shares,
    tables,
    training,
)
from facemask_ui.model_card.overview import split_device
from facemask_ui.model_card.own import show_own_card
from facemask_ui.model_card.share_chart import draw_shares, find_least, fold_shares

_PICTURE = 168
_MOST_FAILURES = 24
_HISTORY_FILE = "history.csv"


def show_card(name: str) -> None:
    """Shows the card of a model.

    Args:
        name: The model's name.

    Raises:
        CheckpointError: The card cannot be read.
        DatasetError: The shipped figures cannot be read.
    """
    if (own := own_models.find(name)) is not None:
        show_own_card(own)
        return
    card = checkpoints.read_card(checkpoints.locate(name))
    if card.notes:
        st.info(escape_markdown(_translate_notes(card.notes)), icon=":material/info:")
    for show_part in (
        _show_figures,
        _show_robustness,
        certificates.show_certificates,
        corruptions.show_corruptions,
        _show_training,
        _show_reliability,
        _show_skin_tones,
    ):
        with messages.show_errors():  # a card without validation figures still has the others
            show_part(card)
    with messages.show_errors():
        _show_failures(name)
    _show_purpose(card)
    _show_making(name, card)


def _translate_notes(notes: str) -> str:
    """Says a shipped card's notes in the page's language; those of others stay as they are."""
    key = "models.card.grouped"
    return say(key) if notes == read_texts(DEFAULT).say(key) else notes


def _show_figures(card: Card) -> None:
    figures = {
        **_locate_real_masks(card),
        say("models.card.test"): ("test", "balanced_accuracy"),
        say("models.card.validation"): ("val", "balanced_accuracy"),
        say("models.card.calibration"): ("test", "calibration", "expected_calibration_error"),
    }
    values = {label: read_part(card, "metrics", *path) for label, path in figures.items()}
    images = int(read_part(card, "metrics", "test", "report")["macro avg"]["support"])
    speed = read_part(card, "metrics", "test", "speed")
    milliseconds = speed["forward_ms_per_image"]
    with st.container(key="card-figures"):
        for label, share in values.items():
            st.metric(label, percent(share), border=True)
        _show_time(speed, milliseconds)
    sentences = [
        say("models.card.images", images=images),
        _describe_photographs(card),
        say(
            "models.card.speed",
            device=escape_markdown(describe_device(speed["device"])),
            batch=speed["batch_size"],
        ),
    ]
    st.caption(" ".join(filter(None, sentences)))
    test = card.metrics["test"]
    if points := shares.list_part_points(test, "accuracy"):  # older cards do not have it
        meaning = parts.explain_parts() if test.get("masks") else None
        table, title = parts.tabulate_parts(test), say("models.shares.parts")
        fold_shares(points, table, title=title, key="parts", meaning=meaning)


def _show_time(speed: dict[str, Any], milliseconds: float | None) -> None:
    device, _ = split_device(speed)
    label = say(
        "models.overview.time_on_device" if device else "models.overview.time_anywhere",
        device=device,
    )
    written = "–"
    if milliseconds is not None:
        written = say("models.overview.milliseconds", number=number(milliseconds, 1))
    st.metric(label, written, border=True)


def _locate_real_masks(card: Card) -> dict[str, tuple[str, ...]]:
    """Locates the figure that counts, where real and drawn masks were told apart."""
    if not card.metrics.get("test", {}).get("without_drawn"):
        return {}
    return {say("models.card.real_masks"): ("test", "without_drawn", "balanced_accuracy")}


def _describe_photographs(card: Card) -> str:
    """Says which photographs the model was trained and measured on, as far as it is known."""
    measured = card.metrics["test"].get("data_sha256") or _read_split(card, "test")
    return photographs.describe_measurement(_read_split(card, "train"), measured)


def _read_split(card: Card, split: str) -> str | None:
    return (card.data.get(split) or {}).get("sha256")


def _show_robustness(card: Card) -> None:
    st.header(say("models.card.under_attack"), anchor=False)
    reports = published.read_reports(card.weights_sha256)
    if not reports:
        st.caption(say("models.card.unattacked"))
        return
    show_chart(
        robustness.make_chart(reports, pick_palette()),
        key="under-attack",
        alt=robustness.describe_chart(reports),
    )
    st.caption(f"{photographs.describe_photographs(reports)} {say('models.card.meaning')}")
    with st.expander(say("models.card.values"), icon=":material/table:"):
        st.dataframe(tables.tabulate_robustness(reports), hide_index=True)
    strongest = max(reports, key=_rate_strength)
    points = shares.list_part_points(strongest, "robust_accuracy")
    if not points:
        st.caption(say("models.card.no_classes"))
    else:
        stated = strongest["threat_model"]
        epsilon = attack_setup.write_epsilon(stated["epsilon"])
        attack = tables.name_attack(stated)
        title = say("models.card.by_class", attack=attack, epsilon=epsilon)
        table, axis = parts.tabulate_parts(strongest), say("models.shares.robust")
        fold_shares(points, table, title=title, axis=axis, key="attacked-parts")
    last = {report["threat_model"]["attack"]: report["threat_model"] for report in reports}
    with st.expander(say("models.card.threat_models"), icon=":material/gavel:"):
        for threat_model in last.values():
            line = attack_setup.describe_threat_model(threat_model)
            st.markdown(f"- {say('models.card.threat_model', stated=line)}")


def _rate_strength(report: dict[str, Any]) -> tuple[float, int]:
    """Rates the attack of a report: by its epsilon, and then by its name."""
    stated = report["threat_model"]
    order = ("fgsm", "pgd", "ensemble")
    return stated["epsilon"], order.index(stated["attack"]) if stated["attack"] in order else -1


def _show_training(card: Card) -> None:
    curves, alt = training.make_curves(card, pick_palette()), training.describe_curves(card)
    stages = training.describe_stages(card)
    with st.expander(say("models.training.heading"), icon=":material/show_chart:"):
        show_chart(curves, key="training", alt=alt)
        st.caption(say("models.training.caption", stages=f"{stages[0].upper()}{stages[1:]}"))


def _show_reliability(card: Card) -> None:
    bins = read_part(card, "metrics", "test", "calibration", "bins")
    read_part(card, "metrics", "test", "report")
    test = card.metrics["test"]
    left, right = st.columns(2, gap="large")
    with left:
        st.header(say("models.card.confidence"), anchor=False)
        show_chart(
            calibration.make_diagram(bins, pick_palette()),
            key="calibration",
            alt=calibration.describe_diagram(bins),
        )
        st.caption(say("models.card.confidence_meaning"))
        if card.unsure_below is not None:
            st.markdown(say("models.card.unsure", share=percent(card.unsure_below)))
    with right:
        st.header(say("models.card.classes"), anchor=False)
        title = say("models.shares.classes")
        points = shares.list_class_points(test)
        table = tables.tabulate_classes(test)
        draw_shares(points, title=title, axis=title, key="classes")
        with st.expander(say("models.shares.values", title=title), icon=":material/table:"):
            st.dataframe(table, hide_index=True)
        if points := shares.list_source_points(test):
            title = say("models.shares.sources")
            fold_shares(
                points,
                tables.tabulate_sources(test),
                title=title,
                key="sources",
                meaning=say("models.card.classes_meaning"),
            )


def _show_skin_tones(card: Card) -> None:
    measured = [
        row for row in published.read_skin_tones() if row["model_sha256"] == card.weights_sha256
    ]
    if not measured:
        return
    st.header(say("models.card.tones"), anchor=False)
    least = find_least(it for row in measured for it in shares.list_tone_points(row))
    for column, row in zip(st.columns(len(measured), gap="large"), measured, strict=True):
        title = say("models.shares.tones", framing=tables.name_framing(row["framing"]))
        with column:
            st.markdown(f"**{title}**")
            points = shares.list_tone_points(row)
            draw_shares(points, title=title, least=least, key=f"tones-{row['framing']}")
    st.caption(say("models.card.tones_meaning"))
    title = say("models.shares.values", title=say("models.shares.all_tones"))
    with st.expander(title, icon=":material/table:"):
        st.dataframe(tables.tabulate_skin_tones(measured, card.weights_sha256), hide_index=True)


def _show_failures(name: str) -> None:
    st.header(say("models.card.failures"), anchor=False)
    wrong, count = failures.find_failures(models.load(name))
    st.markdown(say("models.card.failures_count", wrong=len(wrong), samples=count))
    with st.container(horizontal=True, gap="small"):
        for failure in wrong[:_MOST_FAILURES]:
            with st.container(width=_PICTURE):
                st.image(
                    str(failure.portrait.path),
                    width=_PICTURE,
                    alt=describe_portrait(failure.portrait.alt),
                )
                truth = say("models.card.truth", answer=write_class(failure.portrait.label))
                st.markdown(f"{write_verdict(failure.verdict)}  \n{truth}")


def _show_purpose(card: Card) -> None:
    st.header(say("models.card.purpose.heading"), anchor=False)
    kind = "hardened" if card.recipe.get("adversary") else "plain"
    parts_of_it = ("use", "misuse", kind, "two_words", "web")
    st.markdown("\n".join(f"- {say(f'models.card.purpose.{part}')}" for part in parts_of_it))


def _show_making(name: str, card: Card) -> None:
    with st.expander(say("models.card.making.heading"), icon=":material/build:"):
        stages = [*card.ancestors, {"name": card.name, "command": card.command}]
        for stage in stages:
            st.code(visible(stage["command"]), language="sh", wrap_lines=True)
        st.dataframe(_tabulate_splits(card), hide_index=True)
        versions = ", ".join(f"{key} {value}" for key, value in card.versions.items())
        first = (card.ancestors or [asdict(card)])[0]["initial_weights"]
        details = say(
            "models.card.making.details",
            weights=escape_markdown(first),
            seed=card.seed,
            versions=escape_markdown(versions),
            sha256=card.weights_sha256,
        )
        st.caption(details)
        history = checkpoints.locate(name) / _HISTORY_FILE
        with st.container(horizontal=True):
            st.download_button(
                say("models.card.making.json"),
                json.dumps(asdict(card), indent=1).encode(),
                file_name=f"{name}-card.json",
                mime="application/json",
                icon=":material/download:",
                on_click="ignore",
            )
            if history.is_file():  # a model is whole without it
                st.download_button(
                    say("models.card.making.csv"),
                    history.read_bytes(),
                    file_name=f"{name}-history.csv",
                    mime="text/csv",
                    icon=":material/download:",
                    on_click="ignore",
                )


def _tabulate_splits(card: Card) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                _head("split"): on_one_line(split),
                _head("files"): entry["images"],
                _head("without_mask"): entry.get("without_mask"),
                _head("with_mask"): entry.get("with_mask"),
                _head("grouping"): name_photographs(entry["sha256"]),
                "sha256": entry["sha256"][:12],
            }
            for split, entry in card.data.items()
        ]
    )


def _head(name: str) -> str:
    return say(f"models.card.making.{name}")

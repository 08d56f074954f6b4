"""A model's card from top to bottom."""

from __future__ import annotations

import json
from dataclasses import asdict

import pandas as pd
import streamlit as st

from facemask_core.data import groupings
from facemask_core.epsilons import describe_epsilon
from facemask_core.models import checkpoints, published
from facemask_core.models.checkpoints import Card, read_part
from facemask_core.text import on_one_line, visible
from facemask_ui.base import messages, parts
from facemask_ui.base.charts import CHART_CONFIG
from facemask_ui.base.messages import escape_markdown
from facemask_ui.base.palette import pick_palette, write_class, write_verdict
from facemask_ui.choices import attack_setup, models
from facemask_ui.language import percent
from facemask_ui.model_card import calibration, corruptions, failures, robustness, tables, training

_PICTURE = 168
_MOST_FAILURES = 24
_HISTORY_FILE = "history.csv"


def show_card(name: str) -> None:
    """Shows the card of a shipped model.

    Args:
        name: The model's name.

    Raises:
        CheckpointError: The card cannot be read.
        DatasetError: The shipped figures cannot be read.
    """
    card = checkpoints.read_card(checkpoints.locate(name))
    if card.notes:
        st.info(escape_markdown(card.notes), icon=":material/info:")
    for show_part in (
        _show_figures,
        _show_robustness,
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


def _show_figures(card: Card) -> None:
    figures = {
        **_locate_real_masks(card),
        "Balanced accuracy, test": ("test", "balanced_accuracy"),
        "Balanced accuracy, validation": ("val", "balanced_accuracy"),
        "Calibration error, test": ("test", "calibration", "expected_calibration_error"),
    }
    shares = {label: read_part(card, "metrics", *path) for label, path in figures.items()}
    images = int(read_part(card, "metrics", "test", "report")["macro avg"]["support"])
    speed = read_part(card, "metrics", "test", "speed")
    milliseconds = speed["forward_ms_per_image"]
    with st.container(horizontal=True):
        for label, share in shares.items():
            st.metric(label, percent(share), border=True, width=228)
        time = "–" if milliseconds is None else f"{milliseconds:.1f} ms"
        st.metric("Time an image", time, border=True, width=228)
    st.caption(
        f"Measured on {images} test photographs. {_describe_photographs(card)}"
        f"Time: {escape_markdown(speed['device'])}, in batches of {speed['batch_size']}."
    )
    test = card.metrics["test"]
    by_class = parts.tabulate_parts(test)
    if not by_class.empty:  # older cards do not have it
        st.dataframe(by_class, hide_index=True)
    if test.get("masks"):
        st.caption(parts.explain_parts())


def _locate_real_masks(card: Card) -> dict[str, tuple[str, ...]]:
    """Locates the figure that counts, where real and drawn masks were told apart."""
    if not card.metrics.get("test", {}).get("without_drawn"):
        return {}
    return {"Balanced, real masks, test": ("test", "without_drawn", "balanced_accuracy")}


def _describe_photographs(card: Card) -> str:
    """Says which photographs the model was trained and measured on, as far as it is known."""
    measured = card.metrics["test"].get("data_sha256") or _read_split(card, "test")
    described = groupings.describe_measurement(_read_split(card, "train"), measured)
    return f"{described} " if described else ""


def _read_split(card: Card, split: str) -> str | None:
    return (card.data.get(split) or {}).get("sha256")


def _show_robustness(card: Card) -> None:
    st.header("Under attack", anchor=False)
    reports = published.read_reports(card.weights_sha256)
    if not reports:
        st.caption("No robust accuracy has been measured for these weights.")
        return
    st.plotly_chart(
        robustness.make_chart(reports, pick_palette()),
        key="under-attack",
        config=CHART_CONFIG,
        alt=robustness.describe_chart(reports),
    )
    st.caption(
        f"{tables.describe_photographs(reports)} Robust accuracy: of all images, those right "
        "before and after the attack, with 95 % intervals. Fooled by the attack: of those right "
        "before it, the share that is wrong after it."
    )
    with st.expander("Values under each attack", icon=":material/table:"):
        st.dataframe(tables.tabulate_robustness(reports), hide_index=True)
    strongest = reports[-1]
    by_class = parts.tabulate_parts(strongest)
    if by_class.empty:
        st.caption("By class and source robust accuracy has not been measured yet.")
    else:
        stated = strongest["threat_model"]
        epsilon = describe_epsilon(stated["epsilon"])
        st.subheader(f"{tables.name_attack(stated)} at {epsilon}, class by class", anchor=False)
        st.dataframe(by_class, hide_index=True)
    last = {report["threat_model"]["attack"]: report["threat_model"] for report in reports}
    with st.expander("Threat models", icon=":material/gavel:"):
        for threat_model in last.values():
            st.markdown(
                f"- {attack_setup.describe_threat_model(threat_model)}; the other epsilons alike."
            )


def _show_training(card: Card) -> None:
    st.header("How it learned", anchor=False)
    st.plotly_chart(
        training.make_curves(card, pick_palette()),
        key="training",
        config=CHART_CONFIG,
        alt=training.describe_curves(card),
    )
    stages = training.describe_stages(card)
    st.caption(
        f"{stages[0].upper()}{stages[1:]}. Dotted lines: a stage begins. Training figures are "
        "of altered pictures and, where it was hardened, of attacked ones, so they may lie below "
        "those of validation."
    )


def _show_reliability(card: Card) -> None:
    bins = read_part(card, "metrics", "test", "calibration", "bins")
    read_part(card, "metrics", "test", "report")
    test = card.metrics["test"]
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Does its confidence keep its word?", anchor=False)
        st.plotly_chart(
            calibration.make_diagram(bins, pick_palette()),
            key="calibration",
            config=CHART_CONFIG,
            alt=calibration.describe_diagram(bins),
        )
        st.caption("Test photographs; the larger a point, the more of them.")
        if card.unsure_below is not None:
            st.markdown(
                f"Below a confidence of **{percent(card.unsure_below)}** the lab calls it "
                "**unsure**: there at most three in four of its answers about the validation "
                "photographs were right. An unsure answer never counts as fooled."
            )
    with right:
        st.header("Class by class, source by source", anchor=False)
        st.dataframe(tables.tabulate_classes(test), hide_index=True)
        st.dataframe(tables.tabulate_sources(test), hide_index=True)
        st.caption("A source with one class has as balanced accuracy the recall of that class.")


def _show_skin_tones(card: Card) -> None:
    table = tables.tabulate_skin_tones(published.read_skin_tones(), card.weights_sha256)
    if table.empty:
        return
    st.header("Does it treat everyone alike?", anchor=False)
    st.dataframe(table, hide_index=True)
    st.caption(
        "How often it is right on 400 rendered faces of nobody, by skin tone on the Monk scale, "
        "from 1 (lightest) to 10. Nothing about photographs follows, but a model that does worse "
        "here is not to be trusted there."
    )


def _show_failures(name: str) -> None:
    st.header("Where it goes wrong", anchor=False)
    wrong, count = failures.find_failures(models.load(name))
    st.markdown(
        f"It gets **{len(wrong)} of the {count} samples** of this lab wrong without any attack, "
        "hard cases among them: masks worn wrongly, and what might pass for one. Each "
        "was cropped to the face first."
    )
    with st.container(horizontal=True, gap="medium"):
        for failure in wrong[:_MOST_FAILURES]:
            with st.container(width=_PICTURE):
                st.image(str(failure.portrait.path), width=_PICTURE, alt=failure.portrait.alt)
                st.markdown(
                    f"{write_verdict(failure.verdict)}  \n"
                    f"Truth: {write_class(failure.portrait.label)}"
                )


def _show_purpose(card: Card) -> None:
    st.header("What it is for, and what not", anchor=False)
    hardened = bool(card.recipe.get("adversary"))
    price = (
        "- **Its robustness has a price and a limit.** It was trained on attacked pictures. It "
        "withstands what the tables above say, unevenly by class and source, and it is right less "
        "often on dark faces without a mask. Nothing follows for a sticker or a hand.\n"
        if hardened
        else "- **It was not trained to withstand attacks**, and does not.\n"
    )
    st.markdown(
        "- **For** teaching, and for trying out attacks and defences.\n"
        "- **Not for** deciding about people: no entrance, no fine, no health rule should hang on "
        "it.\n"
        f"{price}"
        "- **It knows two words.** A hand, a scarf or a beard has to be one of them; a mask worn "
        "below the nose is a mask to it.\n"
        "- **It learned from pictures of the web** of few sources, whose people no one counted by "
        "age, sex or origin."
    )


def _show_making(name: str, card: Card) -> None:
    with st.expander("How it was made", icon=":material/build:"):
        stages = [*card.ancestors, {"name": card.name, "command": card.command}]
        for stage in stages:
            st.code(visible(stage["command"]), language="sh", wrap_lines=True)
        st.dataframe(_tabulate_splits(card), hide_index=True)
        versions = ", ".join(f"{key} {value}" for key, value in card.versions.items())
        first = (card.ancestors or [asdict(card)])[0]["initial_weights"]
        st.caption(
            f"First weights: {escape_markdown(first)}. Seed {card.seed}. "
            f"{escape_markdown(versions)}. Weights sha256 {card.weights_sha256}."
        )
        history = checkpoints.locate(name) / _HISTORY_FILE
        with st.container(horizontal=True):
            st.download_button(
                "Card (JSON)",
                json.dumps(asdict(card), indent=1).encode(),
                file_name=f"{name}-card.json",
                mime="application/json",
                icon=":material/download:",
                on_click="ignore",
            )
            if history.is_file():  # a model is whole without it
                st.download_button(
                    "Training history (CSV)",
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
                "split": on_one_line(split),
                "files": entry["images"],
                "without mask": entry.get("without_mask"),
                "with mask": entry.get("with_mask"),
                "grouping": groupings.name_photographs(entry["sha256"]),
                "sha256": entry["sha256"][:12],
            }
            for split, entry in card.data.items()
        ]
    )

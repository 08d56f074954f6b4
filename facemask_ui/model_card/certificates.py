"""What no attack can change: certified accuracy of the smoothed model, from the shipped figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from facemask_core.models import published
from facemask_core.models.checkpoints import Card
from facemask_ui.language import number, percent, say
from facemask_ui.model_card.tables import write_interval

Rows = list[Mapping[str, Any]]


def show_certificates(card: Card) -> None:
    """Shows the certified accuracy of a model's weights; nothing where none was measured.

    Args:
        card: The model's card.

    Raises:
        DatasetError: The shipped figures cannot be read.
    """
    rows = find_rows(published.read_certificates(), card.weights_sha256)
    if not rows:
        return
    st.header(say("models.certificates.heading"), anchor=False)
    st.table(tabulate_rows(rows))
    st.caption(describe_guarantee(rows))


def find_rows(certificates: Mapping[str, Mapping[str, Any]], weights_sha256: str) -> Rows:
    """Finds the figures of a model's weights, by rising noise.

    Args:
        certificates: The figures of :func:`facemask_core.models.published.read_certificates`.
        weights_sha256: Hash of the weights.
    """
    own = [it for it in certificates.values() if it["asked"]["model_sha256"] == weights_sha256]
    return sorted(own, key=lambda row: row["sigma"])


def tabulate_rows(rows: Rows) -> list[dict[str, str]]:
    """Tabulates the share that is right and certified: a row for each noise, a column a radius.

    Args:
        rows: The figures of one model.
    """
    return [
        {say("models.certificates.noise"): number(row["sigma"], 2)}
        | {_name_radius(cell["radius"]): _write_share(cell) for cell in row["certified_accuracy"]}
        for row in rows
    ]


def describe_guarantee(rows: Rows) -> str:
    """Says of what the figures are, under which threat model, and how attacks inside fared.

    Args:
        rows: The figures of one model.
    """
    first = rows[0]
    inside = [row["attacks_inside"] for row in rows]
    return say(
        "models.certificates.caption",
        images=first["images"],
        copies=number(first["samples"], 0),
        failure=percent(first["failure"]),
        tried=sum(it["tried"] for it in inside),
        turned=sum(it["turned"] for it in inside),
        share=percent(inside[0]["share"]),
    )


def _name_radius(radius: float) -> str:
    if radius == 0.0:
        return say("models.certificates.any_radius")
    return say("models.certificates.radius", radius=number(radius, 2))


def _write_share(cell: Mapping[str, Any]) -> str:
    ends = cell["interval"]
    interval = write_interval(ends["low"], ends["high"])
    return say("models.tables.with_interval", share=percent(cell["accuracy"]), interval=interval)

"""Training curves over all stages of a model, as in the paper's figures 6 to 8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facemask_core.errors import CheckpointError
from facemask_core.models.checkpoints import Card, read_part
from facemask_ui.base.palette import Palette
from facemask_ui.language import join_clauses, number, percent, say

CURVES = {
    "accuracy": ("training", "dash"),
    "val_accuracy": ("validation", "solid"),
    "val_pgd_accuracy": ("attacked", "dot"),
}
LOSSES = {"loss": ("training", "dash"), "val_loss": ("validation", "solid")}
"""The curves of both charts by their entry in the history: the name's key, and the line."""


@dataclass(frozen=True)
class Stage:
    """A part of the training with pictures of one size.

    Attributes:
        name: Its name, such as ``fine-tuned at 224 px``.
        first: Its first epoch, counted over all stages from 1.
        epochs: Its entries of the history.
    """

    name: str
    first: int
    epochs: tuple[dict[str, Any], ...]


def list_stages(card: Card) -> list[Stage]:
    """Lists the stages of a model and of the models it was trained from, in their order.

    Raises:
        CheckpointError: The card gives no history, or an epoch without its size.
    """
    read_part(card, "history")
    stages: list[Stage] = []
    first = 1
    for past in (*card.ancestors, {"recipe": card.recipe, "history": card.history}):
        _require_figures(card, past["history"], "size")
        for size, epochs in _split_by_size(past["history"]):
            name = say(f"models.training.stage.{_find_kind(past)}", size=size)
            stages.append(Stage(name, first, tuple(epochs)))
            first += len(epochs)
    return stages


def _require_figures(card: Card, history: Iterable[dict[str, Any]], *names: str) -> None:
    for name in names:
        if any(name not in entry for entry in history):
            text = say("models.training.missing", card=repr(card.name), figure=name)
            raise CheckpointError(text)


def _split_by_size(history: list[dict[str, Any]]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    sizes = dict.fromkeys(entry["size"] for entry in history)
    for size in sizes:
        yield size, [entry for entry in history if entry["size"] == size]


def _find_kind(past: dict[str, Any]) -> str:
    if past["recipe"].get("adversary"):
        return "hardened"
    if past["recipe"].get("stage") == "frozen":
        return "head"
    return "trained" if past["recipe"].get("init", "random") == "random" else "fine_tuned"


def make_curves(card: Card, colours: Palette) -> go.Figure:
    """Makes the curves of accuracy and loss by epoch, in training and in validation.

    Args:
        card: The model's card.
        colours: The theme's colours.
    """
    titles = say("models.training.accuracy"), say("models.training.loss")
    figure = make_subplots(1, 2, subplot_titles=titles, horizontal_spacing=0.09)
    parts = list_stages(card)
    for column, curves in enumerate((CURVES, LOSSES), 1):
        for row, (key, (name, dash)) in enumerate(curves.items()):
            points = [
                (part.first + index, entry[key])
                for part in parts
                for index, entry in enumerate(part.epochs)
                if entry.get(key) is not None
            ]
            if points:
                epochs, values = zip(*points, strict=True)
                title = say(f"models.training.{name}")
                _draw_line(figure, column, title, epochs, values, dash, colours.lines[row])
        _mark_stages(figure, column, parts, colours)
    ink = {"color": colours.text}
    figure.update_layout(
        height=360, margin={"l": 0, "r": 8, "t": 64, "b": 0}, dragmode=False, font=ink,
        hovermode="x unified",
        legend={
            "orientation": "h", "x": 0, "y": 1.12, "yanchor": "bottom", "font": ink,
            "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    figure.update_xaxes(title=say("models.training.epoch"), **axis)
    figure.update_yaxes(**axis)
    figure.update_yaxes(tickformat=".0%", col=1)
    figure.update_yaxes(rangemode="tozero", col=2)
    return figure


def _draw_line(
    figure: go.Figure,
    column: int,
    name: str,
    epochs: tuple[int, ...],
    values: tuple[float, ...],
    dash: str,
    colour: str,
) -> None:
    form = "%{y:.1%}" if column == 1 else "%{y:.4f}"
    figure.add_scatter(
        row=1, col=column, name=name, x=epochs, y=values, mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2}, marker={"size": 5, "color": colour},
        showlegend=column == 1, hovertemplate=f"{name} {form}<extra></extra>",
    )  # fmt: skip


def _mark_stages(figure: go.Figure, column: int, parts: list[Stage], colours: Palette) -> None:
    """Marks where a stage begins; its figures are of larger pictures than those before."""
    for part in parts[1:]:
        figure.add_vline(
            x=part.first - 0.5, row=1, col=column,
            line={"color": colours.text, "width": 1, "dash": "dot"},
        )  # fmt: skip


def describe_stages(card: Card) -> str:
    """Describes the stages in a sentence."""
    return join_clauses(
        say(
            "models.training.epochs",
            count=len(part.epochs),
            first=part.first,
            last=part.first + len(part.epochs) - 1,
            stage=part.name,
        )
        for part in list_stages(card)
    )


def describe_curves(card: Card) -> str:
    """Describes the curves in words.

    Raises:
        CheckpointError: The card gives no history, or one without figures of validation.
    """
    first, last = list_stages(card)[0].epochs[0], card.history[-1]
    _require_figures(card, (first, last), "val_accuracy", "val_loss")
    return say(
        "models.training.curves",
        stages=describe_stages(card),
        first=percent(first["val_accuracy"]),
        last=percent(last["val_accuracy"]),
        first_loss=number(first["val_loss"], 3),
        last_loss=number(last["val_loss"], 3),
    )

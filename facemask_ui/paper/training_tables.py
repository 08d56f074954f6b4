"""Tables 3 to 5: the paper's accuracy and loss after training beside those of the cards."""

from __future__ import annotations

import streamlit as st

from facemask_core.errors import CheckpointError
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import Card, read_part
from facemask_core.paper.printed import Paper, Table
from facemask_ui.base import messages
from facemask_ui.choices import models
from facemask_ui.language import number, say


def show_training_tables(paper: Paper) -> None:
    """Shows the three tables.

    Args:
        paper: The paper's printed figures.
    """
    st.header(say("paper.training_tables.heading"), anchor=False)
    for column, table in zip(st.columns(3, gap="medium"), paper.tables, strict=True):
        with column, messages.show_errors():
            title = say(
                "paper.training_tables.table", number=table.number, model=models.title(table.model)
            )
            st.subheader(title, anchor=False)
            card = checkpoints.read_card(checkpoints.locate(table.model))
            metrics = compare_table(table, card)
            st.table(
                {
                    say("paper.training_tables.metric"): list(metrics),
                    say("paper.printed"): [number(theirs, 4) for theirs, _ in metrics.values()],
                    say("paper.here"): [number(ours, 4) for _, ours in metrics.values()],
                },
                hide_index=True,
                border="horizontal",
            )
    st.caption(say("paper.training_tables.caption"))


def compare_table(table: Table, card: Card) -> dict[str, tuple[float, float]]:
    """Compares one of the paper's tables with a card, metric by metric.

    Args:
        table: The paper's table.
        card: The card of the same network.

    Returns:
        The paper's figure and the card's, by metric.

    Raises:
        CheckpointError: The card does not give all of them.
    """
    last = read_part(card, "history")[-1]
    theirs = {
        "accuracy": table.training_accuracy,
        "loss": table.training_loss,
        "val_accuracy": table.validation_accuracy,
        "val_loss": table.validation_loss,
    }
    missing = [key for key in theirs if key not in last]
    if missing:
        raise CheckpointError(
            say("paper.training_tables.incomplete", name=repr(card.name), missing=missing[0])
        )
    pairs = {key: (value, last[key]) for key, value in theirs.items()}
    pairs["test_accuracy"] = (
        table.test_accuracy,
        read_part(card, "metrics", "test", "accuracy"),
    )
    return {say(f"paper.training_tables.{key}"): pair for key, pair in pairs.items()}

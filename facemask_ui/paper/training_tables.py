"""Tables 3 to 5: the paper's accuracy and loss after training beside those of the cards."""

from __future__ import annotations

import streamlit as st

from facemask_core.errors import CheckpointError
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import Card, read_part
from facemask_core.paper.printed import Paper, Table
from facemask_ui.base import messages
from facemask_ui.choices import models


def show_training_tables(paper: Paper) -> None:
    """Shows the three tables.

    Args:
        paper: The paper's printed figures.
    """
    st.header("Tables 3 to 5: after fine-tuning", anchor=False)
    for column, table in zip(st.columns(3, gap="medium"), paper.tables, strict=True):
        with column, messages.show_errors():
            st.subheader(f"Table {table.number}: {models.title(table.model)}", anchor=False)
            card = checkpoints.read_card(checkpoints.locate(table.model))
            metrics = compare_table(table, card)
            st.table(
                {
                    "Metric": list(metrics),
                    "Paper": [f"{theirs:.4f}" for theirs, _ in metrics.values()],
                    "Here": [f"{ours:.4f}" for _, ours in metrics.values()],
                },
                hide_index=True,
                border="horizontal",
            )
    st.caption(
        "Here: the last epoch on each model's card. Its training figures are of altered pictures "
        "and its training loss is raised by label smoothing, so they may be worse than those of "
        "validation. The paper's test accuracies stand in its text."
    )


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
        "accuracy": ("Training accuracy", table.training_accuracy),
        "loss": ("Training loss", table.training_loss),
        "val_accuracy": ("Validation accuracy", table.validation_accuracy),
        "val_loss": ("Validation loss", table.validation_loss),
    }
    missing = [key for key in theirs if key not in last]
    if missing:
        raise CheckpointError(
            f"The card of {card.name!r} does not give {missing[0]} of the last epoch."
        )
    test = read_part(card, "metrics", "test", "accuracy")
    return {label: (value, last[key]) for key, (label, value) in theirs.items()} | {
        "Test accuracy": (table.test_accuracy, test)
    }

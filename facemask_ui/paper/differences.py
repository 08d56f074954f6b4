"""How the lab's experiments differ from the paper's, so that readers compare figures with care."""

from __future__ import annotations

from typing import Any

import streamlit as st

from facemask_core.data import groupings
from facemask_core.epsilons import describe_epsilon
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import Card, read_part
from facemask_core.paper import experiments, results
from facemask_core.paper.printed import Paper
from facemask_ui.base import messages
from facemask_ui.choices import models

_UNKNOWN = "not told"
_OPTIMIZERS = {"adamw": "AdamW", "sgd": "SGD"}


def show_differences(paper: Paper, model: str) -> None:
    """Shows the differences as a table.

    Args:
        paper: The paper's printed figures.
        model: The model measured here.
    """
    st.header("What is not the same", anchor=False)
    differences = list_differences(paper, checkpoints.read_card(checkpoints.locate(model)))
    st.table(
        {
            "": list(differences),
            "Paper": [theirs for theirs, _ in differences.values()],
            "Here": [messages.escape_markdown(ours) for _, ours in differences.values()],
        },
        hide_index=True,
        border="horizontal",
    )
    st.caption(
        f"Here: the card of {models.title(model)}. So a figure that differs is no proof that one "
        "of the two is wrong; what does not add up, does not add up within the paper."
    )


def list_differences(paper: Paper, card: Card) -> dict[str, tuple[str, str]]:
    """Lists the differences in words: the paper's way and the lab's, by subject.

    Args:
        paper: The paper's printed figures.
        card: The card of the model measured here.

    Raises:
        CheckpointError: The card does not say how many photographs were for testing.
    """
    return {
        "Photographs": (
            f"{paper.data.name}: {paper.data.images:,}, {paper.data.masked:,} with a mask",
            f"public collections: {_sum_splits(card, 'images'):,} files, "
            f"{_sum_splits(card, 'with_mask'):,} with a mask",
        ),
        "Split": (
            f"{_UNKNOWN}; {paper.figure('none').images:,} for testing",
            f"{read_part(card, 'data', 'test', 'images'):,} for testing. {_describe_split(card)}",
        ),
        "First weights": (paper.training.initial_weights, _first_stage(card)["initial_weights"]),
        "Training": (
            f"{paper.training.optimizer}, batch {paper.training.batch_size}, "
            f"{paper.training.epochs} epochs at {paper.training.input_size} px",
            _describe_recipe(card),
        ),
        "Epsilon": (
            f"{paper.epsilon:g}, pixel scale {_UNKNOWN}",
            f"{describe_epsilon(experiments.EPSILON)} on [0, 1]; both scales in point 6",
        ),
        "PGD": (f"steps, step size and start {_UNKNOWN}", _describe_pgd()),
        "Software": (paper.training.libraries, _describe_software(card.name)),
    }


def _describe_split(card: Card) -> str:
    """Says which grouping the model was trained on, and what is known of it."""
    grouping = groupings.find_grouping(read_part(card, "data", "train", "sha256"))
    return "" if grouping is None else f"{grouping.note} ({grouping.name})."


def _sum_splits(card: Card, key: str) -> int:
    return sum(split.get(key, 0) for split in card.data.values())


def _first_stage(card: Card) -> dict[str, Any]:
    """Returns the stage that training began with."""
    return (*card.ancestors, {"initial_weights": card.initial_weights})[0]


def _describe_recipe(card: Card) -> str:
    stages = [*card.ancestors, {"recipe": card.recipe, "history": card.history}]
    entries = [entry for stage in stages for entry in stage["history"]]
    sizes = dict.fromkeys(entry["size"] for entry in entries if "size" in entry)
    optimizer = card.recipe.get("optimizer")  # older cards leave it out
    parts = ([] if optimizer is None else [_OPTIMIZERS.get(optimizer, optimizer)]) + [
        f"batch {card.recipe.get('batch_size', _UNKNOWN)}",
        f"{len(entries)} epochs at {', '.join(map(str, sizes))} px",
        f"label smoothing {card.recipe.get('label_smoothing', 0):g}",
    ]
    return ", ".join(parts)


def _describe_pgd() -> str:
    steps = experiments.PGD_SETTINGS["steps"]
    return f"{steps} steps of 2.5 epsilon / {steps} from a random start"


def _describe_software(model: str) -> str:
    result = results.read(experiments.clean(model))
    if result is None:
        return "not measured yet"
    names = {"keras", "tensorflow", "jax"} & result["libraries"].keys()
    return ", ".join(f"{name} {result['libraries'][name]}" for name in sorted(names))

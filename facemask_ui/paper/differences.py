"""How the lab's experiments differ from the paper's, so that readers compare figures with care."""

from __future__ import annotations

import streamlit as st

from facemask_core.data import groupings
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import Card, read_part
from facemask_core.paper import experiments, results
from facemask_core.paper.printed import Paper, Training
from facemask_ui.base import messages
from facemask_ui.base.grouping_words import explain_grouping, name_grouping
from facemask_ui.choices import attack_setup, models
from facemask_ui.language import number, say, say_known
from facemask_ui.paper import words

_OPTIMIZERS = {"adamw": "AdamW", "sgd": "SGD"}


def show_differences(paper: Paper, model: str) -> None:
    """Shows the differences as a table.

    Args:
        paper: The paper's printed figures.
        model: The model measured here.
    """
    st.header(_say("heading"), anchor=False)
    differences = list_differences(paper, checkpoints.read_card(checkpoints.locate(model)))
    st.table(
        {
            "": list(differences),
            say("paper.printed"): [theirs for theirs, _ in differences.values()],
            say("paper.here"): [messages.escape_markdown(ours) for _, ours in differences.values()],
        },
        hide_index=True,
        border="horizontal",
    )
    st.caption(_say("caption", model=models.title(model)))


def list_differences(paper: Paper, card: Card) -> dict[str, tuple[str, str]]:
    """Lists the differences in words: the paper's way and the lab's, by subject.

    Args:
        paper: The paper's printed figures.
        card: The card of the model measured here.

    Raises:
        CheckpointError: The card does not say how many photographs were for testing.
    """
    sides = {
        "photographs": (
            _say(
                "photographs_paper",
                name=paper.data.name,
                images=number(paper.data.images),
                masked=number(paper.data.masked),
            ),
            _say(
                "photographs_here",
                images=number(_sum_splits(card, "images")),
                masked=number(_sum_splits(card, "with_mask")),
            ),
        ),
        "split": (
            _say("split_paper", images=number(paper.figure("none").images)),
            _say(
                "split_here",
                images=number(read_part(card, "data", "test", "images")),
                grouping=_describe_split(card),
            ),
        ),
        "weights": (paper.training.initial_weights, _name_first_weights(card)),
        "training": (_describe_training(paper.training), _describe_recipe(card)),
        "epsilon": (
            _say("epsilon_paper", epsilon=words.write_plain(paper.epsilon)),
            _say("epsilon_here", epsilon=attack_setup.write_epsilon(experiments.EPSILON)),
        ),
        "pgd": (_say("pgd_paper"), _say("pgd_here", steps=experiments.PGD_SETTINGS["steps"])),
        "software": (paper.training.libraries, _describe_software(card.name)),
    }
    return {_say(subject): pair for subject, pair in sides.items()}


def _say(key: str, **values: object) -> str:
    return say(f"paper.differences.{key}", **values)


def _describe_split(card: Card) -> str:
    """Says which grouping the model was trained on, and what is known of it."""
    grouping = groupings.find_grouping(read_part(card, "data", "train", "sha256"))
    if grouping is None:
        return ""
    return _say("grouping", note=explain_grouping(grouping), name=name_grouping(grouping))


def _sum_splits(card: Card, key: str) -> int:
    return sum(split.get(key, 0) for split in card.data.values())


def _name_first_weights(card: Card) -> str:
    """Names what the weights were when training began, in its first stage."""
    first = (*card.ancestors, {"initial_weights": card.initial_weights})[0]["initial_weights"]
    return say_known(f"paper.differences.begun.{first}", first)


def _describe_training(training: Training) -> str:
    return _say(
        "training_paper",
        optimizer=training.optimizer,
        batch=training.batch_size,
        epochs=training.epochs,
        size=training.input_size,
    )


def _describe_recipe(card: Card) -> str:
    stages = [*card.ancestors, {"recipe": card.recipe, "history": card.history}]
    entries = [entry for stage in stages for entry in stage["history"]]
    sizes = dict.fromkeys(entry["size"] for entry in entries if "size" in entry)
    training = _say(
        "training_here",
        batch=card.recipe.get("batch_size", _say("unknown")),
        epochs=len(entries),
        sizes=", ".join(map(str, sizes)),
        smoothing=words.write_plain(card.recipe.get("label_smoothing", 0)),
    )
    optimizer = card.recipe.get("optimizer")  # older cards leave it out
    if optimizer is None:
        return training
    return _say("optimized", optimizer=_OPTIMIZERS.get(optimizer, optimizer), training=training)


def _describe_software(model: str) -> str:
    result = results.read(experiments.clean(model))
    if result is None:
        return say("paper.unmeasured")
    names = {"keras", "tensorflow", "jax"} & result["libraries"].keys()
    return ", ".join(f"{name} {result['libraries'][name]}" for name in sorted(names))

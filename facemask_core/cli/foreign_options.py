"""The option with which a user says how a Keras file of somebody else's is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.terminal import print_note
from facemask_core.errors import FacemaskError, ForeignQuestionError

if TYPE_CHECKING:
    from facemask_core.models.classifier import Classifier
    from facemask_core.models.foreign.opening import ForeignModel

ReadAsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--read-as",
        help="Of a Keras or ONNX file: pixels=-1..1, colours=bgr, size=160, "
        "classes=with_mask,without_mask "
        "or worn-wrongly=without_mask; repeat for more (default: found by trying).",
    ),
]


def load_model(model: str, read_as: list[str] | None, precision: str = "exact") -> Classifier:
    """Loads a model; of a Keras file a note says how it is used.

    Args:
        model: A shipped model, a folder or a Keras file.
        read_as: What the user says of a Keras file.
        precision: How to compute.

    Raises:
        CheckpointError: There is no such model, or it cannot be used.
    """
    from facemask_core import load_classifier
    from facemask_core.models.foreign.choices import Choices, parse_choices

    said: dict[str, Choices] = {"choices": parse_choices(read_as)} if read_as else {}
    with _name_option():
        classifier = load_classifier(model, warm_up=False, precision=precision, **said)
    if Path(model).is_file() and classifier.card.notes:
        print_note(f"{model}: {classifier.card.notes}")
    return classifier


def open_foreign(path: Path, read_as: list[str] | None) -> ForeignModel:
    """Opens a file of somebody else's, with all that was found about it.

    Args:
        path: The file.
        read_as: What the user says of it.

    Raises:
        FacemaskError: It cannot be used.
    """
    from facemask_core.models.foreign import opening
    from facemask_core.models.foreign.choices import parse_choices

    with _name_option():
        return opening.open_model(path, parse_choices(read_as or ()))


@contextmanager
def _name_option() -> Iterator[None]:
    """Says with which option a question about a model is answered."""
    try:
        yield
    except ForeignQuestionError as error:
        raise FacemaskError(
            f"{error} Say it with --read-as worn-wrongly=without_mask or worn-wrongly=with_mask."
        ) from error

"""Trained models on disk: float16 safetensors and a card, verified before use.

A checkpoint is a folder with ``weights.safetensors`` and ``card.json``. Nothing is unpickled: the
architecture comes from the registry, and the file holds plain arrays whose sha256, shapes and
class order have to fit the card.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from facemask_core import backbones, paths
from facemask_core.backend import keras
from facemask_core.errors import BackboneError, CheckpointError, FacemaskError
from facemask_core.labels import LABELS
from facemask_core.models import card_schema
from facemask_core.pictures.images import INPUT_SIZE

WEIGHTS_FILE = "weights.safetensors"
CARD_FILE = "card.json"
MODELS_DIR = paths.MODELS
_LARGEST_CARD = 4 * 2**20
_LONGEST_QUOTE = 80
_PLAIN_NAME = re.compile(r"(?!.*www\.)(?=.{1,64}$)[^\W_]+(?:[-._][^\W_]+)*", re.IGNORECASE)
"""Names that pages can show anywhere: nothing in them is Markdown, HTML or a link."""


@dataclass(frozen=True)
class Card:
    """What a trained model is, how it was made, and how well it does.

    Attributes:
        name: The model's name, that of its folder.
        backbone: Its entry in the registry of backbones.
        weights_sha256: Hash of the weights file, the model's identity in every report.
        initial_weights: What training started from.
        data: Every split used: its sha256, its files by class, and how many could not be read.
        recipe: All training settings.
        command: The command line that made the model.
        seed: Seed of all training randomness.
        history: One entry an epoch.
        metrics: Figures per split, measured on the stored float16 weights; those of val hold the
            last probe of a model trained against an adversary.
        versions: Versions of the libraries it was trained with.
        classes: Class names in the order of the logits.
        input_size: Side of the square input in pixels.
        notes: What a reader should know before trusting the figures.
        corruptions: The table that the command ``corrupt`` measured; None where nobody did.
        ancestors: Where training started from trained weights: how those were made, oldest first.
        unsure_below: Confidence below which the model's answer is no verdict, see
            :mod:`facemask_core.evaluation.unsure`; None where it was not measured or is never so.
    """

    name: str
    backbone: str
    weights_sha256: str
    initial_weights: str
    data: dict[str, Any]
    recipe: dict[str, Any]
    command: str
    seed: int
    history: list[dict[str, Any]]
    metrics: dict[str, Any]
    versions: dict[str, str]
    classes: list[str] = field(default_factory=lambda: list(LABELS))
    input_size: int = INPUT_SIZE
    notes: str = ""
    corruptions: dict[str, Any] | None = None
    ancestors: list[dict[str, Any]] = field(default_factory=list)
    unsure_below: float | None = None


def sha256(path: Path) -> str:
    """Hashes a file's content; hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file so that a reader, or a kill, sees the old content or the new, never a part."""
    temporary = path.with_name(path.name + ".partial")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def available(root: Path = MODELS_DIR) -> tuple[str, ...]:
    """Lists the models in a folder that have a card, by name."""
    return tuple(sorted(path.parent.name for path in root.glob(f"*/{CARD_FILE}")))


def usable() -> tuple[str, ...]:
    """Lists the shipped models whose cards this lab can use, by name."""
    faulty = find_faulty_cards()
    return tuple(name for name in available() if name not in faulty)


def find_faulty_cards() -> dict[str, FacemaskError]:
    """Finds the shipped models whose cards this lab cannot use, with the error of each."""
    faults: dict[str, FacemaskError] = {}
    for name in available():
        try:
            if not _PLAIN_NAME.fullmatch(name):
                raise CheckpointError(
                    "its folder needs a name of letters and digits, with single hyphens, dots or "
                    "underscores between them; rename it."
                )
            backbones.get(read_card(locate(name)).backbone)
        except FacemaskError as error:
            faults[name] = error
    return faults


def locate(name_or_path: str, root: Path = MODELS_DIR) -> Path:
    """Finds a checkpoint's folder by a shipped model's name or by its path.

    Args:
        name_or_path: Such as ``mobilenetv3`` or ``training-runs/mine``.
        root: Where the shipped models lie.

    Raises:
        CheckpointError: There is no such model.
    """
    shipped = available(root)
    if name_or_path in shipped:
        return root / name_or_path
    folder = Path(name_or_path)
    try:
        if (folder / CARD_FILE).is_file():
            return folder
    except (OSError, ValueError):
        pass  # no path at all: too long, or with a null character
    raise CheckpointError(
        f"There is no model {name_or_path!r}; choose one of {', '.join(shipped) or 'none shipped'} "
        f"or give a Keras file (.h5 or .keras), or a folder with {CARD_FILE} and {WEIGHTS_FILE}."
    )


def find_place(name_or_path: str) -> Path:
    """Finds a model by its name or path: a checkpoint's folder, or a file of somebody else's.

    Args:
        name_or_path: Such as ``mobilenetv3``, ``training-runs/mine`` or ``detector.h5``.

    Raises:
        CheckpointError: There is no such model.
    """
    if name_or_path not in available():
        file = Path(name_or_path)
        with suppress(OSError, ValueError):  # no path at all
            if file.is_file():
                return file
    return locate(name_or_path)


def read_card(folder: Path) -> Card:
    """Reads and checks a model card.

    Args:
        folder: A checkpoint's folder.

    Raises:
        CheckpointError: The card is missing, is no valid JSON card, has a field that is not of its
            kind, or describes a model whose classes or input this lab cannot use.
    """
    where = f"{folder.resolve().name}/{CARD_FILE}"  # a visitor may read it: no folder of the server
    content = _read_json(folder / CARD_FILE, where)
    fault = card_schema.find_fault(content)
    if fault is not None:
        raise CheckpointError(
            f"{where} is no usable model card: {fault}; mend that field, or train the model anew."
        )
    card = Card(**content)
    if card.classes != list(LABELS):
        raise CheckpointError(
            f"{where} lists the classes {_shorten(card.classes)}; this lab needs {list(LABELS)} in "
            "this order."
        )
    if card.input_size != INPUT_SIZE or isinstance(card.input_size, float):
        raise CheckpointError(
            f"{where} has input size {_shorten(card.input_size)}; this lab feeds {INPUT_SIZE} px."
        )
    return card


def _read_json(path: Path, where: str) -> Any:
    try:
        if path.stat().st_size > _LARGEST_CARD:
            raise CheckpointError(f"{where} is no model card: it is larger than 4 MB.")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
    except (ValueError, RecursionError) as error:
        reason = str(error)
    raise CheckpointError(f"{where} is no readable model card ({reason}).")


def _shorten(value: Any) -> str:
    quoted = repr(value)
    return quoted if len(quoted) <= _LONGEST_QUOTE else f"{quoted[:_LONGEST_QUOTE]}…"


def read_part(card: Card, *path: str) -> Any:
    """Reads a part of a card that older or shorter cards may lack.

    Args:
        card: The card.
        path: The keys that lead to it, such as ``metrics``, ``test``, ``accuracy``.

    Raises:
        CheckpointError: The card does not give it.
    """
    part: Any = vars(card)
    for key in path:
        part = part.get(key) if isinstance(part, dict) else None
    if part is None or part in ([], {}):
        raise CheckpointError(f"The card of {card.name!r} does not give {'.'.join(path)}.")
    return part


def write_card(folder: Path, card: Card) -> None:
    """Writes a model card beside its weights, atomically."""
    text = json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n"
    # A path in the command may be bytes that are no text; \udcff is how JSON writes such a one too.
    write_atomically(folder / CARD_FILE, text.encode(errors="backslashreplace"))


def save_weights(model: keras.Model, path: Path) -> str:
    """Stores a model's weights as float16.

    Args:
        model: A model built by the registry.
        path: The safetensors file to write, atomically.

    Returns:
        The file's sha256.

    Raises:
        CheckpointError: A weight is not finite or exceeds what float16 can hold.
    """
    arrays = {}
    for key, weight in name_by_position(model.weights):
        half = np.asarray(keras.ops.convert_to_numpy(weight.value)).astype(np.float16)
        if not np.isfinite(half).all():
            raise CheckpointError(f"Weight {key} ({weight.path}) does not fit float16; not saved.")
        arrays[key] = half
    write_atomically(path, safetensors.numpy.save(arrays))
    return sha256(path)


def load_weights(model: keras.Model, path: Path, expected_sha256: str | None = None) -> None:
    """Loads stored weights into a freshly built model, as float32.

    Args:
        model: A model built by the registry with the backbone the weights were trained on.
        path: A safetensors file.
        expected_sha256: Hash the file must have; None to accept any.

    Raises:
        CheckpointError: The file is missing, cannot be read or is damaged, its hash differs, or a
            weight is missing, left over, of another shape, or not finite.
    """
    try:
        _verify(path, expected_sha256)
        arrays = safetensors.numpy.load_file(path)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (
        safetensors.SafetensorError,
        ValueError,
        TypeError,
        KeyError,  # element types NumPy does not have
        AttributeError,
    ) as error:
        raise CheckpointError(f"{path} is no safetensors file ({error}).") from error
    assign(model.weights, arrays, str(path))


def _verify(path: Path, expected_sha256: str | None) -> None:
    if not path.is_file():
        raise CheckpointError(f"The weights file {path} is missing.")
    if expected_sha256 is not None and (digest := sha256(path)) != expected_sha256:
        raise CheckpointError(
            f"{path} has sha256 {digest[:12]}…, but its card says {str(expected_sha256)[:12]}…; "
            "the file is damaged or is not the one the card describes."
        )


def assign(
    variables: Sequence[keras.Variable], arrays: dict[str, NDArray[Any]], origin: str
) -> None:
    """Checks stored arrays against variables, then sets them all; nothing changes on an error.

    Args:
        variables: The variables to set, in the order they were stored.
        arrays: The stored arrays, by key.
        origin: The arrays' file, for messages.

    Raises:
        CheckpointError: A key is missing or left over, a shape differs, or a value is not finite.
    """
    named = name_by_position(variables)
    arrays = dict(arrays)
    surplus = arrays.keys() - dict(named).keys()
    if surplus or len(arrays) != len(named):
        raise CheckpointError(
            f"{origin} holds {len(arrays)} arrays where this model has {len(named)} weights of "
            "those names; it belongs to another backbone."
        )
    for key, variable in named:
        array = arrays[key] = _convert(arrays[key], variable.dtype)
        if tuple(array.shape) != tuple(variable.shape):
            raise CheckpointError(
                f"{origin}: weight {key} ({variable.path}) has shape {tuple(array.shape)}, "
                f"but the model needs {tuple(variable.shape)}."
            )
        if not np.isfinite(array).all():
            raise CheckpointError(f"{origin}: weight {key} ({variable.path}) is not finite.")
    for key, variable in named:
        variable.assign(arrays[key])


def _convert(array: NDArray[Any], dtype: str) -> NDArray[Any]:
    """Converts a stored array to a variable's type; what does not fit becomes infinite."""
    with np.errstate(over="ignore"):
        return array.astype(dtype)


def name_by_position(variables: Sequence[keras.Variable]) -> list[tuple[str, keras.Variable]]:
    """Names variables by position, because Keras numbers unnamed layers by how many came before."""
    return [(f"{index:04d}.{item.name}", item) for index, item in enumerate(variables)]


def load_model(folder: Path, card: Card) -> keras.Model:
    """Builds a card's backbone and fills it with the verified weights.

    Args:
        folder: The checkpoint's folder.
        card: Its card.

    Raises:
        CheckpointError: The backbone is unknown or the weights do not fit.
    """
    try:
        model = backbones.get(card.backbone).build()
    except BackboneError as error:
        raise CheckpointError(f"The card of {card.name!r} is unusable: {error}") from error
    load_weights(model, folder / WEIGHTS_FILE, card.weights_sha256)
    model.trainable = False
    return model

"""What a browser needs to compute a model by itself: the engine, the attacks' settings, the models.

An address may name its file's version, as :func:`list_addresses` writes it: then a browser keeps
the file for a year, and a new version has another address.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache

from facemask_ui import ondevice

PREFIX = "device"
_LETTERS = 16


def list_models() -> list[str]:
    """Lists the models visitors may choose that a browser can compute, the lightest first.

    Raises:
        CheckpointError: Visitors may choose none at all.
    """
    from facemask_core.models import checkpoints
    from facemask_core.web.plan import BACKBONES
    from facemask_ui.choices import models

    return [
        name
        for name in models.shipped()
        if checkpoints.read_card(checkpoints.locate(name)).backbone in BACKBONES
    ]


def list_addresses(models: Iterable[str], *, finder: bool = False) -> dict[str, str]:
    """Lists the address of each file, by the file's name, relative to the lab's home page.

    Args:
        models: Those whose files are wanted, of :func:`list_models`.
        finder: Whether those of the face finder are wanted.

    Raises:
        FaceFinderError: Its weights are missing, or are others than expected.
    """
    versions = {name: read_version(name) for name in COMMON_FILES}
    if finder:
        versions |= dict.fromkeys(FINDER_FILES, read_finder_version())
    for model in models:
        version = read_model_version(model)
        versions |= {f"models/{model}/{file}": version for file in MODEL_FILES}
    return {file: f"{PREFIX}/{file}?v={version}" for file, version in versions.items()}


@cache
def read_version(name: str) -> str:
    """Reads the version of one of :data:`COMMON_FILES`."""
    return _hash(COMMON_FILES[name]())


@cache
def read_finder_version() -> str:
    """Reads the version of :data:`FINDER_FILES`; the plan names the weights.

    Raises:
        FaceFinderError: The finder's weights are missing, or are others than expected.
    """
    return _hash(write_finder()[FINDER_FILES[0]])


def read_model_version(model: str) -> str:
    """Reads the version of a model's files, without loading the model.

    Its card names the weights, and what this code makes of the two is the plan.
    """
    from facemask_core import versions
    from facemask_core.models import checkpoints

    card = (checkpoints.locate(model) / checkpoints.CARD_FILE).read_bytes()
    return _hash(card + versions.source_sha256().encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_LETTERS]


def _describe_attacks() -> bytes:
    from facemask_core.web.attack_settings import describe_attacks

    return json.dumps(describe_attacks(), separators=(",", ":")).encode()


COMMON_FILES: dict[str, Callable[[], bytes]] = {
    "engine.wasm": ondevice.ENGINE.read_bytes,
    "engine.js": ondevice.DEVICE_SCRIPT.encode,
    "worker.js": ondevice.WORKER_SCRIPT.encode,
    "attacks.json": _describe_attacks,
}
"""The files that belong to no model, and what makes each."""
MODEL_FILES = ("plan.json", "weights.safetensors")
"""The files of a model, which the core writes together."""
FINDER_FILES = ("face-finder.json", "face-finder.safetensors")
"""The files of the face finder: its plan, which names its weights, and these."""


def write_model(name: str) -> dict[str, bytes]:
    """Writes the files of a model; it is loaded for that.

    Raises:
        CheckpointError: It cannot be loaded.
    """
    from facemask_core.web import export

    contents = export.write_model(name)
    return {file: contents[file] for file in MODEL_FILES}


def write_finder() -> dict[str, bytes]:
    """Writes the files of the face finder.

    Raises:
        FaceFinderError: The finder's weights are missing, or are others than expected.
    """
    from facemask_core.web import export

    return export.write_finder_files()

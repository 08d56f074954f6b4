"""The dataset of a report: the shipped portraits, a zip in memory, or a folder of the server."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from facemask_core import provenance, samples
from facemask_core.archives import open_archive
from facemask_core.datasets import Dataset, open_dataset
from facemask_core.errors import DatasetError
from facemask_ui import settings

PORTRAITS, ZIP, FOLDER = "Shipped portraits", "Zip file", "Server folder"
ROOTS_VARIABLE = "FACEMASK_DATA_ROOTS"
_MOST_IMAGES = 25_000
_DEFAULT_LIMIT = 1000
_ZIP_WIDGET, _ZIP_KEPT = "file:zip", "dataset:zip"


@dataclass(frozen=True)
class Chosen:
    """A dataset and what tells it from others.

    Attributes:
        dataset: Its files, already limited.
        identity: Equal for equal datasets.
    """

    dataset: Dataset
    identity: Hashable


def choose() -> Chosen | None:
    """Draws the choice of dataset; None while there is nothing to use.

    Raises:
        DatasetError: What was chosen cannot be used.
    """
    sources = [PORTRAITS, ZIP, *([FOLDER] if roots() else [])]
    source = st.segmented_control(
        "Dataset",
        sources,
        required=True,
        **settings.bound("dataset", PORTRAITS, settings.one_of(sources), in_link=False),
    )
    found = {PORTRAITS: _portraits, ZIP: _zip, FOLDER: _folder}[str(source)]()
    if found is None:
        return None
    limit = st.number_input(
        "Use at most",
        1,
        _MOST_IMAGES,
        help="Images, taken from both classes in turn.",
        **settings.bound("limit", _DEFAULT_LIMIT, settings.whole(1, _MOST_IMAGES)),
    )
    dataset = found.dataset.limited(int(limit))
    counts = ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in dataset.counts().items()
    )
    st.caption(f"{len(dataset)} of {len(found.dataset)} images: {counts}.")
    return Chosen(dataset, (found.identity, int(limit)))


def _portraits() -> Chosen:
    return Chosen(open_dataset(samples.FACES_DIR), PORTRAITS)


def _zip() -> Chosen | None:
    def changed() -> None:
        file = st.session_state[_ZIP_WIDGET]
        st.session_state.pop(_ZIP_KEPT, None)
        if file is not None:
            st.session_state[_ZIP_KEPT] = (file.name, file.getvalue())

    st.file_uploader(
        "Choose a zip with one folder a class",
        type=["zip"],
        key=_ZIP_WIDGET,
        on_change=changed,
        help="Folders with_mask and without_mask. It is read in memory and never unpacked to disk.",
    )
    kept: tuple[str, bytes] | None = st.session_state.get(_ZIP_KEPT)
    if kept is None:
        return None
    name, data = kept
    return Chosen(_opened(name, data), (ZIP, hashlib.sha256(data).hexdigest()))


@st.cache_resource(scope="session", max_entries=1, show_spinner="Reading the zip…", hash_funcs={
    bytes: lambda data: hashlib.sha256(data).hexdigest()
})  # fmt: skip
def _opened(name: str, data: bytes) -> Dataset:
    return open_archive(data, name)


def _folder() -> Chosen | None:
    allowed = roots()
    text = st.text_input(
        "Folder on the server",
        placeholder=str(allowed[0]),
        help="It needs one folder a class. Allowed: " + ", ".join(f"`{root}`" for root in allowed),
        **settings.bound("folder", "", lambda text: text, in_link=False),
    )
    if not text:
        return None
    dataset = open_dataset(permitted(text))
    return Chosen(dataset, (FOLDER, _state(dataset)))


def roots() -> list[Path]:
    """The folders the operator of this lab lets visitors read, links resolved."""
    listed = os.environ.get(ROOTS_VARIABLE, "").split(os.pathsep)
    return [Path(entry).resolve() for entry in listed if entry.strip()]


def permitted(text: str) -> Path:
    """Checks that a folder lies where the operator allows it, after resolving every link.

    Args:
        text: A path from a visitor; relative ones start at the first allowed folder.

    Raises:
        DatasetError: It lies elsewhere, whether or not it exists.
    """
    allowed = roots()
    try:
        folder = (allowed[0] / text).resolve() if allowed else None
    except (OSError, ValueError, RuntimeError):  # a null byte, or a loop of links
        folder = None
    if folder is None or not any(folder.is_relative_to(root) for root in allowed):
        raise DatasetError(
            "This folder is not one the operator of this lab allows; choose one below "
            f"{' or '.join(map(str, allowed)) or 'a folder listed in ' + ROOTS_VARIABLE}."
        )
    return folder


def _state(dataset: Dataset) -> str:
    """Changes when a file of a folder does; much faster than hashing every file."""
    root = Path(dataset.source.name)
    total = hashlib.sha256(os.fsencode(root))
    files = [root / sample.path for sample in dataset.samples]
    if (found := provenance.locate(dataset)) is not None:
        files.append(found[0])
    for file in files:
        status = file.stat()
        total.update(os.fsencode(f"{file}\t{status.st_size}\t{status.st_mtime_ns}\n"))
    return total.hexdigest()

"""The dataset of a report: shipped portraits, a zip, or photographs on the server."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from facemask_core.data import mendeley, samples
from facemask_core.data.archives import Archive
from facemask_core.data.datasets import Dataset, Folder, Source, arrange, open_dataset
from facemask_core.data.layout import parse_split
from facemask_core.errors import DatasetError, SplitsError
from facemask_core.jobs import Data, Kind
from facemask_core.text import visible
from facemask_ui.base import messages, mode, settings
from facemask_ui.base.upload import choose_file
from facemask_ui.language import DEFAULT, Texts, number, read_current, read_texts, say

if TYPE_CHECKING:
    from facemask_ui.compat import UploadedFile

PORTRAITS, ZIP, FOLDER, MENDELEY = "portraits", "zip", "folder", "mendeley"
ROOTS_VARIABLE = "FACEMASK_DATA_ROOTS"
_DEFAULT_LIMIT = 1000
_ZIP = "dataset:zip"
_ENGLISH = read_texts(DEFAULT)
"""For titles in the queue: one order has one title, whatever its visitor's language."""


@dataclass(frozen=True)
class UploadedZip:
    """A zip in the session's memory, with its hash: it may be large, so it is hashed once.

    Attributes:
        name: What the visitor calls it.
        content: Its bytes.
        sha256: Their hash.
    """

    name: str
    content: bytes = field(repr=False)
    sha256: str

    @classmethod
    def from_bytes(cls, name: str, content: bytes) -> UploadedZip:
        """Hashes a zip."""
        return cls(name, content, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class DatasetChoice:
    """A dataset to make reports on.

    Attributes:
        data: Where it lies, as a job needs to know it; a zip has no place on the disk yet.
        limit: How many images are used at most.
        images: How many there are up to that.
        crop: Whether each picture is cropped to its face first.
        zip: The zip's bytes; None for anything else.
    """

    data: Data
    limit: int
    images: int
    crop: bool = False
    zip: bytes | None = None


def choose_dataset() -> DatasetChoice | None:
    """Shows the choice of dataset, and returns it; None while there is nothing to use.

    Raises:
        DatasetError: The dataset cannot be used.
    """
    downloaded = [MENDELEY] if mendeley.find_parts() else []
    sources = [PORTRAITS, ZIP, *downloaded, *([FOLDER] if list_roots() else [])]
    source = st.segmented_control(
        say("report.dataset.title"),
        sources,
        format_func=_name_source,
        required=True,
        **settings.bind("dataset", PORTRAITS, settings.one_of(sources), in_link=False),
    )
    choosers = {
        PORTRAITS: _open_portraits,
        ZIP: choose_zip,
        FOLDER: _choose_folder,
        MENDELEY: _choose_mendeley_part,
    }
    choice = choosers[str(source)]()
    if choice is None:
        return None
    data, dataset = choice
    most = mode.read_mode().images
    limit = st.number_input(
        say("report.dataset.limit"),
        1,
        most,
        help=say("report.dataset.limit_help"),
        **settings.bind("limit", min(_DEFAULT_LIMIT, most), settings.whole(1, most)),
    )
    used = dataset.take(int(limit))
    counts = {name: number(count) for name, count in used.counts().items()}
    st.caption(say("report.dataset.counts", used=number(len(used)), count=len(dataset), **counts))
    crop = st.toggle(
        say("report.dataset.crop"),
        help=say("report.dataset.crop_help"),
        **settings.bind("cropped", False, settings.yes_no),
    )
    return DatasetChoice(data, int(limit), len(used), crop, find_zip(data))


def _name_source(source: str) -> str:
    return say(f"report.dataset.{source}")


def describe_portraits() -> Data:
    """Describes the shipped portraits, as a job needs to know them."""
    return Data(kind=Kind.PORTRAITS, title=_ENGLISH.say("report.dataset.portraits"))


def name_data(data: Data) -> str:
    """Names photographs in the page's language; their title names them to the queue.

    Args:
        data: What an order is about.
    """
    if data.kind is Kind.PORTRAITS:
        return say("report.dataset.portraits")
    if data.kind is Kind.FOLDER:
        for part, place in mendeley.find_parts().items():
            if str(place) == data.place:
                return _name_mendeley_part(part, read_current())
    return data.title


def _name_mendeley_part(part: str, texts: Texts) -> str:
    if part == ".":
        return texts.say("report.dataset.mendeley")
    return texts.say("report.dataset.mendeley_part", part=part)


def _open_portraits() -> tuple[Data, Dataset]:
    return describe_portraits(), open_dataset(samples.FACES_DIR)


def choose_zip() -> tuple[Data, Dataset] | None:
    """Draws the choice of a zip of the visitor's own, which stays on every page of the session.

    Returns:
        Where it lies, as a job needs to know it, and its pictures; None while there is none.

    Raises:
        DatasetError: It cannot be used.
    """

    def keep_zip(file: UploadedFile | None) -> None:
        st.session_state.pop(_ZIP, None)
        if file is not None:
            st.session_state[_ZIP] = UploadedZip.from_bytes(file.name, file.getvalue())

    st.caption(f":material/lock: {say('report.dataset.zip_privacy')}")
    file = choose_file(
        say("report.dataset.zip_choice"),
        key="zip",
        on_change=keep_zip,
        hint=say("report.dataset.zip_hint"),
    )
    upload: UploadedZip | None = st.session_state.get(_ZIP)
    if upload is None:
        return None
    if file is None:  # another page was open meanwhile
        name = messages.escape_markdown(upload.name)
        st.caption(f":material/folder_zip: {say('report.dataset.zip_kept', name=name)}")
    try:
        split, dataset = "", _arrange_zip(upload.sha256, "", upload)
    except SplitsError as error:
        split = _choose_split(error.splits)
        dataset = _arrange_zip(upload.sha256, split, upload)
    title = f"{upload.name}, {split}" if split else upload.name
    return Data(kind=Kind.UPLOAD, title=title, sha256=upload.sha256, split=split), dataset


def _choose_split(splits: Sequence[str]) -> str:
    """Shows the choice of a split, and returns its path.

    Args:
        splits: The paths of the splits.
    """
    tests = [path for path in splits if parse_split(path.rpartition("/")[2]) == "test"]
    return st.selectbox(
        say("report.dataset.split"),
        splits,
        format_func=visible,
        help=say("report.dataset.split_help"),
        **settings.bind("split", [*tests, *splits][0], settings.one_of(splits), in_link=False),
    )


def find_zip(data: Data) -> bytes | None:
    """Finds the zip of an order; None if this session no longer has it in memory.

    Args:
        data: What the order is about.
    """
    upload: UploadedZip | None = st.session_state.get(_ZIP)
    if upload is None or data.kind is not Kind.UPLOAD or upload.sha256 != data.sha256:
        return None
    return upload.content


def find_photographs(data: Data) -> Source | None:
    """Finds an order's photographs; None if this session may not look at them now.

    Args:
        data: What the order is about.
    """
    if data.kind is Kind.UPLOAD:
        content = find_zip(data)
        return None if content is None else _open_zip(data.sha256, data.title, content)
    if not is_public(data):
        return None
    return Folder(samples.FACES_DIR if data.kind is Kind.PORTRAITS else Path(data.place))


def is_public(data: Data) -> bool:
    """Whether everyone on this server may see these photographs, and so their reports."""
    if data.kind is not Kind.FOLDER:
        return data.kind is Kind.PORTRAITS
    if Path(data.place) in mendeley.find_parts().values():
        return True
    try:
        return str(resolve_folder(data.place)) == data.place
    except DatasetError:
        return False


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _open_zip(sha256: str, _name: str, _content: bytes) -> Archive:
    with st.spinner(say("report.reading_zip")):
        return Archive(_content, _name)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _arrange_zip(sha256: str, split: str, _upload: UploadedZip) -> Dataset:
    return arrange(_open_zip(sha256, _upload.name, _upload.content), split)


def _choose_mendeley_part() -> tuple[Data, Dataset]:
    parts = mendeley.find_parts()
    names = list(parts)
    part = names[0]
    if len(names) > 1:
        part = st.selectbox(
            say("report.dataset.part"),
            names,
            **settings.bind("mendeley_part", part, settings.one_of(names), in_link=False),
        )
    title = _name_mendeley_part(part, _ENGLISH)
    data = Data(kind=Kind.FOLDER, title=title, place=str(parts[part]))
    return data, open_dataset(parts[part])


def _choose_folder() -> tuple[Data, Dataset] | None:
    allowed = list_roots()
    folders = messages.escape_markdown(", ".join(map(str, allowed)))
    text = st.text_input(
        say("report.dataset.folder_path"),
        placeholder=str(allowed[0]),
        help=say("report.dataset.folder_help", folders=folders),
        **settings.bind("folder", "", lambda text: text, in_link=False),
    )
    if not text:
        return None
    folder = resolve_folder(text)
    try:
        dataset = open_dataset(folder)
    except SplitsError as error:
        folder /= _choose_split(error.splits)
        dataset = open_dataset(folder)
    return Data(kind=Kind.FOLDER, title=str(folder), place=str(folder)), dataset


def list_roots() -> list[Path]:
    """Lists the folders that the operator lets visitors read, with links resolved."""
    if not mode.read_mode().folders:
        return []
    entries = os.environ.get(ROOTS_VARIABLE, "").split(os.pathsep)
    return [Path(entry).resolve() for entry in entries if entry.strip()]


def resolve_folder(text: str) -> Path:
    """Resolves every link in a folder's path, and checks that it lies where the operator allows.

    Args:
        text: A path from a visitor; relative ones start at the first allowed folder.

    Raises:
        DatasetError: It lies elsewhere, whether or not it exists.
    """
    allowed = list_roots()
    try:
        folder = (allowed[0] / text).resolve() if allowed else None
    except (OSError, ValueError, RuntimeError):  # a null byte, or a loop of links
        folder = None
    if folder is None or not any(folder.is_relative_to(root) for root in allowed):
        raise DatasetError(say("report.dataset.folder_refused", folders=_list_allowed(allowed)))
    return folder


def _list_allowed(allowed: Sequence[Path]) -> str:
    """Lists the allowed folders for a sentence, or says where the operator lists them."""
    if not allowed:
        return say("report.dataset.folder_listed", variable=ROOTS_VARIABLE)
    return reduce(
        lambda first, second: say("report.dataset.or", first=first, second=second),
        map(str, allowed),
    )

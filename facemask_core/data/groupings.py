"""The groupings of the photographs that shipped models were trained and measured on.

Which photographs lie in which split is a grouping. Figures of different groupings are figures of
different photographs, so every figure is shown with the grouping that it is of. A figure's
``data_sha256`` says it: the fingerprint of :func:`facemask_core.data.datasets.fingerprint`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grouping:
    """One way in which the photographs were put into splits.

    Attributes:
        name: Its name in a table.
        phrase: Its name in a sentence.
        note: What a reader of its figures has to know, a sentence without its full stop.
        splits: The fingerprint of each split, by the split's name.
    """

    name: str
    phrase: str
    note: str
    splits: dict[str, str]


FIRST = Grouping(
    "first grouping",
    "the first grouping",
    "Of its 659 test photographs at least 52 had a twin in training: the same photograph with "
    "another mask, or with none",
    {
        "train": "221c9fb7aad2542d4e5d22fb721b34bd2e52af5fd8ca02e9134abcf8433683de",
        "val": "6e5b4a0f3eb349721e2b67d028e9d34a7c919d036e7664b6868f9d7ab50cea4d",
        "test": "bb497697884d885d03d1096e47ce4a471ea05069e7c7527a252d16c771fbbddf",
    },
)
SECOND = Grouping(
    "facemask-v2",
    "facemask-v2",
    "It has no photograph, and no named person, on two sides; two photographs of one unnamed "
    "person still can be",
    {
        "train": "ad2122e2520c2d5787624757c2c3de952d7b0d7e86342e0ab9a86cafef6a3b66",
        "val": "dcea146b2cef2c821fec09a431b95bade778696e35d40f5a7b0719e04f474afe",
        "test": "25afb022a2398b43cb3717548d90a4a843c833199b04276be77d60d26c7f217b",
    },
)


def find_grouping(data_sha256: str | None) -> Grouping | None:
    """Finds the grouping that a dataset is a split of; None if it is of none.

    Args:
        data_sha256: The dataset's fingerprint; None if it is not known.
    """
    for grouping in (FIRST, SECOND):
        if data_sha256 in grouping.splits.values():
            return grouping
    return None


def describe_measurement(train_sha256: str | None, data_sha256: str | None) -> str:
    """Describes on which photographs a model was trained and measured, in whole sentences.

    Args:
        train_sha256: The fingerprint of the training photographs; None if it is not known.
        data_sha256: That of the photographs it was measured on; None if it is not known.

    Returns:
        The sentences; empty where a fingerprint is of no grouping, so that nothing is known.
    """
    trained, measured = find_grouping(train_sha256), find_grouping(data_sha256)
    if trained is None or measured is None:
        return ""
    if trained is measured:
        return f"Trained and measured on {measured.phrase}. {measured.note}."
    words = f"Trained on {trained.phrase}, measured on {measured.phrase}"
    if trained is FIRST:
        words += (
            f", whose validation and test photographs all lay outside the training split of "
            f"{trained.phrase}"
        )
    return f"{words}. {measured.note}."


def name_photographs(data_sha256: str | None, *, in_sentence: bool = False) -> str:
    """Names the photographs that a figure is of, such as ``first grouping``.

    Args:
        data_sha256: Their fingerprint; None if it is not known.
        in_sentence: Whether the name stands in a sentence, such as ``the first grouping``.
    """
    grouping = find_grouping(data_sha256)
    if grouping is not None:
        return grouping.phrase if in_sentence else grouping.name
    return "not known" if data_sha256 is None else f"others ({data_sha256[:12]})"

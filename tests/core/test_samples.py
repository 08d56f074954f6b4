"""The shipped pictures: listed, labelled, described, and a dataset of their own."""

from __future__ import annotations

import csv

import pytest

from facemask_core import datasets, images, samples
from facemask_core.errors import ImageError
from facemask_core.labels import LABELS, WITHOUT_MASK


def test_every_listed_picture_is_there_and_can_be_decoded() -> None:
    for portrait in samples.gallery():
        pixels = images.decode(portrait.path.read_bytes())
        assert min(pixels.shape[:2]) >= images.INPUT_SIZE, portrait.id
        assert pixels.std() > 5, f"{portrait.id} is blank"


def test_every_picture_of_the_gallery_is_listed() -> None:
    listed = {portrait.path.resolve() for portrait in samples.gallery()}
    found = {path.resolve() for path in samples.GALLERY_DIR.rglob("*.png")}
    assert found <= listed


def test_both_classes_are_shown() -> None:
    assert {portrait.label for portrait in samples.gallery()} == set(range(len(LABELS)))


def test_every_picture_is_described_for_those_who_cannot_see_it() -> None:
    descriptions = [portrait.alt for portrait in samples.gallery()]
    assert all(len(text) > 20 for text in descriptions)
    assert len(set(descriptions)) == len(descriptions)


def test_no_link_leads_to_two_pictures() -> None:
    names = [portrait.id for portrait in samples.gallery()]
    assert len(set(names)) == len(names)


def test_the_label_is_the_folder_the_picture_lies_in() -> None:
    portraits = [
        portrait for portrait in samples.gallery() if samples.GALLERY_DIR in portrait.path.parents
    ]
    assert portraits
    for portrait in portraits:
        assert portrait.path.parent.name == LABELS[portrait.label], portrait.id


def test_the_description_does_not_contradict_the_label() -> None:
    for portrait in samples.gallery():
        assert ("without a mask" in portrait.alt) == (portrait.label == WITHOUT_MASK), portrait.id


def test_a_picture_is_found_by_its_name() -> None:
    for portrait in samples.gallery():
        assert samples.get(portrait.id) is portrait


@pytest.mark.parametrize("name", ["", "nobody", "../samples.csv", "PORTRAIT-00", "\0"])
def test_an_unknown_picture_is_refused_by_name(name: str) -> None:
    with pytest.raises(ImageError) as refusal:
        samples.get(name)
    assert repr(name) in str(refusal.value)


def test_the_gallery_is_a_dataset_a_report_can_be_made_on() -> None:
    counts = datasets.open_dataset(samples.GALLERY_DIR).counts()
    assert set(counts) == set(LABELS)
    assert min(counts.values()) >= 5


def test_the_list_keeps_its_order() -> None:
    with (samples.SAMPLES_DIR / "samples.csv").open(encoding="utf-8", newline="") as file:
        names = [row["id"] for row in csv.DictReader(file)]
    assert [portrait.id for portrait in samples.gallery()] == names

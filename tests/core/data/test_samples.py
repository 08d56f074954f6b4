"""The shipped pictures: listed, labelled, described, and a dataset of their own."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from facemask_core.data import datasets, samples
from facemask_core.data.samples import Portrait
from facemask_core.errors import ImageError
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK
from facemask_core.pictures import faces, images

SETS = {
    samples.GALLERY_DIR: samples.gallery,
    samples.FACES_DIR: samples.faces,
    samples.CONFUSERS_DIR: samples.confusers,
}
every_list = pytest.mark.parametrize("listed", SETS.values(), ids=[folder.name for folder in SETS])
every_set = pytest.mark.parametrize(
    ("folder", "listed"), SETS.items(), ids=[folder.name for folder in SETS]
)
Listed = Callable[[], tuple[Portrait, ...]]


@every_list
def test_every_listed_picture_is_there_and_can_be_decoded(listed: Listed) -> None:
    for portrait in listed():
        pixels = images.decode(portrait.path.read_bytes())
        assert min(pixels.shape[:2]) >= images.INPUT_SIZE, portrait.id
        assert pixels.std() > 5, f"{portrait.id} is blank"


@every_set
def test_every_picture_of_a_folder_is_listed(folder: Path, listed: Listed) -> None:
    shown = {portrait.path for portrait in listed()} - {samples.PHOTOGRAPH.path}
    assert shown == {path for path in folder.rglob("*") if path.suffix in (".jpg", ".webp")}
    assert shown


def test_as_many_as_promised() -> None:
    portraits = [len(samples.gallery()) - 1, len(samples.faces())]
    assert portraits == [24, 400]
    for label in range(len(LABELS)):
        assert sum(face.label == label for face in samples.faces()) == 200


def test_all_of_them_fit_in_twelve_megabytes() -> None:
    files = [path for path in samples.SAMPLES_DIR.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 12e6


@every_list
def test_every_picture_is_described_for_those_who_cannot_see_it(listed: Listed) -> None:
    for portrait in listed():
        assert len(portrait.alt) > 20, portrait.id
        assert portrait.alt.startswith("Rendered portrait of nobody") == (
            portrait is not samples.PHOTOGRAPH
        )


def test_no_two_pictures_of_the_gallery_are_described_alike() -> None:
    descriptions = [portrait.alt for portrait in samples.gallery()]
    assert len(set(descriptions)) == len(descriptions)


def test_no_link_leads_to_two_pictures() -> None:
    names = [portrait.id for listed in SETS.values() for portrait in listed()]
    assert len(set(names)) == len(names)


@every_set
def test_the_label_is_the_folder_the_picture_lies_in(folder: Path, listed: Listed) -> None:
    for portrait in listed():
        if portrait is not samples.PHOTOGRAPH:
            assert portrait.path.parent == folder / LABELS[portrait.label], portrait.id


@pytest.mark.parametrize("listed", [samples.gallery, samples.faces])
def test_the_description_does_not_contradict_the_label(listed: Listed) -> None:
    for portrait in listed():
        assert ("without a mask" in portrait.alt) == (portrait.label == WITHOUT_MASK), portrait.id


def test_every_skin_tone_is_shown_as_often_as_every_other() -> None:
    """By the ten tones of the Monk scale, with and without a mask."""
    with (samples.FACES_DIR / "portraits.csv").open(encoding="utf-8", newline="") as file:
        tones = Counter((row["label"], row["monk_tone"]) for row in csv.DictReader(file))
    assert len(tones) == 20
    assert max(tones.values()) - min(tones.values()) <= 4


@pytest.mark.slow
def test_faces_are_found_in_nearly_all_portraits() -> None:
    found = [
        [bool(faces.find_faces(images.decode(face.path.read_bytes()))) for face in of_class]
        for of_class in (
            [face for face in samples.faces() if face.label == label][::3]
            for label in (WITHOUT_MASK, WITH_MASK)
        )
    ]
    assert np.mean(found[WITHOUT_MASK]) >= 0.98
    assert np.mean(found[WITH_MASK]) >= 0.98


def test_a_picture_is_found_by_its_name() -> None:
    for portrait in samples.gallery():
        assert samples.get(portrait.id) is portrait


@pytest.mark.parametrize("name", ["", "nobody", "../samples.csv", "PORTRAIT-00", "\0"])
def test_an_unknown_picture_is_refused_by_name(name: str) -> None:
    with pytest.raises(ImageError) as refusal:
        samples.get(name)
    assert repr(name) in str(refusal.value)


@pytest.mark.parametrize("folder", [samples.GALLERY_DIR, samples.FACES_DIR])
def test_a_report_can_be_made_on_a_folder(folder: Path) -> None:
    counts = datasets.open_dataset(folder).counts()
    assert set(counts) == set(LABELS)
    assert min(counts.values()) >= 5

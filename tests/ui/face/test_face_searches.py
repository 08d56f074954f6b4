"""Searches for faces: once a picture, at once for several, not for a visitor who has left."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from picture_files import saved
from PIL import Image

from facemask_core.pictures.pixel_budget import ON_WAIT, PixelBudget
from facemask_ui.face import pictures
from facemask_ui.face.pictures import Picture

SECONDS = 20


def make_picture() -> Picture:
    return Picture("face.png", "uploaded", saved(Image.new("RGB", (40, 50)), "PNG"))


def test_pictures_of_two_visitors_are_searched_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)

    def find(_: np.ndarray) -> list[object]:
        both.wait(SECONDS)
        return []

    monkeypatch.setattr(pictures, "find_faces", find)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda it: it.faces, [make_picture(), make_picture()])) == [[], []]


def test_a_picture_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []

    def find(pixels: np.ndarray) -> list[object]:
        searches.append(pixels.shape)
        time.sleep(0.05)
        return []

    monkeypatch.setattr(pictures, "find_faces", find)
    picture = make_picture()
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda it: it.faces, [picture] * 6)) == [[]] * 6
    assert searches == [(50, 40, 3)]


def test_a_visitor_who_leaves_is_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def end() -> None:
        raise KeyboardInterrupt  # like Streamlit's, no Exception

    budget, picture = PixelBudget(2000), make_picture()
    monkeypatch.setattr(pictures, "_SEARCHES", budget)
    monkeypatch.setattr(pictures, "find_faces", lambda _: pytest.fail("nobody waits for it"))
    before = ON_WAIT.set(end)
    try:
        with budget.reserve(1), pytest.raises(KeyboardInterrupt):
            picture.faces  # noqa: B018
    finally:
        ON_WAIT.reset(before)
    monkeypatch.setattr(pictures, "find_faces", lambda _: ["a face"])
    assert picture.faces == ["a face"]

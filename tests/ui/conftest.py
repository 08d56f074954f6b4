"""The lab without a browser, and a model whose answers the tests know beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from screen import Open
from streamlit.elements.lib import policies
from streamlit.testing.v1 import AppTest

import facemask_core
from facemask_core import Classifier
from facemask_core.backend import keras
from facemask_core.jobs import Supervisor
from facemask_core.models import checkpoints
from facemask_core.pictures.images import INPUT_SIZE
from facemask_ui.choices import models, offer
from facemask_ui.classroom import answers
from facemask_ui.lab import stored_films
from facemask_ui.visitors import shared_cache

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "Home": "app.py",
    "Inspect": "pages/1_Inspect.py",
    "Attack": "pages/2_Attack.py",
    "Report": "pages/3_Report.py",
    "Models": "pages/4_Models.py",
    "Learn": "pages/5_Learn.py",
    "Paper": "pages/6_Paper.py",
    "Class": "pages/7_Class.py",
}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A queue and a store for each test, and no worker but the test's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FACEMASK_HOME", str(folder))
    monkeypatch.setattr(Supervisor, "start", lambda _self: None)
    return folder


@pytest.fixture(autouse=True)
def empty_caches() -> None:
    """Empties the shared caches, so that no test gets the answers of another."""
    shared_cache._shared_cache.clear()


@pytest.fixture(autouse=True)
def no_stored_films(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has every page compute what it shows; ``lab/test_stored_films.py`` reads stored films."""
    monkeypatch.setattr(stored_films, "find_film", lambda _question: None)


@pytest.fixture(autouse=True)
def one_way_to_set_a_widget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Streamlit warns once where a widget has a default and its value was set elsewhere as well."""
    monkeypatch.setattr(policies, "_shown_default_value_warning", False)
    yield
    assert not policies._shown_default_value_warning, "a widget is set in two ways"


@pytest.fixture
def light_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offers the two smallest models: Inspect asks every one, and to load five takes long.

    ``choices/test_models.py`` asks them all.
    """
    monkeypatch.setenv(offer.MODELS_VARIABLE, "mobilenetv3,mobilenetv3-robust")


@pytest.fixture
def open_page() -> Open:
    """Opens a page as a new visitor would, with query parameters."""

    def opened(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
        if page != "Home":
            app.switch_page(PAGES[page])
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened


@pytest.fixture
def brightness(monkeypatch: pytest.MonkeyPatch) -> Classifier:
    """A model that takes bright pictures for masked: easy to fool, and by a known amount."""
    pixels = keras.Input((INPUT_SIZE, INPUT_SIZE, 3))
    dense = keras.layers.Dense(2)
    model = keras.Model(pixels, dense(keras.layers.GlobalAveragePooling2D()(pixels)))
    slope = np.array([[-4.0, 4.0]] * 3, np.float32)
    dense.set_weights([slope, np.array([6.0, -6.0], np.float32)])  # level at a mean of 0.5
    card = checkpoints.read_card(checkpoints.locate(models.shipped()[0]))
    classifier = Classifier(model, replace(card, weights_sha256="brightness", unsure_below=None))

    def load(name: str, **_: object) -> Classifier:
        """The same for a report's worker, under every model's own name."""
        own = replace(classifier.card, name=name, weights_sha256=f"brightness {name}")
        return Classifier(model, own)

    monkeypatch.setattr(models, "load", lambda _name, **_: classifier)
    monkeypatch.setattr(models, "on_demand", lambda _name: classifier)
    monkeypatch.setattr(facemask_core, "load_classifier", load, raising=False)
    monkeypatch.setattr(answers, "_read_film", cache(answers._read_film.__wrapped__))
    return classifier

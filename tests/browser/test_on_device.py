"""The engine in Chromium: same answers, in workers, without a request and without a trace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from benchmarks.ondevice.runtimes import Chromium
from facemask_core import attacks
from facemask_core.data import samples
from facemask_core.models.classifier import probabilities
from facemask_core.web.export import export_model
from facemask_ui.choices import models
from facemask_ui.lab import sample_films
from facemask_ui.lab.stored_films import find_film

MODELS = ("mobilenetv3", "mobilenetv3-robust")
_STORES = """async () => [
  localStorage.length, sessionStorage.length, document.cookie,
  (await indexedDB.databases()).length, (await caches.keys()).length]"""


@pytest.mark.journey
def test_a_browser_computes_what_the_core_does(chromium: Browser, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in MODELS]
    for name, folder in zip(MODELS, folders, strict=True):
        export_model(name, folder)
    with Chromium(chromium) as runtime:
        runtime.open(folders, most=2)
        for name in MODELS:
            chosen, attack = samples.gallery()[:2], attacks.make("fgsm")
            for question in sample_films.list_questions(models.on_demand(name), attack, chosen):
                film = find_film(question)
                assert film is not None
                task = {"attack": "fgsm", "label": question.label}
                pictures, logits = runtime.sweep(name, question.face, **task)
                expected = np.array(list(film[1].answers.values()))
                assert np.abs(probabilities(logits) - expected).max() < 1e-4
                for notch, picture in enumerate(pictures):
                    assert (picture != film[1].attacked_at(notch, question.face)).mean() < 1e-3
        stopped = runtime.ask(
            "sweep", model=MODELS[0], picture=question.face, task={"attack": "pgd"}, cancelAfter=1
        )
        assert stopped["cancelled"]
        assert all(address.startswith("blob:") for address in runtime.requests), runtime.requests


def test_nothing_stays_in_the_browser(chromium: Browser, tmp_path: Path) -> None:
    """On a page with an address of its own, which a blank one's stores would need."""
    export_model(MODELS[0], tmp_path)
    with Chromium(chromium, "http://device.test/") as runtime:
        runtime.open([tmp_path])
        (question, *_) = sample_films.list_questions(
            models.on_demand(MODELS[0]), attacks.make("fgsm"), samples.gallery()[:1]
        )
        assert runtime.smallest(MODELS[0], question.face, attack="pgd", label=question.label)
        secure = "http" not in runtime.page.evaluate("isSecureContext ? 'yes' : 'http'")
        stores = _STORES if secure else _STORES.replace(", (await caches.keys()).length", "")
        assert not any(runtime.page.evaluate(stores))
        elsewhere = [it for it in runtime.requests if not it.startswith("blob:")]
        assert elsewhere == ["http://device.test/"]

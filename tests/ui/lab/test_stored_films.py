"""Films of shipped pictures are there at once, belong to their weights, and are checked."""

from __future__ import annotations

import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from facemask_core import attacks
from facemask_core.data import samples
from facemask_core.models import checkpoints
from facemask_ui.choices import models
from facemask_ui.face.question import Question
from facemask_ui.lab import parts, sample_films, stored_films, sweeps
from facemask_ui.lab.parts import Part
from facemask_ui.lab.stored_films import find_film
from facemask_ui.server import idle_films
from facemask_ui.visitors import quiet

RANDOM = np.random.default_rng(5)
FACE = RANDOM.integers(0, 256, (224, 224, 3)).astype(np.uint8)
MODEL = SimpleNamespace(name="none", card=SimpleNamespace(weights_sha256="a", unsure_below=0.7))
QUESTION = Question(FACE, MODEL, 1, attacks.make("fgsm"), 0)  # type: ignore[arg-type]
STEPPED = replace(QUESTION, attack=attacks.make("pgd"))
ASKED = {"sign": QUESTION, "frames": STEPPED}


def film(kind: str) -> list[Part]:
    """A complete film of random pictures."""
    levels = QUESTION.notches if kind == "sign" else STEPPED.notches
    shares = RANDOM.random(len(levels))
    header = {"levels": levels, "probabilities": np.stack([shares, 1 - shares], 1).tolist()}
    signs = RANDOM.integers(-1, 2, FACE.shape).astype(np.int8)
    changes = np.stack([RANDOM.integers(-level, level + 1, FACE.shape) for level in levels])
    values = signs if kind == "sign" else changes.astype(np.uint8)
    keys = ("linf", "l2", "changed", "pixels", "ssim", "psnr")
    figures = {"levels": levels, "figures": [dict.fromkeys(keys, 1.5)] * len(levels)}
    return [
        Part("face", "face", {"before": [0.25, 0.75], "label": 1}, FACE),
        Part("levels 0-32", kind, header, values),
        Part("figures 0-32", "figures", figures),
        parts.describe_line("noise", [(0, 0.75), (4, 0.5)]),
        parts.END,
    ]


@pytest.mark.parametrize("kind", ["sign", "frames"])
def test_a_film_comes_back_as_it_was(kind: str) -> None:
    made = film(kind)
    data = stored_films.encode(ASKED[kind], made)
    read = stored_films.decode(data, ASKED[kind])
    assert read is not None
    assert len(data) < 2_500_000
    # The stored compression is handed on as it is: the browser unpacks the same values.
    for old, new in zip(made, read, strict=True):
        assert (old.name, old.kind, old.answers) == (new.name, new.kind, new.answers)
        assert old.header == {**new.header} or old.kind == "line"
        assert np.array_equal(np.asarray(old.values), np.asarray(new.values))
    for notch in (0, 1, 32):
        np.testing.assert_array_equal(
            read[1].attacked_at(notch, FACE), made[1].attacked_at(notch, FACE)
        )


def test_what_is_damaged_or_of_another_question_counts_as_missing() -> None:
    data = stored_films.encode(STEPPED, film("frames"))
    assert stored_films.decode(data, STEPPED) is not None
    cut = range(0, len(data), len(data) // 7)
    flipped = [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in cut]
    others: list[Any] = [
        replace(STEPPED, seed=1),
        replace(STEPPED, label=0),
        replace(STEPPED, face=FACE + 1),
        replace(STEPPED, linked=11),
    ]
    for damaged in [b"", data + b"x", *(data[:at] for at in cut), *flipped]:
        assert stored_films.decode(damaged, STEPPED) is None
    assert all(stored_films.decode(data, other) is None for other in others)


def test_a_film_that_leaves_its_epsilon_counts_as_missing() -> None:
    made = film("frames")
    beyond = np.array(made[1].values)
    beyond[3] = 4
    made[1] = replace(made[1], values=beyond)
    assert stored_films.decode(stored_films.encode(STEPPED, made), STEPPED) is None


def test_a_linked_notch_is_computed_with_the_others_but_for_fgsm() -> None:
    linked = replace(STEPPED, linked=11)
    assert linked.notches == linked.stops == sorted([*STEPPED.stops, 11])
    assert linked.key() != STEPPED.key()
    one_gradient = replace(QUESTION, linked=11)
    assert one_gradient.stops == linked.stops
    assert one_gradient.notches == list(range(33))
    assert one_gradient.key() == QUESTION.key()


def test_every_shipped_film_belongs_to_the_shipped_weights() -> None:
    """If not, ``python -m tools.films NAME`` makes a model's anew, or its file goes."""
    shipped = [name for name in checkpoints.usable() if stored_films.shipped_file(name).exists()]
    assert models.shipped()[0] in shipped, "the model that is offered first"
    for name in shipped:
        model = models.on_demand(name)
        questions = sample_films.list_questions(model, attacks.make("fgsm"), samples.gallery())
        with zipfile.ZipFile(stored_films.shipped_file(name)) as file:
            assert file.namelist() == [question.key() for question in questions], name


def test_a_shipped_film_shows_what_the_model_would_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of one face and one model; a model of other weights has none."""
    monkeypatch.setattr(stored_films, "find_film", find_film)
    portrait = samples.gallery()[3]
    idle = models.on_demand("mobilenetv3")
    (question,) = sample_films.list_questions(idle, attacks.make("fgsm"), [portrait])
    monkeypatch.setattr(models, "load", lambda *_, **__: pytest.fail("the model was loaded"))
    shown = sweeps.recall_sweep(question)
    assert shown is not None
    assert [part.kind for part in shown.done] == ["face", "sign", "figures", "line", "end"]
    assert len(list(shown.pack())) == 5
    monkeypatch.undo()

    loaded = models.load("mobilenetv3", to_attack=True)
    computed = stored_films.decode(
        sample_films.make_film(replace(question, classifier=loaded)), question
    )
    assert computed is not None
    same = np.asarray(computed[1].values) == np.asarray(shown.done[1].values)
    assert same.mean() > 0.999, "another processor may round a gradient of almost 0 otherwise"
    for notch, answer in computed[1].answers.items():
        np.testing.assert_allclose(shown.done[1].answers[notch], answer, atol=1e-3)

    card = replace(loaded.card, weights_sha256="0" * 64)
    stranger: Any = SimpleNamespace(name="mobilenetv3", card=card)
    assert find_film(replace(question, classifier=stranger)) is None


def test_an_idle_server_keeps_films_and_gives_way_to_visitors(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(question: Question) -> bytes:
        made.append(question.key())
        return stored_films.encode(question, film("sign"))

    questions = [replace(QUESTION, seed=seed) for seed in range(3)]
    monkeypatch.setattr(stored_films, "find_film", find_film)
    monkeypatch.setattr(sample_films, "_list_wanted", lambda: iter(questions))
    monkeypatch.setattr(sample_films, "_load", lambda _name: MODEL)
    monkeypatch.setattr(sample_films, "make_film", make)
    folder = home / "films"
    folder.mkdir()
    (folder / "half-written").write_bytes(b"")
    sample_films.fill_cache(1)
    stored = sorted(path.name for path in folder.glob("*") if path.is_file())
    assert stored == sorted(f"{question.key()}.film" for question in questions)
    assert find_film(questions[1]) is not None
    (folder / stored[0]).write_bytes(b"damaged")
    sample_films.fill_cache(1)
    assert len(made) == 4, "only the damaged one is made again"
    (folder / stored[0]).unlink()
    sample_films.fill_cache(0)
    assert len(list(folder.glob("*.film"))) == 2, "there is no room for a third"

    maker = idle_films.FilmMaker((sys.executable, "-c", "import time; time.sleep(60)"))
    forget = quiet.on_visitor(maker.give_way)
    maker.look(silence=10)
    assert not maker.computes
    maker.look(silence=61)
    assert maker.computes
    quiet.note_visitor()
    assert not maker.computes
    assert not maker.finished
    assert quiet.measure_silence() < 10
    forget()
    maker = idle_films.FilmMaker((sys.executable, "-c", ""))
    end = time.monotonic() + 20
    while not maker.finished and time.monotonic() < end:
        maker.look(silence=61)
        time.sleep(0.02)
    assert maker.finished

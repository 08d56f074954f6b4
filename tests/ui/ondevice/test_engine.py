"""The engine of the pupil's own device gives what the core gives, in the Node that Playwright has.

Node runs the very scripts and the WebAssembly of the browser, and starts at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.ondevice.runtimes import Node
from facemask_core import Classifier, attacks, load_classifier
from facemask_core.data import samples
from facemask_core.models.classifier import probabilities
from facemask_core.pictures import faces, images
from facemask_core.pictures.faces import Box
from facemask_core.robustness.smallest import find_smallest_epsilon
from facemask_core.robustness.sweep import sweep_epsilons
from facemask_core.web.export import export_model
from facemask_ui.choices import models
from facemask_ui.lab import sample_films
from facemask_ui.lab.stored_films import find_film

MODELS = ("mobilenetv3", "mobilenetv3-robust")
MOST_LOGIT = 1e-4
"""How far an answer may lie from the core's."""
MOST_PIXELS = 1e-3
"""Which share of FGSM's 8-bit values may differ: where a gradient is nearly zero, its sign does."""

STRENGTHS = (
    ("mobilenetv3", "linf", 1 / 255),
    ("mobilenetv3", "l2", 0.5),
    ("mobilenetv3-robust", "linf", 8 / 255),
    ("mobilenetv3-robust", "l2", 3.0),
)
"""Epsilons at which some portraits fall and some stand."""


@cache
def classifier(name: str) -> Classifier:
    return load_classifier(name, warm_up=False)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folders = [tmp_path_factory.mktemp(name) for name in MODELS]
    for name, folder in zip(MODELS, folders, strict=True):
        export_model(name, folder)
    return folders


@pytest.fixture(scope="module")
def node(exported: list[Path]) -> Iterator[Node]:
    with Node() as runtime:
        runtime.open(exported, most=2)
        yield runtime


@cache
def portraits(count: int) -> NDArray[np.uint8]:
    chosen = samples.gallery()[:count]
    return np.stack([images.resize(images.decode(one.path.read_bytes())) for one in chosen])


def random_pictures(count: int) -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, (count, 224, 224, 3), dtype=np.uint8)


def check_answers(node: Node, name: str, pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Compares the answers, and returns the classes that the core gives."""
    expected = classifier(name).predict(images.to_float(pictures))
    assert np.abs(node.answer(name, pictures) - expected).max() < MOST_LOGIT
    labels: NDArray[np.int64] = expected.argmax(axis=1)
    return labels


def check_sweep(
    node: Node, name: str, picture: NDArray[np.uint8], label: int, attack: str, **settings: object
) -> None:
    made = attacks.make(attack, **settings)
    expected = sweep_epsilons(classifier(name), picture, label, made, seed=3)
    found = node.sweep(name, picture, attack=attack, label=label, seed=3, settings=settings)
    pictures, logits = found
    assert (pictures != expected.adversarial).mean() < MOST_PIXELS
    assert (logits.argmax(axis=1) == expected.logits.argmax(axis=1)).all()
    assert np.abs(logits - expected.logits).max() < 1e-3  # of pictures that may differ a little


@pytest.mark.parametrize("name", MODELS)
def test_answers_and_fgsm_are_those_of_the_shipped_films(node: Node, name: str) -> None:
    """The core has computed the films, so that no numerical library need start here."""
    chosen, attack = samples.gallery()[:2], attacks.make("fgsm")
    for question in sample_films.list_questions(models.on_demand(name), attack, chosen):
        film = find_film(question)
        assert film is not None
        known = film[1]
        pictures, logits = node.sweep(name, question.face, attack="fgsm", label=question.label)
        expected = np.array(list(known.answers.values()))
        assert np.abs(probabilities(logits) - expected).max() < MOST_LOGIT
        for notch, picture in enumerate(pictures):
            assert (picture != known.attacked_at(notch, question.face)).mean() < MOST_PIXELS
        answer = node.answer(name, question.face[None])
        assert np.abs(probabilities(answer) - film[0].header["before"]).max() < MOST_LOGIT


@pytest.mark.parametrize(
    ("height", "width"),
    [
        *[(480, 640), (50, 1200), (97, 61), (224, 500), (224, 224), (33, 32)],
        *[(1200, 50), (230, 100), (500, 362), (501, 362), (640, 480)],  # tall ones by columns first
    ],
)
def test_a_crop_has_the_cores_very_pixels(node: Node, height: int, width: int) -> None:
    photograph = np.random.default_rng(height).integers(0, 256, (height, width, 4), np.uint8)
    rgb = np.ascontiguousarray(photograph[..., :3])
    for box in (None, Box(5, 7, 25, 20), Box(-9, -4, 40, 40), Box(width - 3, 2, 90, 90)):
        assert np.array_equal(node.crop(photograph, box), faces.crop(rgb, box)), box
    assert np.array_equal(node.crop(rgb), faces.crop(rgb, None))


def test_noise_is_the_cores_own_for_its_seed(node: Node) -> None:
    picture = portraits(1)[0]
    origin = images.to_float(picture)[None]
    for norm, epsilon, seed in (("linf", 8 / 255, 0), ("l2", 2.5, 2**40 + 7)):
        noisy = attacks.make("noise", norm=norm).add_noise(origin, epsilon, seed)[0]
        expected = images.to_uint8_within(noisy, picture, epsilon)
        task = {"attack": "noise", "settings": {"norm": norm}, "epsilon": epsilon, "seed": seed}
        found = node.attack(MODELS[0], picture, **task)["picture"]
        assert (found != expected).mean() < 1e-4
        assert (found != picture).any()


def test_pgd_stays_within_its_ball_and_fools(node: Node) -> None:
    picture = portraits(1)[0]
    linf = node.attack(MODELS[0], picture, attack="pgd", epsilon=4 / 255, settings={"steps": 5})
    change = np.abs(linf["picture"].astype(int) - picture)
    assert change.max() <= 4
    assert linf["success"]
    assert linf["gradients"] == 5
    task = {"attack": "pgd", "epsilon": 2.0, "settings": {"norm": "l2", "steps": 5}}
    moved = node.attack(MODELS[0], picture, **task)["picture"].astype(float) - picture
    assert 1.5 < np.linalg.norm(moved / 255) < 2.05  # rounding to 8 bits may add a little


def test_pgd_can_be_followed_from_its_random_start_to_its_result(node: Node) -> None:
    picture, epsilon = portraits(1)[0], 3 / 255
    task = {"attack": "pgd", "epsilon": epsilon, "settings": {"steps": 4}, "seed": 2}
    pictures, logits = node.follow(MODELS[0], picture, **task)
    start = attacks.make("noise").add_noise(images.to_float(picture)[None], epsilon, 2)[0]
    assert (pictures[0] == images.to_uint8_within(start, picture, epsilon)).all()
    assert len(pictures) == 5
    assert np.abs(pictures.astype(int) - picture).max() == 3
    assert np.abs(node.answer(MODELS[0], pictures) - logits).max() < MOST_LOGIT
    last = node.attack(MODELS[0], picture, **task)
    assert last["step"] < 4 or (last["picture"] == pictures[-1]).all()
    with pytest.raises(RuntimeError, match="many steps"):
        node.follow(MODELS[0], picture, attack="fgsm", epsilon=epsilon)


def test_a_sweep_reports_its_progress_and_can_be_cancelled(node: Node) -> None:
    picture = portraits(1)[0]
    asked = {"model": MODELS[0], "picture": picture}
    task = {"attack": "noise", "notches": [0, 1, 2, 3]}
    whole = node.ask("sweep", **asked, task=task)
    assert whole["notches"] == [0, 1, 2, 3]
    assert whole["progress"][-1] == {"done": 4, "total": 4}
    stopped = node.ask("sweep", **asked, task={"attack": "pgd"}, cancelAfter=1)
    assert stopped["cancelled"]
    assert stopped["parts"] < 33  # a busy machine hears of it late
    assert len(node.answer(MODELS[0], picture[None])) == 1  # and the worker goes on


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ({"attack": "cw"}, "no attack cw"),
        ({"attack": "fgsm", "settings": {"steps": 3}}, "fgsm has no setting steps"),
        ({"attack": "fgsm", "settings": {"norm": "l1"}}, "norm may be linf,l2"),
        ({"attack": "fgsm", "label": 1, "settings": {"target": 1}}, "target the other class"),
        ({"attack": "fgsm", "seed": -1}, "whole number from 0"),
    ],
)
def test_what_makes_no_sense_is_refused(node: Node, task: dict[str, object], reason: str) -> None:
    with pytest.raises(RuntimeError, match=reason):
        node.attack(MODELS[0], portraits(1)[0], epsilon=0.1, **task)


def test_an_unknown_model_and_a_picture_of_another_size_are_refused(node: Node) -> None:
    with pytest.raises(RuntimeError, match="no model vgg19"):
        node.answer("vgg19", portraits(1))
    with pytest.raises(RuntimeError, match="has 3 values"):
        node.attack(MODELS[0], np.zeros(3, np.uint8), attack="fgsm", epsilon=0.1)


def test_weights_that_are_not_the_plans_are_refused(exported: list[Path], tmp_path: Path) -> None:
    shutil.copytree(exported[0], tmp_path, dirs_exist_ok=True)
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    with Node() as runtime:
        runtime.open([tmp_path])
        with pytest.raises(RuntimeError, match="not the plan's"):
            runtime.answer(MODELS[0], portraits(1))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_attack_is_the_cores(node: Node, name: str) -> None:
    pictures = np.concatenate([portraits(2), random_pictures(1)])
    labels = check_answers(node, name, pictures)
    for picture, label in zip(pictures, labels.tolist(), strict=True):
        check_sweep(node, name, picture, label, "fgsm")
    picture, label = pictures[0], int(labels[0])
    check_sweep(node, name, picture, label, "noise")
    check_sweep(node, name, picture, label, "noise", norm="l2", draws=2)
    check_sweep(node, name, picture, label, "fgsm", norm="l2")
    check_sweep(node, name, picture, label, "fgsm", target=1 - label)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_pgd_and_the_smallest_epsilon_are_as_strong_as_the_cores(node: Node, name: str) -> None:
    """Step by step signs near zero part, so the pictures differ; how far one has to go does not."""
    picture, few = portraits(1)[0], {"steps": 5}
    (label,) = check_answers(node, name, picture[None])
    origin = images.to_float(picture)[None]
    for attack, settings in (("fgsm", {}), ("noise", {}), ("pgd", few)):
        made = attacks.make(attack, **settings)
        known = find_smallest_epsilon(classifier(name), origin, label[None], made).levels[0]
        task = {"attack": attack, "label": int(label), "settings": settings}
        level = node.smallest(name, picture, **task)
        own = np.inf if level is None else level
        assert own == known or (attack == "pgd" and abs(own - known) <= 1)
    for norm in ("linf", "l2"):
        made = attacks.make("pgd", norm=norm, **few)
        expected = sweep_epsilons(classifier(name), picture, int(label), made)
        task = {"attack": "pgd", "label": int(label), "settings": {"norm": norm, **few}}
        _, logits = node.sweep(name, picture, **task)
        fooled = logits.argmax(axis=1) != label
        known_fooled = expected.logits.argmax(axis=1) != label
        assert abs(int(fooled.argmax()) - int(known_fooled.argmax())) <= 1


@pytest.mark.slow
@pytest.mark.parametrize(("norm", "epsilon"), [("linf", 4 / 255), ("l2", 1.5)])
def test_pgd_takes_the_cores_first_step_from_its_random_start(
    node: Node, norm: str, epsilon: float
) -> None:
    """One step at one epsilon, because from then on small differences grow."""
    name, picture = MODELS[0], portraits(1)[0]
    labels = check_answers(node, name, picture[None])
    for target in (None, 1 - int(labels[0])):
        made = attacks.make("pgd", norm=norm, steps=1, target=target)
        batch = made(
            classifier(name), images.to_float(picture)[None], labels, epsilon=epsilon, seed=3
        )
        expected = images.to_uint8_within(batch.images[0], picture, epsilon=min(1.0, epsilon))
        settings = {"norm": norm, "steps": 1, "target": target}
        task = {"attack": "pgd", "epsilon": epsilon, "label": int(labels[0]), "seed": 3}
        found = node.attack(name, picture, **task, settings=settings)
        assert (found["picture"] != expected).mean() < MOST_PIXELS


@pytest.mark.slow
@pytest.mark.parametrize(("name", "norm", "epsilon"), STRENGTHS)
def test_pgd_of_twenty_steps_is_as_strong_as_the_cores(
    node: Node, name: str, norm: str, epsilon: float
) -> None:
    shown, labels = portraits(8), np.array([one.label for one in samples.gallery()[:8]])
    pgd = attacks.make("pgd", norm=norm)
    core = pgd(classifier(name), images.to_float(shown), labels, epsilon=epsilon, seed=3).success
    task = {"attack": "pgd", "settings": {"norm": norm}, "epsilon": epsilon, "seed": 3}
    pairs = zip(shown, labels.tolist(), strict=True)
    own = [node.attack(name, picture, label=label, **task)["success"] for picture, label in pairs]
    assert 0 < core.sum() < len(core), "an epsilon at which all fall, or none, shows nothing"
    assert own.count(False) <= (~core).sum() + 1


@pytest.mark.slow
def test_a_picture_made_against_one_model_gets_the_cores_answer_of_the_other(node: Node) -> None:
    picture = portraits(1)[0]
    for one, other in (MODELS, MODELS[::-1]):
        (label,) = check_answers(node, one, picture[None]).tolist()
        pictures, _ = node.sweep(one, picture, attack="fgsm", label=label, notches=[4, 16, 32])
        made = sweep_epsilons(classifier(one), picture, label, attacks.make("fgsm")).adversarial
        expected = classifier(other).predict(images.to_float(made[[4, 16, 32]]))
        answered = node.answer(other, pictures)
        assert np.abs(answered - expected).max() < 1e-3
        assert (answered.argmax(axis=1) == expected.argmax(axis=1)).all()

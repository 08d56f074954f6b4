"""Every registered attack keeps the contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import FrozenInstanceError, fields
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks
from facemask_core.attacks import norms
from facemask_core.attacks.base import GRADIENT_PASSES
from facemask_core.backend import keras
from facemask_core.errors import AttackError

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]
Answer = Callable[..., "Attacked"]

SETTINGS: list[tuple[str, dict[str, Any], float]] = [
    ("fgsm", {}, 0.1),
    ("fgsm", {"norm": "l2"}, 0.5),
    ("fgsm", {"target": 1}, 0.1),
    ("fgsm", {"loss": "cross-entropy"}, 0.1),
    ("bim", {}, 0.1),
    ("bim", {"norm": "l2", "loss": "cross-entropy", "target": 1}, 0.5),
    ("mim", {}, 0.1),
    ("mim", {"norm": "l2", "decay": 0.5}, 0.5),
    ("pgd", {"steps": 5}, 0.1),
    ("pgd", {"steps": 5, "norm": "l2"}, 0.5),
    ("pgd", {"steps": 5, "restarts": 3}, 0.1),
    ("pgd", {"steps": 5, "target": 0}, 0.1),
    ("pgd", {"steps": 5, "random_start": False}, 0.1),
    ("pgd", {"steps": 9, "stop_early": True}, 0.1),
    ("pgd", {"steps": 9, "stop_early": True, "norm": "l2", "restarts": 2}, 0.5),
    ("apgd", {"steps": 20}, 0.1),
    ("apgd", {"steps": 20, "loss": "cross-entropy", "restarts": 2}, 0.1),
    ("apgd", {"steps": 20, "norm": "l2"}, 0.5),
    ("apgd", {"steps": 20, "stop_early": True}, 0.1),
    ("deepfool", {}, 0.5),
    ("deepfool", {"norm": "linf", "target": 1}, 0.1),
    ("fab", {"steps": 20}, 0.5),
    ("fab", {"steps": 20, "norm": "linf", "target": 1}, 0.1),
    ("cw", {"steps": 20, "searches": 3}, 0.5),
    ("lbfgs", {"steps": 5, "searches": 2}, 0.5),
    ("ensemble", {"steps": 10, "queries": 20}, 0.1),
    ("hopskipjump", {"queries": 90}, 0.5),
    ("hopskipjump", {"queries": 90, "norm": "linf", "target": 1}, 0.1),
    ("boundary", {"queries": 60}, 0.5),
    ("universal", {"steps": 3}, 0.1),
    ("universal", {"steps": 3, "norm": "l2", "target": 1}, 0.5),
    ("square", {"queries": 30}, 0.1),
    ("square", {"queries": 30, "target": 0}, 0.1),
    ("transfer", {"attack": attacks.make("fgsm")}, 0.1),
    ("noise", {}, 0.1),
    ("noise", {"norm": "l2", "draws": 3}, 0.5),
]
MINIMAL = ("deepfool", "fab", "cw", "lbfgs", "hopskipjump", "boundary")
"""Attacks that go no further than they have to."""
WITHOUT_GRADIENTS = ("hopskipjump", "boundary", "universal", "square", "noise")
"""Attacks that take no gradient at the image that they change."""
SEED = 5


def _over(settings_: Iterable[tuple[str, dict[str, Any], float]]) -> pytest.MarkDecorator:
    entries = list(settings_)
    names = [f"{name}-{chosen}" for name, chosen, _ in entries]
    return pytest.mark.parametrize(("name", "chosen", "epsilon"), entries, ids=names)


every_setting = _over(SETTINGS)
every_attack = _over({name: (name, *rest) for name, *rest in reversed(SETTINGS)}.values())
"""The first setting of each attack, for what does not hang on settings."""


def test_every_registered_attack_is_under_test() -> None:
    assert {name for name, _, _ in SETTINGS} == set(attacks.names())


@pytest.mark.parametrize("name", attacks.names())
def test_the_registry_describes_its_attacks(linear: Linear, name: str) -> None:
    attack = _make(linear, name, {})
    assert attack.name == name
    assert attack.title
    assert attacks.get(name).__doc__
    stated = attack.threat_model(8 / 255, seed=3)
    assert stated["attack"] == name
    assert stated["epsilon"] == 8 / 255
    assert stated["seed"] == 3
    assert json.loads(json.dumps(stated)) == stated
    assert stated["norm"] in norms.names()
    assert stated["knowledge"] in {"white box", "black box", "another model"}
    if name != "transfer":
        assert {field.name for field in fields(attack)} <= stated.keys()
    with pytest.raises(FrozenInstanceError):
        attack.target = 1  # type: ignore[attr-defined]


@every_setting
def test_it_takes_no_more_passes_than_it_states(
    linear: Linear,
    pictures: NDArray[np.float32],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    chosen: dict[str, Any],
    epsilon: float,
) -> None:
    """An image by itself, since the others of a batch may wait for it."""
    attack, predict, looks = _make(linear, name, chosen), Classifier.predict, [0]

    def count(classifier: Classifier, images: NDArray[np.floating]) -> NDArray[np.float32]:
        looks[0] += len(images)
        return predict(classifier, images)

    monkeypatch.setattr(Classifier, "predict", count)
    for image in pictures[::4]:
        for label in (0, 1):
            looks[0] = 0
            batch = attack(linear[0], image[None], np.array([label]), epsilon=epsilon, seed=SEED)
            most = GRADIENT_PASSES * batch.gradient_calls[0] + looks[0]
            assert most <= attack.passes + attack.passes_once


class Attacked(NamedTuple):
    """One setting's answer to one batch, which the tests below look at from all sides."""

    attack: attacks.Attack
    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    batch: attacks.AdversarialBatch


@pytest.fixture(scope="module")
def pictures() -> NDArray[np.float32]:
    """Eight images from all of the box, its corners among them, and eight well inside it."""
    rng = np.random.default_rng(2)
    anywhere = rng.random((8, *SHAPE), dtype=np.float32)
    anywhere[4:] = np.where(rng.random((4, *SHAPE)) < 0.5, np.round(anywhere[4:]), anywhere[4:])
    inside = rng.uniform(0.3, 0.7, (8, *SHAPE)).astype(np.float32)
    return np.concatenate([anywhere, inside])


@pytest.fixture(scope="module")
def answer(
    curved: Classifier, linear: Linear, pictures: NDArray[np.float32]
) -> Callable[..., Attacked]:
    """Attacks the pictures once for each setting, however many tests ask for the answer."""
    answers: dict[str, Attacked] = {}

    def attack_once(name: str, chosen: dict[str, Any], epsilon: float) -> Attacked:
        key = repr((name, chosen))
        if key not in answers:
            attack = _make(linear, name, chosen)
            labels = np.arange(len(pictures)) % 2
            batch = attack(curved, pictures, labels, epsilon=epsilon, seed=SEED)
            answers[key] = Attacked(attack, pictures, labels, batch)
        return answers[key]

    return attack_once


def _make(linear: Linear, name: str, chosen: dict[str, Any]) -> attacks.Attack:
    """Makes any registered attack; a transfer attack is made on the linear model."""
    source = {"source": linear[0]} if name == "transfer" else {}
    return attacks.make(name, **source, **chosen)


@every_setting
@pytest.mark.backend
def test_stays_in_the_ball_and_the_box(
    answer: Answer, name: str, chosen: dict, epsilon: float
) -> None:
    attack, _, _, batch = answer(name, chosen, epsilon)
    assert batch.images.min() >= 0.0
    assert batch.images.max() <= 1.0
    distance = batch.l2 if attack.threat_model(epsilon)["norm"] == "l2" else batch.linf
    assert distance.max() <= epsilon + 1e-6
    assert distance.max() > (0.0 if name in MINIMAL else 0.5 * epsilon)


@settings(max_examples=30)
@given(
    st.sampled_from(SETTINGS),
    st.integers(0, 2**32 - 1),
    st.floats(0.0, 1.0),
    st.sampled_from([0.0, 0.5, 1.0]),
)
@pytest.mark.backend
def test_no_input_leads_out_of_ball_or_box(
    curved: Classifier,
    linear: Linear,
    entry: tuple[str, dict[str, Any], float],
    seed: int,
    share: float,
    extreme: float,
) -> None:
    """Any image, epsilon and seed; part of the pixels at the end of their range."""
    name, chosen, _ = entry
    attack = _make(linear, name, chosen)
    rng = np.random.default_rng(seed)
    images = rng.random((3, *SHAPE), dtype=np.float32)
    images = np.where(rng.random(images.shape) < extreme, np.round(images), images)
    labels = rng.integers(0, 2, 3)
    kept, classes = images.copy(), labels.copy()
    for classifier in (curved, linear[0]):
        epsilon = share * attack.largest_epsilon(SHAPE)
        found = attack(classifier, images, labels, epsilon=epsilon, seed=seed)
        assert np.isfinite(found.images).all()
        assert found.images.min() >= 0.0
        assert found.images.max() <= 1.0
        distance = found.l2 if attack.threat_model(epsilon)["norm"] == "l2" else found.linf
        assert distance.max() <= epsilon + 1e-6 * max(1.0, epsilon)
        np.testing.assert_array_equal(images, kept)
        np.testing.assert_array_equal(labels, classes)


@every_setting
@pytest.mark.backend
def test_the_batch_describes_its_own_images(
    curved: Classifier, answer: Answer, name: str, chosen: dict, epsilon: float
) -> None:
    _, images, labels, batch = answer(name, chosen, epsilon)
    np.testing.assert_allclose(batch.logits, curved.predict(batch.images), atol=1e-5)
    delta = (batch.images.astype(np.float64) - images).reshape(len(images), -1)
    np.testing.assert_allclose(batch.linf, np.abs(delta).max(axis=1), atol=1e-12)
    np.testing.assert_allclose(batch.l2, np.sqrt((delta**2).sum(axis=1)), atol=1e-12)
    target = chosen.get("target")
    expected = batch.predictions != labels if target is None else batch.predictions == target
    np.testing.assert_array_equal(batch.success, expected)
    assert batch.dead_gradients == 0
    if name in WITHOUT_GRADIENTS:
        assert (batch.gradient_calls == 0).all()
    else:
        fooled_as_it_was = (batch.l2 == 0) & batch.success
        assert (batch.gradient_calls[~fooled_as_it_was] >= 1).all()


@every_setting
@pytest.mark.backend
def test_an_image_fares_the_same_alone_and_in_company(
    curved: Classifier, answer: Answer, name: str, chosen: dict, epsilon: float
) -> None:
    attack, images, labels, batch = answer(name, chosen, epsilon)
    for row in (3, 15):
        one = slice(row, row + 1)
        alone = attack(curved, images[one], labels[one], epsilon=epsilon, seed=SEED)
        # Another batch size may round a vanishing gradient to the other sign, not more.
        tolerance = 1e-3 if name in MINIMAL else 1e-6  # a long path, whose end is all that counts
        same = np.isclose(alone.images[0], batch.images[row], atol=tolerance).mean()
        assert same > 0.99
        assert alone.success[0] == batch.success[row]


@every_attack
@pytest.mark.backend(quick=True)
def test_the_same_seed_gives_the_same_batch_and_changes_neither_input_nor_model(
    curved: Classifier, answer: Answer, name: str, chosen: dict, epsilon: float
) -> None:
    attack, images, labels, batch = answer(name, chosen, epsilon)
    before = [keras.ops.convert_to_numpy(item.value).copy() for item in curved.model.variables]
    pixels, classes = images.copy(), labels.copy()
    again = attack(curved, pixels, classes, epsilon=epsilon, seed=SEED)
    np.testing.assert_array_equal(batch.images, again.images)
    np.testing.assert_array_equal(pixels, images)
    np.testing.assert_array_equal(classes, labels)
    for old, item in zip(before, curved.model.variables, strict=True):
        np.testing.assert_array_equal(old, keras.ops.convert_to_numpy(item.value))


@every_setting
@pytest.mark.backend
def test_epsilon_zero_changes_nothing(
    curved: Classifier, answer: Answer, name: str, chosen: dict, epsilon: float
) -> None:
    attack, images, labels, _ = answer(name, chosen, epsilon)
    batch = attack(curved, images, labels, epsilon=0.0)
    np.testing.assert_array_equal(batch.images, images)
    np.testing.assert_allclose(batch.logits, curved.predict(images), atol=1e-6)


@every_attack
@pytest.mark.backend
def test_an_empty_batch_gives_an_empty_answer(
    curved: Classifier, linear: Linear, name: str, chosen: dict, epsilon: float
) -> None:
    empty = np.empty((0, *SHAPE), np.float32)
    attack = _make(linear, name, chosen)
    batch = attack(curved, empty, np.empty(0, np.int64), epsilon=epsilon)
    assert batch.images.shape == (0, *SHAPE)
    assert batch.success.shape == (0,)


@pytest.fixture(scope="module")
def dead() -> Classifier:
    """A model that answers everything alike, so that no gradient leads anywhere."""
    size = int(np.prod(SHAPE))
    return wrapped(linear_model(np.zeros((size, 2), np.float32), np.zeros(2, np.float32)))


@every_attack
@pytest.mark.backend(quick=True)
def test_a_dead_model_is_reported_not_hidden(
    dead: Classifier,
    pictures: NDArray[np.float32],
    name: str,
    chosen: dict,
    epsilon: float,
) -> None:
    source = {"source": dead} if name == "transfer" else {}
    attack = attacks.make(name, **source, **chosen)
    labels = np.arange(len(pictures)) % 2
    batch = attack(dead, pictures, labels, epsilon=epsilon)
    assert np.isfinite(batch.images).all()
    if name in WITHOUT_GRADIENTS:
        return
    if name in MINIMAL:  # what fools as it is needs no gradient
        assert 0 < batch.dead_gradients == (~batch.success).sum()
    else:
        assert batch.dead_gradients == len(pictures)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda images, labels: (images + 0.9, labels),
        lambda images, labels: (np.where(images > 0.5, np.nan, images), labels),
        lambda images, labels: ((images * 255).astype(np.uint8), labels),
        lambda images, labels: (images[:, :4], labels),
        lambda images, labels: (images[0], labels),
        lambda images, labels: (images, labels[:5]),
        lambda images, labels: (images, labels + 1),
        lambda images, labels: (images, labels.astype(np.float32)),
    ],
)
def test_input_outside_the_contract_is_refused(
    linear: Linear, faces: NDArray[np.float32], labels: NDArray[np.int64], spoil: Any
) -> None:
    """Every attack inherits ``__call__``, which looks at the input before the attack sees it."""
    with pytest.raises(AttackError):
        attacks.make("fgsm")(linear[0], *spoil(faces, labels), epsilon=0.1)


@pytest.mark.parametrize("epsilon", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_senseless_epsilon_is_refused(
    linear: Linear, faces: NDArray[np.float32], labels: NDArray[np.int64], epsilon: float
) -> None:
    with pytest.raises(AttackError, match="psilon"):
        attacks.make("fgsm")(linear[0], faces, labels, epsilon=epsilon)


@every_attack
def test_no_attack_takes_what_the_base_refuses(
    linear: Linear,
    faces: NDArray[np.float32],
    labels: NDArray[np.int64],
    name: str,
    chosen: dict,
    epsilon: float,
) -> None:
    attack = _make(linear, name, chosen)
    assert type(attack).__call__ is attacks.Attack.__call__
    with pytest.raises(AttackError, match="psilon"):
        attack(linear[0], faces, labels, epsilon=1.1 * attack.largest_epsilon(SHAPE))
    with pytest.raises(AttackError):
        attack(linear[0], faces, labels + 1, epsilon=epsilon)


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("nothing", {}),
        ("fgsm", {"steps": 3}),
        ("fgsm", {"norm": "l3"}),
        ("fgsm", {"target": 2}),
        ("pgd", {"steps": 0}),
        ("pgd", {"steps": 10**9}),
        ("pgd", {"restarts": 0}),
        ("pgd", {"restarts": 2, "random_start": False}),
        ("pgd", {"step_size": -0.1}),
        ("pgd", {"step_size": float("nan")}),
        ("pgd", {"step_size": 0.0}),
        ("bim", {"step_size": 1e-30}),
        ("mim", {"step_size": 1e39}),
        ("pgd", {"loss": "softmax"}),
        ("apgd", {"loss": "dlr"}),
        ("apgd", {"steps": 0}),
        ("apgd", {"restarts": 0}),
        ("bim", {"random_start": True}),
        ("mim", {"decay": 1.5}),
        ("mim", {"decay": float("nan")}),
        ("deepfool", {"steps": 0}),
        ("deepfool", {"overshoot": -0.1}),
        ("deepfool", {"norm": "l1"}),
        ("deepfool", {"bisections": -1}),
        ("cw", {"norm": "linf"}),
        ("cw", {"learning_rate": 0.0}),
        ("cw", {"learning_rate": 1e-30}),
        ("cw", {"learning_rate": 1e-5, "steps": 99}),
        ("cw", {"first_weight": float("inf")}),
        ("cw", {"first_weight": 1e-30}),
        ("lbfgs", {"first_weight": 1e-5, "searches": 1}),
        ("cw", {"confidence": -1.0}),
        ("cw", {"searches": 0}),
        ("fab", {"steps": 0}),
        ("fab", {"norm": "l1"}),
        ("ensemble", {"steps": 0}),
        ("ensemble", {"queries": 0}),
        ("universal", {"steps": 0}),
        ("universal", {"norm": "l1"}),
        ("hopskipjump", {"queries": 0}),
        ("hopskipjump", {"grid": 0}),
        ("hopskipjump", {"norm": "l1"}),
        ("boundary", {"norm": "linf"}),
        ("boundary", {"queries": 10**9}),
        ("lbfgs", {"norm": "linf"}),
        ("lbfgs", {"steps": 0}),
        ("lbfgs", {"first_weight": float("nan")}),
        ("square", {"queries": 0}),
        ("square", {"first_area": 0.0}),
        ("square", {"target": 7}),
        ("square", {"norm": "l2"}),
        ("noise", {"draws": 0}),
        ("noise", {"norm": "l3"}),
        ("transfer", {}),
    ],
)
def test_senseless_settings_are_refused(name: str, chosen: dict) -> None:
    with pytest.raises(AttackError):
        attacks.make(name, **chosen)

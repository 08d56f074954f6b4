"""A classifier serves any number of images to many threads, and survives a full device."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks, backend, defences, load_classifier
from facemask_core.backend import keras
from facemask_core.errors import AttackError, CheckpointError, DeviceError
from facemask_core.models import checkpoints, classifier
from facemask_core.models.classifier import BUCKETS, probabilities
from facemask_core.models.gradients import ModelFunctions, Tensor


@pytest.mark.backend(quick=True)
def test_logits_match_the_closed_form(
    linear: tuple[Classifier, NDArray[np.float32], NDArray[np.float32]], faces: NDArray[np.float32]
) -> None:
    model, weights, bias = linear
    expected = faces.reshape(16, -1) @ weights + bias
    np.testing.assert_allclose(model.predict(faces), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 31, 32, 33, 70])
@pytest.mark.backend(quick=True)
def test_any_number_of_images_gives_one_answer_each(curved: Classifier, count: int) -> None:
    images = np.random.default_rng(0).random((70, *SHAPE), dtype=np.float32)
    logits = curved.predict(images[:count])
    assert logits.shape == (count, 2)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, curved.predict(images)[:count], atol=1e-5)


@pytest.mark.backend(quick=True)
def test_dropout_is_off_and_answers_do_not_change(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    np.testing.assert_array_equal(curved.predict(faces), curved.predict(faces))


@pytest.mark.backend(quick=True)
def test_programs_are_traced_once_or_on_jax_once_a_bucket(curved: Classifier) -> None:
    traced: list[Any] = []

    def program(model: ModelFunctions, images: Tensor) -> tuple[Tensor, ...]:
        traced.append(images.shape[0])
        return (model.logits(images),)

    for count in (1, 3, 8, 20, 32, 50, 5, 1):
        curved.run("counting", program, np.zeros((count, *SHAPE), np.float32))
    one_for_all = backend.name() == "tensorflow"
    assert traced == [None] if one_for_all else sorted(traced) == sorted(BUCKETS)


def test_waiting_for_a_compilation_is_counted() -> None:
    weights = np.ones((int(np.prod(SHAPE)), 2), np.float32)
    fresh = wrapped(linear_model(weights, np.zeros(2, np.float32)))

    def program(model: ModelFunctions, images: Tensor) -> tuple[Tensor, ...]:
        return (model.logits(images),)

    counts = []
    for key, count in (("a", 31), ("a", 32), ("a", 33), ("b", 31), ("b", 32), ("a", 1)):
        fresh.run(key, program, np.zeros((count, *SHAPE), np.float32))
        counts.append(fresh.compilations)
    assert counts == [1, 1, 2, 3, 3, 3], "33 images are a batch of 32 and one of 1"


@pytest.mark.backend
def test_many_visitors_share_one_model(curved: Classifier, faces: NDArray[np.float32]) -> None:
    fresh = wrapped(curved.model)  # nothing compiled yet: tracing is shared as well
    labels = np.arange(16) % 2
    expected_logits = curved.predict(faces)
    attack = attacks.make("pgd", steps=3)
    expected = attack(curved, faces, labels, epsilon=0.1).images

    def visit(number: int) -> bool:
        if number % 2:
            return np.allclose(fresh.predict(faces), expected_logits, atol=1e-5)
        return np.allclose(attack(fresh, faces, labels, epsilon=0.1).images, expected, atol=1e-5)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(visit, range(24)))


@pytest.mark.backend
def test_visitors_computed_together_each_get_their_own_answer(curved: Classifier) -> None:
    """Each has a face and an epsilon of their own; together or alone, the answer is the same."""
    rng = np.random.default_rng(0)
    faces = rng.random((12, 1, *SHAPE), dtype=np.float32)
    epsilons = rng.uniform(0.01, 0.2, 12).tolist()
    attack, shared, sizes = attacks.make("pgd", steps=3), wrapped(curved.model), []
    expected = [
        attack(curved, face, np.array([0]), epsilon=epsilon)
        for face, epsilon in zip(faces, epsilons, strict=True)
    ]
    compute = shared._compute

    def counted(*asked: Any) -> Any:
        sizes.append(len(asked[-1][0]))
        return compute(*asked)

    shared._compute = counted  # type: ignore[method-assign]
    with ThreadPoolExecutor(12) as pool:
        for _ in range(4):
            found = pool.map(
                lambda face, epsilon: attack(shared, face, np.array([0]), epsilon=epsilon),
                faces,
                epsilons,
            )
            for mine, alone in zip(found, expected, strict=True):
                np.testing.assert_allclose(mine.images, alone.images, atol=1e-5)
                np.testing.assert_allclose(mine.logits, alone.logits, atol=1e-4)
    assert 1 < max(sizes) <= shared.together


class _OutOfMemory(Exception):  # noqa: N818 (imitates a backend's error)
    def __init__(self) -> None:
        super().__init__("RESOURCE_EXHAUSTED: failed to allocate")


def _refuse_above(limit: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lets every compiled program fail like a full device above a batch size."""
    real = classifier.compile_program
    sizes: list[int] = []

    def compile_program(model: keras.Model, program: Any) -> Any:
        compiled = real(model, program)

        def call(*tensors: Any) -> Any:
            sizes.append(int(tensors[0].shape[0]))
            if sizes[-1] > limit:
                raise _OutOfMemory
            return compiled(*tensors)

        return call

    monkeypatch.setattr(classifier, "compile_program", compile_program)
    return sizes


@pytest.mark.backend
def test_a_full_device_halves_the_batch_and_says_so(
    curved: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.random.default_rng(0).random((40, *SHAPE), dtype=np.float32)
    expected = curved.predict(images)
    sizes = _refuse_above(4, monkeypatch)
    small = wrapped(curved.model)
    np.testing.assert_allclose(small.predict(images), expected, atol=1e-5)
    assert sizes[:4] == [32, 16, 8, 4]
    assert "4 images" in small.messages[-1]
    small.predict(images)
    assert max(sizes[4:]) == 4, "what did not fit once is not tried again"


def _loaded(name: str, precision: str = "exact") -> Classifier:
    return load_classifier(name, warm_up=False, precision=precision)


@pytest.mark.parametrize(
    "load",
    [
        lambda: _loaded("mobilenetv3"),
        lambda: _loaded("mobilenetv3", "fast"),
        lambda: _loaded("inceptionv3", "fast"),
        lambda: defences.defend(_loaded("mobilenetv3"), defences.make("bit_depth", bits=1)),
    ],
    ids=["exact", "fast", "bfloat16", "defended"],
)
@pytest.mark.backend
@pytest.mark.slow
def test_a_device_too_small_for_one_image_hands_over_to_the_cpu(
    monkeypatch: pytest.MonkeyPatch, load: Callable[[], Classifier]
) -> None:
    gpu, fresh = load(), load()
    image = np.full((1, 224, 224, 3), 0.25, np.float32)
    expected = gpu.predict(image)
    real = classifier.compile_program

    def compile_program(model: keras.Model, program: Any) -> Any:
        def refuse(*_: Any) -> Any:
            raise _OutOfMemory

        return refuse if model is first else real(model, program)

    first = fresh.model
    monkeypatch.setattr(classifier, "compile_program", compile_program)
    np.testing.assert_allclose(fresh.predict(image), expected, atol=1e-5)
    assert fresh.model is not first
    assert "CPU" in fresh.messages[-1]


@pytest.mark.backend
def test_the_cpu_is_not_given_a_gpus_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred images of VGG19 at once would fill a laptop's own memory as well."""
    model = wrapped(linear_model(np.ones((192, 2), np.float32), np.zeros(2, np.float32)))
    model._buckets = backend.batch_sizes(on_a_gpu=True)
    while not model.messages or "CPU" not in model.messages[-1]:
        model._make_room()
    sizes = _refuse_above(10**6, monkeypatch)
    model.predict(np.zeros((33, *SHAPE), np.float32))
    assert sizes == [32, 1]


@pytest.mark.backend
def test_outputs_that_nobody_reads_are_not_fetched(curved: Classifier) -> None:
    def program(model: Any, images: Any) -> tuple[Any, ...]:
        return model.logits(images), images, images

    images = np.random.default_rng(0).random((5, *SHAPE), dtype=np.float32)
    everything = curved.run("three", program, images)
    assert len(everything) == 3
    first, second = curved.run("three", program, images, output_count=2)
    np.testing.assert_allclose(first, everything[0], atol=1e-6)
    np.testing.assert_array_equal(second, images)
    empty = curved.run("three", program, images[:0], output_count=1)
    assert [part.shape for part in empty] == [(0, 2)]


@pytest.mark.backend
def test_a_computer_too_small_for_one_image_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_classifier("mobilenetv3", warm_up=False)
    _refuse_above(0, monkeypatch)
    with pytest.raises(DeviceError, match="memory"):
        model.predict(np.zeros((1, 224, 224, 3), np.float32))


@pytest.mark.backend
def test_other_errors_are_not_taken_for_a_full_device(
    curved: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(classifier, "compile_program", lambda *_: broken)
    fresh = wrapped(curved.model)
    with pytest.raises(ZeroDivisionError):
        fresh.predict(np.zeros((1, *SHAPE), np.float32))
    assert not fresh.messages


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_head_without_two_logits_is_refused(outputs: int) -> None:
    """A single sigmoid makes attacks return their input unchanged, in silence."""
    pixels = keras.Input(SHAPE)
    head = keras.layers.Dense(outputs)(keras.layers.Flatten()(pixels))
    with pytest.raises(CheckpointError, match="two"):
        wrapped(keras.Model(pixels, head))


@pytest.mark.backend
def test_probabilities_are_one_softmax() -> None:
    logits = np.array([[0.0, 0.0], [0.0, np.log(3.0)], [1000.0, -1000.0]], np.float32)
    expected = [[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]
    np.testing.assert_allclose(probabilities(logits), expected, atol=1e-7)


def test_eight_bit_images_are_refused_with_the_way_out(curved: Classifier) -> None:
    with pytest.raises(AttackError, match="to_float"):
        curved.predict(np.zeros((1, *SHAPE), np.uint8))


def test_an_unknown_model_is_refused_by_name() -> None:
    with pytest.raises(CheckpointError, match="nonsense"):
        load_classifier("nonsense")


@pytest.mark.backend
@pytest.mark.slow
def test_every_shipped_model_loads_and_answers() -> None:
    assert checkpoints.available()
    for name in checkpoints.available():
        model = load_classifier(name)
        assert model.name == name
        assert model.predict(np.zeros((2, 224, 224, 3), np.float32)).shape == (2, 2)


@pytest.mark.parametrize("precision", ["exact", "fast"])
@pytest.mark.backend
@pytest.mark.slow
def test_a_classifier_sent_elsewhere_answers_to_the_bit(precision: str) -> None:
    here = load_classifier("mobilenetv3", warm_up=False, precision=precision)
    there: Classifier = pickle.loads(pickle.dumps(here))  # noqa: S301
    pixels = np.random.default_rng(0).random((2, 224, 224, 3)).astype(np.float32)
    np.testing.assert_array_equal(there.predict(pixels), here.predict(pixels))
    assert (there.card, there.precision) == (here.card, precision)

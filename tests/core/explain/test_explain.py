"""Every explanation keeps the contract, and each is what its paper defines."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from each_backbone import each_backbone
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from skimage.color import rgb2lab
from skimage.transform import resize
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, backbones, defences, explain
from facemask_core.attacks.base import directions
from facemask_core.backend import keras
from facemask_core.errors import AttackError, BackboneError, ExplanationError
from facemask_core.explain import Summary, overlay, summarise
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models.gradients import ModelFunctions, Tensor

layers = keras.layers
every_explanation = pytest.mark.parametrize("name", explain.names())
find = backbones.get("mobilenetv3").feature_layer


def around(network: keras.Model, *head: keras.layers.Layer) -> keras.Model:
    """Pixels through a network named as the registry names it, and a head, to logits."""
    hidden = pixels = keras.Input(network.input_shape[1:])
    for layer in (network, *head):
        hidden = layer(hidden)
    return keras.Model(pixels, hidden)


def network(*inside: keras.layers.Layer) -> keras.Model:
    hidden = pixels = keras.Input(SHAPE)
    for layer in (*inside, layers.GlobalAveragePooling2D()):
        hidden = layer(hidden)
    return keras.Model(pixels, hidden, name="network")


def plain(activation: str | None) -> keras.Model:
    """One convolution, and a head that is not linear; each class has something for it."""
    convolution = layers.Conv2D(5, 3, strides=2, activation=activation)
    model = around(network(convolution), layers.Dense(4, activation="tanh"), layers.Dense(2))
    rng = np.random.default_rng(4)
    model.set_weights([rng.normal(scale=0.4, size=item.shape) for item in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def deep() -> Classifier:
    """With what training and inference treat differently, and what can be folded."""
    keras.utils.set_random_seed(3)
    norm = layers.BatchNormalization(
        moving_mean_initializer="normal", moving_variance_initializer="ones"
    )
    inside = (layers.Conv2D(6, 3), layers.ReLU(), layers.Conv2D(6, 3, strides=2), norm)
    head = (layers.Dropout(0.5), layers.Dense(4, activation="tanh"), layers.Dense(2))
    return wrapped(around(network(*inside, layers.ReLU()), *head))


@pytest.fixture(scope="module")
def half_blind() -> Classifier:
    """Looks at the upper half alone, where everything speaks for a mask."""
    keras.utils.set_random_seed(4)
    upper = layers.Cropping2D(((0, 4), (0, 0)))(pixels := keras.Input(SHAPE))
    upper = layers.ZeroPadding2D(((0, 4), (0, 0)))(upper)
    convolution = layers.Conv2D(4, 1, use_bias=False, kernel_initializer="ones")
    head = layers.Dense(2)
    model = keras.Model(pixels, head(network(convolution)(upper)))
    head.set_weights([np.array([[-1.0, 1.0]] * 4), np.zeros(2)])
    return wrapped(model)


def to_one(heat: NDArray[np.floating]) -> NDArray[np.floating]:
    return heat / heat.max() if heat.max() > 0 else heat


def feature_gradients(
    classifier: Classifier, images: NDArray[np.float32]
) -> tuple[NDArray[np.float32], ...]:
    """Logits, features, and the gradient of the lead of with_mask with respect to them."""

    def program(model: ModelFunctions, pixels: Tensor, direction: Tensor) -> tuple[Tensor, ...]:
        return model.feature_gradient(find, pixels, direction)

    towards = directions(np.full(len(images), WITHOUT_MASK), None)
    return classifier.run("feature gradient", program, images, towards)


# Every explanation


def test_the_registry_names_the_methods() -> None:
    assert explain.names() == ("grad-cam", "saliency", "smooth-grad")
    with pytest.raises(ExplanationError, match=r"'lime'.*grad-cam, saliency, smooth-grad"):
        explain.make("lime")


@every_explanation
def test_the_registry_describes_its_methods(name: str) -> None:
    method = explain.make(name)
    stated = method.statement()
    assert stated.keys() == {"method", "source", *explain.settings(name)}
    assert json.loads(json.dumps(stated)) == stated
    assert stated["method"] == name
    assert "arXiv" in stated["source"]
    assert method.title
    assert method.meaning[0].isupper()
    assert method.meaning.count(".") == 1
    assert method.meaning.endswith(".")
    with pytest.raises(FrozenInstanceError):
        method.name = "another"  # type: ignore[misc]


@every_explanation
@pytest.mark.backend
def test_heat_lies_from_0_to_1_and_nothing_is_changed(
    deep: Classifier, faces: NDArray[np.float32], name: str
) -> None:
    before = deep.model.get_weights()
    given = faces.copy()
    given.flags.writeable = False
    heat = explain.make(name)(deep, given, WITH_MASK)
    assert heat.dtype == np.float32
    assert heat.shape == (16, 8, 8)
    assert heat.min() >= 0.0
    assert set(heat.max(axis=(1, 2))) <= {0.0, 1.0}
    assert heat.max() == 1.0
    np.testing.assert_array_equal(given, faces)
    for old, new in zip(before, deep.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert explain.make(name)(deep, faces[:0]).shape == (0, 8, 8)


@every_explanation
@pytest.mark.backend
def test_an_image_is_explained_alike_in_any_company(
    deep: Classifier, faces: NDArray[np.float32], name: str
) -> None:
    method = explain.make(name)
    together = method(deep, faces, seed=1)
    np.testing.assert_allclose(method(deep, faces[::-1], seed=1)[::-1], together, atol=1e-4)
    np.testing.assert_allclose(method(deep, faces[3:4], seed=1), together[3:4], atol=1e-4)


@every_explanation
@pytest.mark.backend
def test_many_visitors_share_one_model(
    deep: Classifier, faces: NDArray[np.float32], name: str
) -> None:
    method, fresh = explain.make(name), wrapped(deep.model)
    expected = method(deep, faces)
    with ThreadPoolExecutor(8) as pool:
        for heat in pool.map(lambda _: method(fresh, faces), range(8)):
            np.testing.assert_allclose(heat, expected, atol=1e-4)


@every_explanation
@pytest.mark.backend
def test_a_class_or_another_image_compiles_nothing_anew(
    deep: Classifier, faces: NDArray[np.float32], name: str
) -> None:
    method, fresh = explain.make(name), wrapped(deep.model)
    method(fresh, faces[:1])
    assert fresh.compilations == 1
    for label in (None, *range(2)):
        method(fresh, faces[1:2], label)
    assert fresh.compilations == 1


@every_explanation
@pytest.mark.backend
def test_what_the_model_ignores_stays_cold(
    half_blind: Classifier, faces: NDArray[np.float32], name: str
) -> None:
    heat = explain.make(name)(half_blind, faces, WITH_MASK)
    assert (heat[:, 4:] == 0).all()
    assert (heat[:, :4] > 0).all()


@every_explanation
@pytest.mark.backend
def test_a_gradient_that_is_not_finite_gives_an_empty_map(
    faces: NDArray[np.float32], name: str
) -> None:
    convolution = layers.Conv2D(4, 1, kernel_initializer=keras.initializers.Constant(1e30))
    head = layers.Dense(2)
    model = around(network(convolution), head)
    head.set_weights([np.array([[-1e30, 1e30]] * 4), np.zeros(2)])
    assert (explain.make(name)(wrapped(model), faces, WITH_MASK) == 0).all()


@every_explanation
def test_input_outside_the_contract_is_refused(
    deep: Classifier, faces: NDArray[np.float32], name: str
) -> None:
    method = explain.make(name)
    with pytest.raises(AttackError, match="shape"):
        method(deep, faces[:, 1:])
    with pytest.raises(AttackError, match="Labels"):
        method(deep, faces, 2)
    with pytest.raises(AttackError, match="Labels"):
        method(deep, faces, np.array([0, 1]))
    with pytest.raises(ExplanationError, match="seed"):
        method(deep, faces, seed=-1)


# Grad-CAM


@pytest.mark.parametrize("label", [WITHOUT_MASK, WITH_MASK])
@pytest.mark.backend(quick=True)
def test_grad_cam_is_what_the_paper_defines(faces: NDArray[np.float32], label: int) -> None:
    model = plain("relu")
    kernel, bias, first, first_bias, second, _ = model.get_weights()
    windows = sliding_window_view(faces, (3, 3), axis=(1, 2))[:, ::2, ::2]
    features = np.maximum(np.einsum("nijcuv,uvck->nijk", windows, kernel) + bias, 0)
    hidden = np.tanh(features.mean(axis=(1, 2)) @ first + first_bias)
    lead = second[:, label] - second[:, 1 - label]
    alphas = ((1 - hidden**2) * lead) @ first.T / 9  # each of nine cells is a ninth of the mean
    coarse = np.maximum(np.einsum("nijk,nk->nij", features, alphas), 0)
    expected = [to_one(resize(item, (8, 8), order=1, mode="edge")) for item in coarse]
    heat = explain.make("grad-cam")(wrapped(model), faces, label)
    assert heat.any()
    np.testing.assert_allclose(heat, expected, atol=1e-4)


@pytest.mark.backend
def test_the_gradient_of_features_agrees_with_finite_differences(
    faces: NDArray[np.float32],
) -> None:
    """A bias behind which no activation lies moves a whole channel of the feature map."""
    classifier = wrapped(plain(None))
    _, _, gradient = feature_gradients(classifier, faces)
    kernel, bias = find(classifier.model).get_weights()
    for channel, step in enumerate(0.05 * np.eye(len(bias))):
        leads = []
        for moved in (bias + step, bias - step):
            find(classifier.model).set_weights([kernel, moved])
            logits = classifier.predict(faces)
            leads.append(logits[:, WITH_MASK] - logits[:, WITHOUT_MASK])
        slope = (leads[0] - leads[1]) / 0.1
        np.testing.assert_allclose(gradient[..., channel].sum(axis=(1, 2)), slope, atol=2e-3)


@pytest.mark.backend
def test_no_class_asks_for_the_models_own_answer(
    deep: Classifier, faces: NDArray[np.float32]
) -> None:
    grad_cam = explain.make("grad-cam")
    answers = deep.predict(faces).argmax(axis=1)
    own = grad_cam(deep, faces)
    np.testing.assert_array_equal(own, grad_cam(deep, faces, answers))
    other = grad_cam(deep, faces, 1 - answers)
    assert not np.allclose(own, other)
    one = grad_cam(deep, faces, WITH_MASK)
    np.testing.assert_array_equal(one, np.where((answers == 1)[:, None, None], own, other))


@pytest.mark.backend
def test_nothing_that_speaks_for_a_class_gives_an_empty_map(
    half_blind: Classifier, faces: NDArray[np.float32]
) -> None:
    heat = explain.make("grad-cam")(half_blind, faces, WITHOUT_MASK)
    assert (heat == 0).all()
    assert summarise(heat[0]) == Summary(None, None, None)


@pytest.mark.backend
def test_layers_behave_as_in_inference(deep: Classifier, faces: NDArray[np.float32]) -> None:
    logits, features, gradient = feature_gradients(deep, faces)
    np.testing.assert_allclose(logits, deep.predict(faces), atol=1e-5)
    assert features.shape == gradient.shape == (16, 2, 2, 6)


class Counted(layers.Layer):
    """Does nothing, and counts how often it is told to."""

    calls = 0

    def call(self, pixels: Tensor) -> Tensor:
        self.calls += 1
        return pixels


@pytest.mark.backend
def test_what_lies_below_the_features_is_traced_once(faces: NDArray[np.float32]) -> None:
    """A visitor waits for it: to trace a large model takes seconds."""
    below, above = Counted(), Counted()
    classifier = wrapped(around(network(below, layers.Conv2D(4, 1)), above, layers.Dense(2)))
    below.calls = above.calls = 0
    explain.make("grad-cam")(classifier, faces[:1])
    assert (below.calls, above.calls) == (1, 2)


def _on_the_cpu(classifier: Classifier) -> Classifier:
    fresh = wrapped(classifier.model)
    fresh._buckets = (1,)
    fresh._make_room()
    assert fresh.model is not classifier.model
    return fresh


def _fast(backbone: str) -> Callable[[Classifier], Classifier]:
    return lambda bare: Classifier(bare.model, replace(bare.card, backbone=backbone), "fast")


@pytest.mark.parametrize(
    ("change", "tolerance"),
    [
        (_fast("mobilenetv3"), 1e-4),
        (_fast("inceptionv3"), 0.05),
        (lambda bare: defences.defend(bare, defences.make("bit_depth", bits=8)), 1e-4),
        (_on_the_cpu, 1e-4),
    ],
    ids=["folded", "bfloat16", "defended", "moved to the CPU"],
)
@pytest.mark.backend
def test_grad_cam_finds_the_features_of_a_model_in_disguise(
    deep: Classifier,
    faces: NDArray[np.float32],
    change: Callable[[Classifier], Classifier],
    tolerance: float,
) -> None:
    grad_cam, levels = explain.make("grad-cam"), np.rint(faces * 255) / np.float32(255)
    expected = grad_cam(deep, levels, WITH_MASK)
    np.testing.assert_allclose(grad_cam(change(deep), levels, WITH_MASK), expected, atol=tolerance)


def test_a_model_of_unknown_making_is_refused(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    with pytest.raises(BackboneError, match="registry"):
        explain.make("grad-cam")(curved, faces)


@each_backbone
def test_every_backbone_names_its_last_feature_map(name: str) -> None:
    """Below a linear head every feature weighs as its kernel says (Selvaraju et al., section 3.1).

    VGG19's max pooling does not change that: each of its cells passes its share on to one below.
    """
    keras.utils.set_random_seed(0)
    backbone = backbones.get(name)
    model = backbone.build(input_size=107)  # two cells a side are left of it at least
    classifier = Classifier(model, replace(wrapped(model).card, backbone=name))
    face = np.random.default_rng(0).random((1, 107, 107, 3), dtype=np.float32)

    parts, layer = model.get_layer("network"), backbone.feature_layer(model)
    pooling = (layers.MaxPooling2D, layers.GlobalAveragePooling2D)
    assert not isinstance(layer, pooling)
    later = parts.layers[parts.layers.index(layer) + 1 :]
    assert all(isinstance(item, pooling) for item in later), "a later map is not the last"

    features = keras.Model(parts.input, layer.output)(backbone.preprocess(face))
    kernel = model.get_layer("logits").get_weights()[0].astype(np.float64)
    evidence = keras.ops.convert_to_numpy(features)[0] @ (kernel[:, 1] - kernel[:, 0])
    assert min(evidence.shape) > 1
    for label, sign in ((WITHOUT_MASK, -1), (WITH_MASK, 1)):
        expected = to_one(resize(np.maximum(sign * evidence, 0), (107, 107), order=1, mode="edge"))
        heat = explain.make("grad-cam")(classifier, face, label)[0]
        np.testing.assert_allclose(heat, expected, atol=2e-3)
    assert evidence.any()


# Saliency


Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]


def magnitudes(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.abs(weights[:, 1] - weights[:, 0]).reshape(SHAPE).max(axis=-1)


@pytest.mark.parametrize("label", [None, WITHOUT_MASK, WITH_MASK])
@pytest.mark.backend(quick=True)
def test_the_saliency_of_a_linear_model_is_its_weights(
    linear: Linear, faces: NDArray[np.float32], label: int | None
) -> None:
    classifier, weights, _ = linear
    heat = explain.make("saliency", percentile=100.0)(classifier, faces, label)
    expected = magnitudes(weights) / magnitudes(weights).max()
    np.testing.assert_allclose(heat, np.tile(expected, (16, 1, 1)), rtol=1e-4)


@pytest.mark.backend
def test_what_is_above_the_percentile_is_cut_off(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    classifier, weights, _ = linear
    heat = explain.make("saliency", percentile=75.0)(classifier, faces[:1])[0]
    expected = np.minimum(magnitudes(weights) / np.percentile(magnitudes(weights), 75), 1)
    np.testing.assert_allclose(heat, expected, rtol=1e-4)
    assert (heat == 1).mean() == pytest.approx(0.25, abs=0.02)


@pytest.mark.backend
def test_a_single_pixel_is_not_lost_below_the_percentile(faces: NDArray[np.float32]) -> None:
    weights = np.zeros((*SHAPE, 2), np.float32)
    weights[5, 2, 1, 0] = 1e-3
    classifier = wrapped(linear_model(weights.reshape(-1, 2), np.zeros(2, np.float32)))
    expected = np.zeros(SHAPE[:2])
    expected[5, 2] = 1
    np.testing.assert_array_equal(explain.make("saliency")(classifier, faces[:1])[0], expected)


@pytest.mark.backend
def test_the_mean_gradient_of_a_linear_model_is_its_gradient(
    linear: Linear, faces: NDArray[np.float32]
) -> None:
    heat = explain.make("smooth-grad", samples=3)(linear[0], faces)
    np.testing.assert_allclose(heat, explain.make("saliency")(linear[0], faces), rtol=1e-4)


@pytest.mark.backend
def test_noise_depends_on_the_seed(deep: Classifier, faces: NDArray[np.float32]) -> None:
    smooth, plainly = explain.make("smooth-grad"), explain.make("saliency")(deep, faces)
    first = smooth(deep, faces, seed=1)
    np.testing.assert_array_equal(smooth(deep, faces, seed=1), first)
    assert not np.allclose(smooth(deep, faces, seed=2), first)
    assert not np.allclose(first, plainly)
    noiseless = explain.make("smooth-grad", samples=2, noise=0.0)(deep, faces)
    np.testing.assert_allclose(noiseless, plainly, atol=1e-4)


@pytest.mark.parametrize("samples", [1, 40])
@pytest.mark.backend
def test_the_noise_is_as_strong_as_stated(samples: int) -> None:
    """The gradient of half the squares' sum is the image itself, here with its mean noise."""
    pixels = keras.Input((64, 64, 3))
    head = layers.Dense(2, use_bias=False)
    squares = layers.Multiply()([pixels, pixels])
    model = keras.Model(pixels, head(layers.Flatten()(squares)))
    head.set_weights([np.tile(np.array([[0.0, 0.5]]), (64 * 64 * 3, 1))])
    images = np.random.default_rng(0).uniform(0.4, 0.6, (1, 64, 64, 3)).astype(np.float32)
    method = explain.make("smooth-grad", samples=samples, noise=0.2)
    noise = method._gradients(wrapped(model), images, seed=0) - images
    assert noise.std() == pytest.approx(0.2 * np.ptp(images) / np.sqrt(samples), rel=0.05)
    assert abs(noise.mean()) < 1e-3


@pytest.mark.backend
def test_noisy_images_stay_images() -> None:
    """Outside [0, 1] this model's gradient is zero, inside 1."""
    pixels = keras.Input(SHAPE)
    head = layers.Dense(2, use_bias=False)
    above = layers.ReLU()(layers.Rescaling(-1.0, offset=1.0 + 1e-6)(pixels))
    model = keras.Model(pixels, head(layers.Flatten()(above)))
    head.set_weights([np.tile(np.array([[1.0, 0.0]]), (int(np.prod(SHAPE)), 1))])
    bright = np.full((1, *SHAPE), 1.0, np.float32)
    bright[0, 0, 0] = 0.0
    method = explain.make("smooth-grad", samples=8, noise=0.5)
    np.testing.assert_allclose(method._gradients(wrapped(model), bright, seed=0), 1.0)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        *[("saliency", {"percentile": value}) for value in (0.0, -1.0, 100.5, float("nan"))],
        *[("smooth-grad", {"samples": value}) for value in (0, 1001)],
        *[("smooth-grad", {"noise": value}) for value in (-0.1, 1.5, float("nan"))],
        ("smooth-grad", {"percentile": 0.0}),
        ("grad-cam", {"percentile": 99.0}),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(ExplanationError) as refusal:
        explain.make(name, **settings)
    assert next(iter(settings)) in str(refusal.value)


# Overlay and figures


def test_an_overlay_blends_face_and_map() -> None:
    rng = np.random.default_rng(0)
    face = rng.integers(0, 256, (16, 12, 3), dtype=np.uint8)
    heat = rng.random((16, 12), dtype=np.float32)
    kept = face.copy()
    np.testing.assert_array_equal(overlay(face, heat, 0.0), face)
    colours = overlay(face, heat, 1.0)
    np.testing.assert_array_equal(colours, overlay(255 - face, heat, 1.0))
    quarter = overlay(face, heat, 0.25)
    assert quarter.dtype == np.uint8
    np.testing.assert_allclose(quarter, 0.75 * face + 0.25 * colours, atol=0.51)
    np.testing.assert_array_equal(face, kept)


def test_the_colours_can_be_told_apart_by_lightness_alone() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None]
    colours = overlay(np.zeros((1, 256, 3), np.uint8), ramp, 1.0)
    lightness = rgb2lab(colours)[0, :, 0]
    assert lightness[-1] - lightness[0] > 70
    assert np.diff(lightness[::8]).min() > 0
    red, green, blue = colours[0, 0].astype(int)
    assert blue > max(red, green), "cold is blue"
    red, green, blue = colours[0, -1].astype(int)
    assert min(red, green) > 2 * blue, "hot is yellow"


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(ExplanationError, match="from 0 to 1"):
        overlay(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32), share)


@pytest.mark.parametrize(
    "face", [np.zeros((4, 5, 3), np.uint8), np.zeros((4, 4, 3), np.float32)], ids=["size", "type"]
)
def test_a_face_that_does_not_fit_its_map_is_refused(face: NDArray[Any]) -> None:
    with pytest.raises(ExplanationError, match="do not fit"):
        overlay(face, np.zeros((4, 4), np.float32))


def test_a_map_is_put_in_figures() -> None:
    heat = np.zeros((32, 32), np.float32)
    heat[20:25, 4:9] = 0.5
    heat[22, 6] = 1.0
    heat[2, 30] = 1.0  # as hot, but alone
    summary = summarise(heat)
    assert summary.peak == (6, 22)
    assert summary.lower_half == pytest.approx(13 / 14)
    assert summary.area == pytest.approx(26 / 1024)

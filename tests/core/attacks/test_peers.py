"""The attacks agree with CleverHans, Foolbox and ART on the shipped model.

These are oracles, not run-time dependencies; see benchmarks/peers.py for how they are asked.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from photographs import PHOTOGRAPHS, needs_photographs

from benchmarks import attack_strength, smallest_distances, strength_peers
from benchmarks.peers import NEAREST, PEERS, Labels, Pixels, art_estimator
from facemask_core import Classifier, attacks
from facemask_core.data import datasets, samples
from facemask_core.pictures import images

pytestmark = [pytest.mark.peers, pytest.mark.long]


def _photographs(shipped: Classifier, count: int, split: str = "test") -> tuple[Pixels, Labels]:
    """Photographs that the model classes rightly, of the test split unless another is named."""
    dataset = datasets.open_dataset(PHOTOGRAPHS / split)
    return smallest_distances.photographs(shipped, dataset, count)


@pytest.fixture(scope="module")
def portraits(shipped: Classifier) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The shipped portraits with the model's own answers as labels."""
    batch = next(datasets.stream(datasets.open_dataset(samples.GALLERY_DIR), 24))
    pixels = images.to_float(batch.images)
    return pixels, shipped.predict(pixels).argmax(axis=1)


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("level", [2, 8, 16])
def test_fgsm_is_the_peers_fgsm(
    shipped: Classifier,
    portraits: tuple[NDArray[np.float32], NDArray[np.int64]],
    peer: str,
    level: int,
) -> None:
    """One full step without random start: all but 0.1 % of pixels agree to 1e-6."""
    pixels, labels = portraits
    epsilon = level / 255
    expected = PEERS[peer](shipped.model)(pixels, labels, epsilon, epsilon, 1)
    adversarial = attacks.make("fgsm")(shipped, pixels, labels, epsilon=epsilon).images
    assert (np.abs(adversarial - expected) > 1e-6).mean() < 0.001


@pytest.mark.parametrize("peer", PEERS)
def test_pgd_is_no_weaker_than_the_peers(
    shipped: Classifier, portraits: tuple[NDArray[np.float32], NDArray[np.int64]], peer: str
) -> None:
    """The same steps from the same start: as many fooled, and the same path at first."""
    pixels, labels = portraits
    rows = np.arange(len(labels))
    for level, steps in ((2, 3), (2, 10)):
        epsilon = level / 255
        step = 2.5 * epsilon / 10
        ours = attacks.make("pgd", steps=steps, step_size=step, random_start=False)
        adversarial = ours(shipped, pixels, labels, epsilon=epsilon)
        expected = PEERS[peer](shipped.model)(pixels, labels, epsilon, step, steps)
        theirs = shipped.predict(expected)
        # Ours keeps the best point of the path, theirs returns the last one.
        fooled = theirs.argmax(axis=1) != labels
        assert adversarial.success.sum() >= fooled.sum()
        margins = adversarial.logits[rows, 1 - labels] - adversarial.logits[rows, labels]
        peers_margins = theirs[rows, 1 - labels] - theirs[rows, labels]
        assert np.median(margins - peers_margins) > -0.02 * np.abs(peers_margins).mean()
        if steps == 3:
            agreement = np.isclose(adversarial.images, expected, atol=1e-6).mean(axis=(1, 2, 3))
            assert np.median(agreement) > 0.97


def test_fgsm_in_l2_is_cleverhanss_fast_gradient_method(
    shipped: Classifier, portraits: tuple[NDArray[np.float32], NDArray[np.int64]]
) -> None:
    import tensorflow as tf
    from cleverhans.tf2.attacks.fast_gradient_method import fast_gradient_method

    pixels, labels = portraits
    expected = fast_gradient_method(
        lambda tensor: shipped.model(tensor, training=False),
        tf.constant(pixels),
        1.5,
        2,
        clip_min=0.0,
        clip_max=1.0,
        y=tf.constant(labels),
        sanity_checks=False,
    ).numpy()
    adversarial = attacks.make("fgsm", norm="l2")(shipped, pixels, labels, epsilon=1.5).images
    # CleverHans divides by at least 1e-6, so it falls short where cross-entropy's gradient is tiny.
    lengths = np.linalg.norm((expected - pixels).reshape(len(pixels), -1), axis=1)
    comparable = lengths > 1.4
    assert comparable.any()
    np.testing.assert_allclose(adversarial[comparable], expected[comparable], atol=2e-4)


def test_targeted_fgsm_is_cleverhanss(
    shipped: Classifier, portraits: tuple[NDArray[np.float32], NDArray[np.int64]]
) -> None:
    import tensorflow as tf
    from cleverhans.tf2.attacks.fast_gradient_method import fast_gradient_method

    pixels, labels = portraits
    for target in (0, 1):
        expected = fast_gradient_method(
            lambda tensor: shipped.model(tensor, training=False),
            tf.constant(pixels),
            8 / 255,
            np.inf,
            clip_min=0.0,
            clip_max=1.0,
            y=tf.constant(np.full_like(labels, target)),
            targeted=True,
            sanity_checks=False,
        ).numpy()
        attack = attacks.make("fgsm", target=target)
        adversarial = attack(shipped, pixels, labels, epsilon=8 / 255).images
        assert (np.abs(adversarial - expected) > 1e-6).mean() < 0.001


@needs_photographs
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("name", "effort", "count"),
    [
        ("deepfool", {"steps": 20}, 8),
        # ART's Carlini-Wagner takes minutes a hundred; `make smallest-distances` spends them.
        ("cw", {"steps": 10, "searches": 2}, 4),
    ],
    ids=["deepfool", "cw"],
)
def test_the_nearest_image_is_no_further_than_the_peers(
    shipped: Classifier, name: str, effort: dict[str, int], count: int
) -> None:
    """On photographs, with the same steps, in the median over what each image needs."""
    pixels, labels = _photographs(shipped, count)
    contenders = smallest_distances.contenders(shipped, name, effort)
    lengths = {}
    for contender in ("ours", *NEAREST[name]):
        result = smallest_distances.measure(shipped, pixels, labels, contenders[contender])
        lengths[contender] = np.array(result["distances"], float)  # not fooled: not a number
    ours = lengths.pop("ours")
    assert np.isfinite(ours).mean() > 0.5
    for peer, theirs in lengths.items():
        assert np.isfinite(ours).sum() >= np.isfinite(theirs).sum(), peer
        assert np.nanmedian(ours / theirs) <= 1, peer


@needs_photographs
@pytest.mark.timeout(1800)
def test_auto_pgd_leaves_no_more_standing_than_arts(shipped: Classifier) -> None:
    from art.attacks.evasion import AutoProjectedGradientDescent

    pixels, labels = _photographs(shipped, 24)
    epsilon = 2 / 255
    ours = attacks.make("apgd", steps=20)(shipped, pixels, labels, epsilon=epsilon)
    arts = AutoProjectedGradientDescent(
        art_estimator(shipped.model),
        norm=np.inf,
        eps=epsilon,
        eps_step=2 * epsilon,
        max_iter=20,
        nb_random_init=1,
        batch_size=24,
        loss_type="cross_entropy",
        verbose=False,
    )
    np.random.seed(0)  # ART begins at random images, which it draws from NumPy's global generator
    theirs = shipped.predict(arts.generate(pixels, np.eye(2)[labels])).argmax(axis=1)
    assert (~ours.success).sum() <= (theirs == labels).sum()
    ensemble = attacks.make("ensemble", steps=20, queries=50)
    worst = ensemble(shipped, pixels, labels, epsilon=epsilon)
    assert (~worst.success).sum() <= min((~ours.success).sum(), (theirs == labels).sum())


@needs_photographs
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_fab_is_no_further_than_foolboxs_fmn_at_equal_passes(
    shipped: Classifier, norm: str
) -> None:
    """Neither Foolbox nor ART has FAB; FMN has the same aim, and is the younger attack."""
    pixels, labels = _photographs(shipped, 8)
    measured = attack_strength.measure_fab(shipped, pixels, labels, norm)
    assert measured["ours"]["fooled"] >= measured["foolbox FMN"]["fooled"]
    assert measured["ours"]["median"] <= measured["foolbox FMN"]["median"]


@needs_photographs
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_hopskipjump_is_no_further_than_arts_at_equal_queries(
    shipped: Classifier, norm: str
) -> None:
    """From the same start, which ours has to look for within its queries."""
    pixels, labels = _photographs(shipped, 2)
    starts = strength_peers.find_starts(shipped, pixels, labels)
    found, asked = strength_peers.art_hopskipjump(shipped, pixels, labels, starts, norm, 2)
    attack = attacks.make("hopskipjump", norm=norm, queries=int(asked))
    free = attack.largest_epsilon(shipped.input_shape)
    batch = attack(shipped, pixels, labels, epsilon=free)
    theirs = attack_strength.summarise(shipped, pixels, labels, found, norm)
    ours = attack_strength.summarise(shipped, pixels, labels, batch.images, norm)
    assert ours["fooled"] >= theirs["fooled"]
    assert ours["median"] <= theirs["median"]


@needs_photographs
@pytest.mark.timeout(1800)
def test_the_universal_noise_fools_at_least_as_many_as_arts(
    shipped: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trained on the same photographs with no more passes, tried on others."""
    monkeypatch.setattr(strength_peers, "ROUNDS", 1)
    known, others = _photographs(shipped, 16, "val"), _photographs(shipped, 40)
    found = attack_strength.measure_universal(shipped, *others, 8, known)
    assert found["fooled"]["ours"] >= found["fooled"]["art"]
    assert found["fooled"]["ours"] > found["fooled"]["random signs"]

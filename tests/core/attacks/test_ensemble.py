"""The ensemble is the worst of its attacks, and says which of them felled an image."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core import Classifier, attacks
from facemask_core.attacks.apgd import APGD
from facemask_core.attacks.base import leads
from facemask_core.attacks.ensemble import Ensemble, EnsembleBatch
from facemask_core.attacks.fab import FAB

EPSILON = 0.02


def fell(
    classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
) -> EnsembleBatch:
    attack = attacks.make("ensemble", steps=10, queries=30)
    batch = attack(classifier, images, labels, epsilon=EPSILON)
    assert isinstance(batch, EnsembleBatch)
    return batch


@pytest.mark.backend
def test_it_is_no_weaker_than_any_of_its_attacks(
    curved: Classifier, faces: NDArray[np.float32]
) -> None:
    right = curved.predict(faces).argmax(axis=1)
    batch = fell(curved, faces, right)
    for loss in ("cross-entropy", "margin"):
        member = attacks.make("apgd", loss=loss, steps=10)
        other = member(curved, faces, right, epsilon=EPSILON)
        assert (batch.success >= other.success).all()
    first = attacks.make("apgd", loss="cross-entropy", steps=10)
    standing = ~batch.success
    other = first(curved, faces, right, epsilon=EPSILON)
    old = leads(other.logits, right, None)
    assert (leads(batch.logits, right, None) >= old - 1e-6)[standing].all()


@pytest.mark.parametrize("loss", ["cross-entropy", "margin"])
@pytest.mark.backend
def test_auto_pgd_fools_the_same_images_where_it_stops_early(
    curved: Classifier, faces: NDArray[np.float32], loss: str
) -> None:
    right = curved.predict(faces).argmax(axis=1)
    whole, short = (
        attacks.make("apgd", loss=loss, steps=20, stop_early=stop)(
            curved, faces, right, epsilon=EPSILON
        )
        for stop in (False, True)
    )
    np.testing.assert_array_equal(whole.success, short.success)
    assert short.success.sum() > 0
    assert (short.gradient_calls <= whole.gradient_calls).all()
    assert short.gradient_calls[short.success].max() < 21
    lead = leads(short.logits, right, None)
    assert (lead <= leads(whole.logits, right, None) + 1e-5).all()


@pytest.mark.backend
def test_each_fallen_image_names_the_attack_that_felled_it(
    curved: Classifier, faces: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first two do nothing, the third fells; what is wrong before needs none."""
    right = curved.predict(faces).argmax(axis=1)
    labels = np.where(np.arange(len(faces)) == 0, 1 - right, right)
    usual = fell(curved, faces, labels)
    assert usual.felled_by[0] == "wrong before"
    assert ((usual.felled_by == "") == ~usual.success).all()
    assert (usual.felled_by == "apgd cross-entropy").any()
    attack = attacks.make("apgd", steps=1)
    monkeypatch.setattr(APGD, "__call__", lambda _, *args, **__: _idle(attack, *args))
    by_others = fell(curved, faces, labels)
    assert (by_others.felled_by == "fab").any()
    monkeypatch.setattr(FAB, "__call__", lambda _, *args, **__: _idle(attack, *args))
    by_square = fell(curved, faces, labels)
    assert set(by_square.felled_by) <= {"wrong before", "square", ""}
    assert by_square.success.sum() <= by_others.success.sum()


def _idle(attack: APGD, *args: object) -> object:
    return attacks.Attack.__call__(attack, *args, epsilon=0.0)


def test_the_statement_lists_its_attacks() -> None:
    assert Ensemble().threat_model(8 / 255)["attacks"] == [
        *("apgd cross-entropy", "apgd margin", "fab", "square")
    ]

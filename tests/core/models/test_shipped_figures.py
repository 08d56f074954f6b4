"""The figures of the shipped models come out again on the photographs, to the image."""

from __future__ import annotations

import json

import numpy as np
import pytest
from photographs import PHOTOGRAPHS, needs_photographs

from facemask_core import attacks, evaluation, load_classifier
from facemask_core.data import datasets
from facemask_core.models import checkpoints, published
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

# A pass of the larger models over one split takes minutes: theirs is the one that is published.
SPLITS = [
    (name, split)
    for name in checkpoints.available()
    for split in (("val", "test") if name.startswith("mobilenetv3") else ("test",))
]


@needs_photographs
@pytest.mark.parametrize(("name", "split"), SPLITS)
def test_the_cards_clean_figures_come_out_again_to_the_image(name: str, split: str) -> None:
    card = checkpoints.read_card(checkpoints.locate(name))
    dataset = datasets.open_dataset(PHOTOGRAPHS / split)
    if datasets.fingerprint(dataset) != card.data[split]["sha256"]:
        pytest.fail(f"{PHOTOGRAPHS / split} is not the data the card was measured on")
    found = evaluation.evaluate(load_classifier(name), dataset).as_dict()
    promised = card.metrics[split]
    for key in ("accuracy", "balanced_accuracy", "confusion_matrix"):
        assert found["clean"][key] == promised[key], key
    for key in ("expected_calibration_error", "brier_score"):
        expected = pytest.approx(promised["calibration"][key], abs=1e-3)
        assert found["clean"]["calibration"][key] == expected, key
    for key in ("images", "accuracy", "confusion_matrix"):
        expected = {source: figures[key] for source, figures in promised["sources"].items()}
        assert {source: it[key] for source, it in found["sources"].items()} == expected, key
    if "skipped" in promised:  # older cards do not count this
        assert (found["images"], len(found["skipped"])) == (
            promised["images"],
            promised["skipped"],
        )


@needs_photographs
@pytest.mark.slow
@pytest.mark.parametrize("level", [2, 8])
def test_pgd_leaves_no_more_images_standing_than_fgsm(shipped: Classifier, level: int) -> None:
    dataset = datasets.open_dataset(PHOTOGRAPHS / "test").take(96)
    for batch in datasets.stream(dataset, 96):
        pixels, labels = images.to_float(batch.images), batch.labels
        epsilon = level / 255
        fgsm = attacks.make("fgsm")(shipped, pixels, labels, epsilon=epsilon)
        pgd = attacks.make("pgd", steps=20)(shipped, pixels, labels, epsilon=epsilon)
        assert pgd.success.sum() >= fgsm.success.sum()
        assert pgd.linf.max() <= epsilon + 1e-6
        assert pgd.images.min() >= 0.0
        assert pgd.images.max() <= 1.0
        assert np.isfinite(pgd.images).all()


@needs_photographs
@pytest.mark.slow
@pytest.mark.parametrize("level", [4, 8])
def test_the_published_fgsm_figures_come_out_again(shipped: Classifier, level: int) -> None:
    path = published.REPORTS_DIR / f"mobilenetv3-test-fgsm-{level}-255.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    dataset = datasets.open_dataset(PHOTOGRAPHS / "test")
    found = evaluation.evaluate(
        shipped, dataset, attack=attacks.make("fgsm"), epsilon=level / 255
    ).as_dict()
    assert found["threat_model"] == report["threat_model"]
    # A gradient at rounding level may point the other way on another processor: a few images.
    accuracy = report["adversarial"]["accuracy"]
    assert found["adversarial"]["accuracy"] == pytest.approx(accuracy, abs=0.01)

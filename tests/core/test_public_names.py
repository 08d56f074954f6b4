"""The documented Python interface: what the README and a class's notebooks call."""

from __future__ import annotations

import inspect

from facemask_core import Classifier, attacks, backbones, defences, explain, load_classifier
from facemask_core.training import Adversary, recipes


def test_a_classifier_is_loaded_by_name() -> None:
    name, *options = inspect.signature(load_classifier).parameters.values()
    assert name.kind is not inspect.Parameter.KEYWORD_ONLY
    assert {option.name for option in options} == {"warm_up", "precision", "choices"}
    assert all(option.default is not inspect.Parameter.empty for option in options)


def test_a_classifier_has_model_card_and_predict(curved: Classifier) -> None:
    assert curved.card.name == curved.name
    assert curved.model.input_shape[1:] == curved.input_shape
    assert list(inspect.signature(curved.predict).parameters) == ["images"]


def test_attacks_are_listed_and_made_by_name() -> None:
    assert attacks.names() == (
        *("fgsm", "bim", "mim", "pgd", "apgd"),
        *("deepfool", "fab", "cw", "lbfgs", "ensemble"),
        "universal",
        *("hopskipjump", "boundary"),
        *("square", "transfer", "noise"),
    )
    attack = attacks.make("pgd", steps=3)
    assert isinstance(attack, attacks.Attack)
    assert attack.steps == 3


def test_backbones_are_listed() -> None:
    assert backbones.names() == (
        *("vgg19", "mobilenetv3", "inceptionv3"),
        *("resnet50", "densenet121", "mobilenetv2", "efficientnetb2"),
        "googlenet",
    )


def test_settings_that_are_left_out_mean_what_they_always_meant() -> None:
    """Figures that were published, and scripts of a class, rely on them."""
    common = "target=None, loss='margin'"
    minimal = "norm='l2', target=None, bisections=10"
    made = [repr(attacks.make(name)) for name in attacks.names() if name != "transfer"]
    assert made == [
        f"FGSM(norm='linf', {common})",
        f"BIM(norm='linf', {common}, steps=10, step_size=None)",
        f"MIM(norm='linf', {common}, steps=10, step_size=None, decay=1.0)",
        f"PGD(norm='linf', {common}, steps=20, step_size=None, random_start=True, restarts=1, "
        "stop_early=False)",
        f"APGD(norm='linf', {common}, steps=100, restarts=1, stop_early=False)",
        f"DeepFool({minimal}, steps=50, overshoot=0.02)",
        f"FAB({minimal}, steps=100)",
        f"CarliniWagner({minimal}, steps=100, searches=6, first_weight=1.0, learning_rate=0.01, "
        "confidence=0.0)",
        f"LBFGS({minimal}, steps=30, searches=6, first_weight=1.0)",
        "Ensemble(steps=100, queries=5000)",
        "Universal(norm='linf', target=None, steps=50)",
        "HopSkipJump(norm='l2', target=None, queries=1000, grid=28)",
        "Boundary(norm='l2', target=None, queries=5000, grid=28)",
        "Square(target=None, queries=1000, first_area=0.05)",
        "Noise(norm='linf', draws=1)",
    ]
    assert [repr(defences.make(name)) for name in defences.names()] == [
        *("JPEG(quality=75)", "BitDepth(bits=3)", "Blur(sigma=1.0)"),
        "RandomResize(smallest=0.8, draws=1, seed=0)",
    ]
    assert [repr(explain.make(name)) for name in explain.names()] == [
        *("GradCAM()", "Saliency(percentile=99.0)"),
        "SmoothGrad(percentile=99.0, samples=32, noise=0.15)",
    ]


def test_a_recipe_trains_as_it_always_did() -> None:
    recipe = recipes.make("best", "mobilenetv3")
    assert repr(recipe) == (
        "Recipe(backbone='mobilenetv3', init='random', stage='fine-tune', "
        "schedule=((128, 14), (160, 8), (224, 4)), stop_after=None, batch_size=64, "
        "epoch_images=None, optimizer='adamw', learning_rate=0.002, warmup_epochs=2.0, "
        "weight_decay=0.05, label_smoothing=0.05, dropout=0.2, average=0.998, augment=True, "
        "balance=True, adversary=None, precision='float32', seed=0)"
    )
    assert Adversary() == Adversary("fgsm", 8 / 255, steps=7, warmup_epochs=2.0, trades=0.0)

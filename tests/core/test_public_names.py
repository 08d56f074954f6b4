"""The documented Python interface: what the README and a class's notebooks call."""

from __future__ import annotations

import inspect

from facemask_core import Classifier, attacks, backbones, load_classifier


def test_a_classifier_is_loaded_by_name() -> None:
    name, *options = inspect.signature(load_classifier).parameters.values()
    assert name.kind is not inspect.Parameter.KEYWORD_ONLY
    assert {option.name for option in options} == {"warm_up", "precision"}
    assert all(option.default is not inspect.Parameter.empty for option in options)


def test_a_classifier_has_model_card_and_predict(curved: Classifier) -> None:
    assert curved.card.name == curved.name
    assert curved.model.input_shape[1:] == curved.input_shape
    assert list(inspect.signature(curved.predict).parameters) == ["images"]


def test_attacks_are_listed_and_made_by_name() -> None:
    assert attacks.names() == (
        *("fgsm", "bim", "mim", "pgd", "apgd"),
        *("deepfool", "cw", "lbfgs"),
        *("square", "transfer", "noise"),
    )
    attack = attacks.make("pgd", steps=3)
    assert isinstance(attack, attacks.Attack)
    assert attack.steps == 3


def test_backbones_are_listed() -> None:
    assert backbones.names() == (
        *("vgg19", "mobilenetv3", "inceptionv3"),
        *("resnet50", "densenet121", "mobilenetv2", "efficientnetb2"),
    )

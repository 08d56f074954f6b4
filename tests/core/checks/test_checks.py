"""Each deliberate mistake is caught by the check made for it; a sound evaluation passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from mistakes import EPSILON, MISTAKES, Mistake, Scene
from numpy.typing import NDArray
from small_models import SHAPE, linear_model, wrapped

from facemask_core import Classifier, attacks, checks
from facemask_core.attacks.base import MAX_STEPS, AdversarialBatch
from facemask_core.attacks.pgd import PGD
from facemask_core.attacks.restarts import MAX_RESTARTS
from facemask_core.checks import CHECKS, Finding, Status, model_checks
from facemask_core.errors import AttackError

Linear = tuple[Classifier, NDArray[np.float32], NDArray[np.float32]]


def _run(name: str, subject: checks.Subject) -> Finding:
    return next(entry.run for entry in CHECKS if entry.name == name)(subject)


def _failed(findings: dict[str, Finding]) -> set[str]:
    return {name for name, finding in findings.items() if finding.status is Status.FAILED}


@pytest.fixture
def pixels() -> NDArray[np.float32]:
    return np.random.default_rng(9).uniform(0.3, 0.7, (24, *SHAPE)).astype(np.float32)


@pytest.fixture
def scene(curved: Classifier, linear: Linear, pixels: NDArray[np.float32]) -> Scene:
    return Scene(curved, linear[1], linear[2], pixels)


@pytest.mark.parametrize(("check", "make"), MISTAKES, ids=[check for check, _ in MISTAKES])
def test_a_mistake_is_caught_by_the_check_made_for_it(
    scene: Scene, check: str, make: Callable[[Scene], Mistake]
) -> None:
    mistake = make(scene)
    finding = _run(check, mistake.spoilt)
    assert finding.status is mistake.status, finding
    assert mistake.word in finding.sentence
    sound = _run(check, mistake.sound)
    assert sound.status is Status.PASSED, sound


def test_every_check_has_a_mistake_to_catch() -> None:
    assert {check for check, _ in MISTAKES} == {check.name for check in CHECKS}


def test_a_sound_evaluation_fails_no_check(
    curved: Classifier, linear: Linear, pixels: NDArray[np.float32]
) -> None:
    told: list[tuple[int, int]] = []
    labels = curved.predict(pixels).argmax(axis=1)
    subject = checks.make_subject(
        curved, pixels, labels, attacks.make("pgd", steps=40), epsilon=EPSILON, others=[linear[0]]
    )
    findings = checks.examine(subject, progress=lambda *step: told.append(step))
    assert list(findings) == [check.name for check in CHECKS]
    assert not _failed(findings), {name: findings[name] for name in _failed(findings)}
    assert Status.SKIPPED not in {finding.status for finding in findings.values()}
    for finding in findings.values():
        assert finding.sentence.endswith(".")
        json.dumps(finding.figures, allow_nan=False)
    assert told[-1] == (len(CHECKS), len(CHECKS))


def test_without_a_gradient_nothing_else_is_asked(scene: Scene) -> None:
    findings = checks.examine(dict(MISTAKES)["differentiable"](scene).spoilt)
    assert _failed(findings) == {"differentiable"}
    assert findings["one-step"].status is Status.SKIPPED, "what follows only repeats it"


def test_fgsm_is_known_to_leap_and_only_deserves_a_warning(scene: Scene) -> None:
    leap = dict(MISTAKES)["monotone"](scene).spoilt
    assert _run("monotone", replace(leap, attack=attacks.make("fgsm"))).status is Status.WARNED


def test_one_image_apart_is_rounding_and_two_are_not(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    labels = curved.predict(pixels).argmax(axis=1)
    subject = checks.make_subject(curved, pixels, labels, attacks.make("fgsm"), epsilon=0.3)
    fooled = np.flatnonzero(subject.adversarial.success)
    assert len(fooled) > 2
    for lost, status in ((1, Status.PASSED), (2, Status.FAILED)):
        success = subject.adversarial.success.copy()
        success[fooled[:lost]] = False
        altered = replace(subject)
        vars(altered)["adversarial"] = replace(subject.adversarial, success=success)
        assert _run("two-classes", altered).status is status


def test_a_transfer_attack_need_not_win_without_bounds(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    """What is made on a model that knows nothing may well fail on this one."""
    ignorant = wrapped(linear_model(np.zeros((192, 2), np.float32), np.zeros(2, np.float32)))
    attack = attacks.make("transfer", source=ignorant, attack=attacks.make("fgsm"))
    labels = curved.predict(pixels).argmax(axis=1)
    subject = checks.make_subject(curved, pixels, labels, attack, epsilon=EPSILON)
    finding = _run("unbounded", subject)
    assert finding.figures["success_rate"] < 1.0
    assert finding.status is Status.WARNED


def labelled(
    curved: Classifier, pixels: NDArray[np.float32], wrong: slice
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Labels by which the model is wrong on some images, and which these are."""
    labels = curved.predict(pixels).argmax(axis=1)
    labels[wrong] = 1 - labels[wrong]
    mistaken = np.zeros(len(labels), np.bool_)
    mistaken[wrong] = True
    return labels, mistaken


def test_rounding_is_asked_of_what_the_attack_turned_alone(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    labels, mistaken = labelled(curved, pixels, slice(12))
    subject = checks.make_subject(curved, pixels, labels, attacks.make("fgsm"), epsilon=EPSILON)
    assert subject.adversarial.success[mistaken].any(), (
        "what was wrong before counts as success there"
    )
    turned = subject.adversarial.success & ~mistaken
    assert turned.any()
    assert _run("rounding", subject).figures["success"] == turned.sum()


def test_a_model_that_is_never_right_leaves_nothing_to_fool(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    labels, _ = labelled(curved, pixels, slice(None))
    subject = checks.make_subject(curved, pixels, labels, attacks.make("fgsm"), epsilon=EPSILON)
    assert _run("unbounded", subject).status is Status.SKIPPED


def test_what_an_attack_puts_right_counts_as_an_error_still(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    labels, mistaken = labelled(curved, pixels, slice(6))
    subject = checks.make_subject(curved, pixels, labels, attacks.make("fgsm"), epsilon=EPSILON)
    logits = subject.adversarial.logits.copy()
    logits[mistaken] = np.eye(2, dtype=np.float32)[labels[mistaken]]
    vars(subject)["adversarial"] = replace(subject.adversarial, logits=logits)
    vars(subject)["one_step"] = replace(subject.one_step, logits=subject.clean_logits)
    figures = _run("worst-case", subject).figures
    assert figures["better_attack_alone"] == subject.robust_accuracy(subject.adversarial)
    assert figures["worst_case_an_image"] == figures["better_attack_alone"]


def test_models_of_one_name_are_told_apart_when_examples_are_carried_over(
    curved: Classifier, linear: Linear, pixels: NDArray[np.float32]
) -> None:
    ignorant = wrapped(linear_model(np.zeros((192, 2), np.float32), np.zeros(2, np.float32)))
    assert ignorant.name == linear[0].name
    labels = curved.predict(pixels).argmax(axis=1)
    subject = checks.make_subject(
        curved, pixels, labels, attacks.make("fgsm"), epsilon=EPSILON, others=[linear[0], ignorant]
    )
    figures = _run("transfer", subject).figures["transfer"]
    assert len(figures) == 2
    assert figures[1]["robust_accuracy"] == 1.0, "its gradient is nowhere"


def test_one_model_whose_examples_fool_more_is_enough(scene: Scene) -> None:
    """A model that knows nothing beside it takes nothing back."""
    masked = dict(MISTAKES)["transfer"](scene).spoilt
    ignorant = wrapped(linear_model(np.zeros((192, 2), np.float32), np.zeros(2, np.float32)))
    finding = _run("transfer", replace(masked, others=(*masked.others, ignorant)))
    assert finding.status is Status.FAILED


@pytest.mark.parametrize("name", ["square", "noise"])
def test_what_has_no_restarts_is_not_said_to_start_at_the_image(
    curved: Classifier, pixels: NDArray[np.float32], name: str
) -> None:
    labels = curved.predict(pixels).argmax(axis=1)
    finding = _run(
        "restarts", checks.make_subject(curved, pixels, labels, attacks.make(name), epsilon=EPSILON)
    )
    assert finding.status is Status.SKIPPED
    assert "at the image" not in finding.sentence


def test_a_budget_is_kept_to_within_the_rounding_of_its_size(
    curved: Classifier, pixels: NDArray[np.float32]
) -> None:
    labels = curved.predict(pixels).argmax(axis=1)
    attack = attacks.make("fgsm", norm="l2")
    subject = checks.make_subject(curved, pixels, labels, attack, epsilon=10.0)
    for excess, status in ((9e-7, Status.PASSED), (2e-6, Status.FAILED)):
        altered = replace(subject)
        length = np.full_like(subject.adversarial.l2, 10.0 * (1 + excess))
        vars(altered)["adversarial"] = replace(subject.adversarial, l2=length)
        assert _run("budget", altered).status is status


@pytest.mark.parametrize(("what", "most"), [("steps", MAX_STEPS), ("restarts", MAX_RESTARTS)])
def test_effort_is_doubled_up_to_what_may_be_asked_for(
    curved: Classifier,
    pixels: NDArray[np.float32],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    most: int,
) -> None:
    check = {"steps": "convergence", "restarts": "restarts"}[what]
    asked: list[int] = []

    def attacked(self: PGD, *_: Any, **__: Any) -> AdversarialBatch:
        asked.append(getattr(self, what))
        return batch

    labels = curved.predict(pixels).argmax(axis=1)
    batch = attacks.make("pgd", steps=1)(curved, pixels, labels, epsilon=EPSILON)
    monkeypatch.setattr(PGD, "__call__", attacked)

    def examined(count: int) -> Finding:
        attack = attacks.make("pgd", **{what: count})
        return _run(check, checks.make_subject(curved, pixels, labels, attack, epsilon=EPSILON))

    assert examined(most // 2 + 1).figures[f"more_{what}"] == most
    assert most in asked
    assert examined(most).status is Status.SKIPPED


@pytest.mark.parametrize("name", attacks.names())
@pytest.mark.slow
def test_every_attack_can_be_examined(scene: Scene, linear: Linear, name: str) -> None:
    settings: dict[str, Any] = {
        "transfer": {"source": linear[0]},
        "cw": {"steps": 20, "searches": 2},
        "lbfgs": {"steps": 4, "searches": 2},
        "fab": {"steps": 9},
        "ensemble": {"steps": 9, "queries": 30},
        "hopskipjump": {"queries": 60},
        "boundary": {"queries": 60},
        "square": {"queries": 30},
    }.get(name, {})
    few = replace(scene, pixels=scene.pixels[:6])
    findings = checks.examine(few.subject(scene.curved, attacks.make(name, **settings)))
    assert len(findings) == len(CHECKS)


def test_nothing_to_examine_is_refused(curved: Classifier, pixels: NDArray[np.float32]) -> None:
    labels = np.zeros(24, np.int64)
    with pytest.raises(AttackError, match="Epsilon is 0"):
        checks.make_subject(curved, pixels, labels, attacks.make("fgsm"), epsilon=0.0)
    with pytest.raises(AttackError, match="untargeted"):
        checks.make_subject(curved, pixels, labels, attacks.make("fgsm", target=1), epsilon=0.1)
    with pytest.raises(AttackError, match="Labels"):
        checks.make_subject(curved, pixels, labels[:3], attacks.make("fgsm"), epsilon=0.1)
    with pytest.raises(AttackError, match="at least one"):
        checks.make_subject(curved, pixels[:0], labels[:0], attacks.make("fgsm"), epsilon=0.1)


@pytest.mark.parametrize(("difference", "status"), [(1e-5, Status.PASSED), (1e-3, Status.FAILED)])
def test_answers_to_one_image_differ_by_rounding_alone(difference: float, status: Status) -> None:
    logits = np.zeros((3, 2), np.float32)
    model = SimpleNamespace(predict=lambda _: logits + np.float32(difference))
    subject: Any = SimpleNamespace(pixels=None, clean_logits=logits, classifier=model)
    assert model_checks.is_deterministic(subject).status is status


@pytest.mark.parametrize(("share", "status"), [(0.4, Status.PASSED), (0.6, Status.WARNED)])
def test_noise_may_move_the_lead_by_less_than_half(share: float, status: Status) -> None:
    leads = {"before": np.full(3, 2.0), "after": np.full(3, 2.0 * (1 - share))}
    subject: Any = SimpleNamespace(
        pixels=np.full((3, *SHAPE), 0.5, np.float32),
        seed=0,
        clean_logits="before",
        classifier=SimpleNamespace(predict=lambda _: "after"),
        leads=leads.__getitem__,
    )
    assert model_checks.landscape_is_smooth(subject).status is status

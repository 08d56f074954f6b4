"""What is computed once is kept under all that decides it.

A model is told by the hash of its weights, never by its name alone: a model that was trained anew,
or put in another's place, would get the answers of the old one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from facemask_core import attacks, explain
from facemask_core.evaluation.verdicts import Verdict
from facemask_ui.face import answers
from facemask_ui.face.question import Question
from facemask_ui.lab import sweeps
from facemask_ui.visitors import shared_cache

ROOT = Path(__file__).resolve().parents[3]
DECIDED_BY = {
    "_classifier": {"model", "weights", "weights_sha256"},
    "_classifiers": {"weights"},
    "_twin": {"weights"},
    "_picture": {"sha256"},
    "_content": {"sha256"},
    "_name": {"sha256"},
    "_upload": {"sha256"},
    "_source": {"sha256"},
}
"""What a cached function may leave out of its key, and the parameter that decides it instead."""
CACHES = ("compute_once", "cache_data", "cache_resource")


def _takes_a_model_beside_its_key(node: ast.AST) -> bool:
    """Whether a function is computed once, and for a model that is no part of the key."""
    return (
        isinstance(node, ast.FunctionDef)
        and any("compute_once" in ast.unparse(it) for it in node.decorator_list)
        and any(argument.arg.startswith("_") for argument in node.args.args)
    )


def _writes_hash(call: ast.Call, function: ast.FunctionDef) -> bool:
    """Whether one of a call's arguments is a hash of weights, or a variable made of some."""
    arguments = {ast.unparse(argument) for argument in call.args}
    made_of_hashes = {
        ast.unparse(target)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and "weights_sha256" in ast.unparse(node.value)
        for target in node.targets
    }
    return any("weights_sha256" in text or text in made_of_hashes for text in arguments)


def test_a_model_s_answers_are_kept_under_its_weights() -> None:
    calls = 0
    for file in (ROOT / "facemask_ui").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if _takes_a_model_beside_its_key(node)}
        for function in ast.walk(tree):
            for call in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
                if isinstance(call, ast.Call) and ast.unparse(call.func) in names:
                    calls += 1
                    assert _writes_hash(call, function), f"{file}:{call.lineno}"
    assert calls >= 10


def find_cached_functions() -> Iterator[tuple[str, list[str]]]:
    """The functions that are computed once, with the names of their parameters."""
    for file in (ROOT / "facemask_ui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                decorators = " ".join(map(ast.unparse, node.decorator_list))
                if any(cache in decorators for cache in CACHES):
                    where = f"{file.relative_to(ROOT)}:{node.name}"
                    yield where, [it.arg for it in (*node.args.args, *node.args.kwonlyargs)]


def test_what_is_left_out_of_a_key_is_decided_by_what_is_in_it() -> None:
    functions = dict(find_cached_functions())
    assert len(functions) > 18
    for where, names in functions.items():
        for name in names:
            if name.startswith("_"):
                assert DECIDED_BY.get(name, set()) & set(names), f"{where}: {name}"


def make_up_model(sha256: str) -> Any:
    return SimpleNamespace(card=SimpleNamespace(weights_sha256=sha256, backbone="mobilenetv3"))


FACE, OTHER_FACE = (np.full((224, 224, 3), level, np.uint8) for level in (0, 1))
MODEL, OTHER_MODEL = make_up_model("a"), make_up_model("b")
PGD = attacks.make("pgd")
QUESTION = Question(FACE, MODEL, 0, PGD, 0)
QUESTIONS = [
    replace(QUESTION, **other)
    for other in (
        {},
        {"face": OTHER_FACE},
        {"classifier": OTHER_MODEL},
        {"label": 1},
        {"attack": attacks.make("pgd", steps=3)},
        {"attack": attacks.make("pgd", norm="l2")},
        {"attack": attacks.make("pgd", target=1)},
        {"seed": 1},
    )
]
"""Questions that differ in one thing each."""
BEFORE = Verdict(0, (0.9, 0.1))
SALIENCY, SMOOTH, SMOOTHER = (
    explain.make("saliency"),
    explain.make("smooth-grad"),
    explain.make("smooth-grad", samples=3),
)
ANSWERS: dict[str, list[Callable[[], object]]] = {
    "verdict": [
        lambda: answers.judge_face(MODEL, FACE),
        lambda: answers.judge_face(OTHER_MODEL, FACE),
        lambda: answers.judge_face(MODEL, OTHER_FACE),
    ],
    "attacked face": [
        *(lambda it=it: answers.attack_face(it, 0.1) for it in QUESTIONS),
        lambda: answers.attack_face(QUESTION, 0.2),
    ],
    "heat map": [
        lambda: answers.explain_face(MODEL, FACE, SALIENCY, 0),
        lambda: answers.explain_face(OTHER_MODEL, FACE, SALIENCY, 0),
        lambda: answers.explain_face(MODEL, OTHER_FACE, SALIENCY, 0),
        lambda: answers.explain_face(MODEL, FACE, SMOOTH, 0),
        lambda: answers.explain_face(MODEL, FACE, SMOOTHER, 0),
        lambda: answers.explain_face(MODEL, FACE, SALIENCY, 1),
    ],
    "dial": [
        lambda: answers.recall_dial(MODEL, FACE, "noise", list),
        lambda: answers.recall_dial(OTHER_MODEL, FACE, "noise", list),
        lambda: answers.recall_dial(MODEL, OTHER_FACE, "noise", list),
        lambda: answers.recall_dial(MODEL, FACE, "blur", list),
    ],
    "film": [
        *(lambda it=it: sweeps.film_sweep(it, BEFORE) for it in QUESTIONS),
        *(lambda it=it: sweeps.film_steps(it, 0.1, BEFORE) for it in QUESTIONS),
        lambda: sweeps.film_steps(QUESTION, 0.2, BEFORE),
        *(lambda it=it: sweeps.film_twin(it, make_up_model("c")) for it in QUESTIONS),
        lambda: sweeps.film_twin(QUESTION, make_up_model("d")),
    ],
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_whatever_differs_is_another_answer(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[object] = []

    def pick_cache(kind: str, face: str, **_: int) -> Any:
        return SimpleNamespace(get=lambda key, _make: keys.append((kind, face, key)))

    monkeypatch.setattr(shared_cache, "pick_cache", pick_cache)
    for _ in range(2):
        for ask in ANSWERS[kind]:
            ask()
    count = len(ANSWERS[kind])
    assert len(set(keys)) == count
    assert keys[:count] == keys[count:], "the same question finds its answer again"

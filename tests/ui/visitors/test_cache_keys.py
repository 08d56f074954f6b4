"""What a model computed is kept under the hash of its weights, never under its name alone.

A model that was trained anew, or put in another's place, would get the answers of the old one.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


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

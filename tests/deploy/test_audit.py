"""The audit of dependencies fails on findings, and on nothing else."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tools import audit


def _answering(packages: list[dict[str, Any]], code: int = 0) -> list[str]:
    text = json.dumps({"dependencies": packages, "fixes": []})
    return [sys.executable, "-c", f"print({text!r}); raise SystemExit({code})"]


FINE = {"name": "good", "version": "1.0", "vulns": []}
BAD = {
    "name": "bad",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}, {"id": "PYSEC-2", "fix_versions": []}],
}
UNKNOWN = {"name": "own", "skip_reason": "not on PyPI"}


def test_a_finding_fails_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.audit(_answering([FINE, BAD, UNKNOWN], code=1)) == 1
    assert capsys.readouterr().out.splitlines() == [
        "bad 2.0: PYSEC-1, mended in 2.1",
        "bad 2.0: PYSEC-2, mended in no version yet",
        "2 packages looked up, 2 vulnerabilities known; the database could not tell of 1 (own).",
    ]


def test_nothing_found_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.audit(_answering([FINE])) == 0
    assert "1 packages looked up, 0 vulnerabilities" in capsys.readouterr().out


def test_no_connection_is_said_and_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    broken = [sys.executable, "-c", "raise SystemExit('Could not connect to pypi.org')"]
    assert audit.audit(broken) == 0
    assert capsys.readouterr().out == (
        "The advisory database could not be asked, so nothing is known: "
        "Could not connect to pypi.org\n"
    )


def test_a_missing_tool_is_no_clean_bill(capsys: pytest.CaptureFixture[str]) -> None:
    missing = [sys.executable, "-c", "raise SystemExit('No module named pip_audit')"]
    assert audit.audit(missing) == 2
    assert "not installed" in capsys.readouterr().out

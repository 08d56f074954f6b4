"""Asks the advisory database about every installed package: make audit.

Findings alone make it fail. Where the database cannot be asked, that is said: a machine without the
internet has no fault, but nothing is known of its packages either.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

_ASK = (sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json")


def audit(ask: Sequence[str] = _ASK) -> int:
    """Prints what is known, and returns 1 if a package has a published vulnerability.

    Args:
        ask: The command that asks, and answers as pip-audit does.
    """
    done = subprocess.run(ask, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    if "No module named pip_audit" in done.stderr:
        print("pip-audit is not installed; make sets it up with requirements-dev.txt.")
        return 2
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        why = (done.stderr.strip() or "no answer").splitlines()[-1]
        print(f"The advisory database could not be asked, so nothing is known: {why}")
        return 0
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    found = [(package, each) for package in packages for each in package.get("vulns", ())]
    for package, each in found:
        mended = ", ".join(each.get("fix_versions", ())) or "no version yet"
        print(f"{package['name']} {package['version']}: {each['id']}, mended in {mended}")
    told = f"{len(packages) - len(unknown)} packages looked up, {len(found)} vulnerabilities known"
    print(f"{told}; the database could not tell of {len(unknown)}{_named(unknown)}.")
    return 1 if found else 0


def _named(unknown: Sequence[str]) -> str:
    return f" ({', '.join(unknown)})" if 0 < len(unknown) <= 10 else ""


if __name__ == "__main__":
    sys.exit(audit())

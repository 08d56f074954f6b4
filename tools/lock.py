"""Writes what the container installs, with the hash of every file: ``python -m tools.lock``.

``requirements.txt`` names what the lab imports; pip finds what those need in turn. In the container
pip installs this list and nothing else, and refuses a file that is not the one it names.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "deploy" / "requirements.lock"
_PYTHON = "3.11"
_MACHINES = ("x86_64", "aarch64")
_SYSTEMS = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
_HEAD = (
    "# What the container installs, written by: python -m tools.lock\n"
    f"# For Python {_PYTHON} on Linux, on {' and '.join(_MACHINES)}.\n"
)


def write_lock(reports: Iterable[dict[str, Any]]) -> str:
    """Writes the packages of all machines, each with the hashes of its files.

    Args:
        reports: What pip would install, a report for each machine.

    Raises:
        ValueError: The machines would have two versions of a package.
    """
    hashes: dict[str, set[str]] = defaultdict(set)
    for report in reports:
        for package in report["install"]:
            pin = f"{package['metadata']['name'].lower()}=={package['metadata']['version']}"
            hashes[pin].add(package["download_info"]["archive_info"]["hashes"]["sha256"])
    names = [pin.partition("==")[0] for pin in hashes]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"The machines have two versions of {', '.join(sorted(twice))}.")
    lines = (
        " \\\n".join([pin, *(f"    --hash=sha256:{it}" for it in sorted(hashes[pin]))])
        for pin in sorted(hashes)
    )
    return _HEAD + "\n".join(lines) + "\n"


def _ask_pip(machine: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        words = ["install", "--dry-run", "--ignore-installed", "--only-binary", ":all:"]
        words += [word for it in _SYSTEMS for word in ("--platform", f"{it}_{machine}")]
        words += ["--python-version", _PYTHON, "--target", folder, "--report", str(report)]
        words += ["-r", str(ROOT / "requirements.txt")]
        subprocess.run([sys.executable, "-m", "pip", *words], check=True)  # noqa: S603  (ours)
        return dict(json.loads(report.read_text(encoding="utf-8")))


if __name__ == "__main__":
    LOCK.write_text(write_lock(map(_ask_pip, _MACHINES)), encoding="utf-8")

"""The container installs files that are named by their hashes, and no others."""

from __future__ import annotations

import re
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from steps import ROOT

from tools.lock import LOCK, write_lock


def _report(**versions: str) -> dict[str, Any]:
    return {
        "install": [
            {
                "metadata": {"name": name, "version": version},
                "download_info": {"archive_info": {"hashes": {"sha256": f"{name}{version}"}}},
            }
            for name, version in versions.items()
        ]
    }


def _read_lock() -> dict[str, tuple[str, list[str]]]:
    """By name: the version, and the hashes."""
    text = LOCK.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    pins = [(pin.partition("==")[0], pin.partition("==")[2], hashes) for pin, *hashes in lines]
    return {canonicalize_name(name): (version, hashes) for name, version, hashes in pins}


def test_the_lock_has_every_pin_that_linux_needs_at_its_version() -> None:
    locked = _read_lock()
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line.partition("#")[0].strip())
        marker = requirement.marker or Marker("python_version > '3'")
        if marker.evaluate({"sys_platform": "linux"}):
            (pin,) = requirement.specifier
            assert locked[canonicalize_name(requirement.name)][0] == pin.version, line


def test_every_package_of_the_lock_has_a_hash() -> None:
    locked = _read_lock()
    assert len(locked) > 40
    for name, (version, hashes) in locked.items():
        assert version, name
        assert hashes, name
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", it) for it in hashes), name


def test_the_container_installs_the_lock_by_its_hashes() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (install,) = (line for line in text.splitlines() if "pip install" in line)
    assert "--require-hashes" in install
    assert install.endswith(f"-r {LOCK.name}")


def test_files_of_several_machines_stand_together() -> None:
    text = write_lock([_report(b="1", A="2"), {"install": []}, _report(b="1")])
    assert [line for line in text.splitlines() if line[0] != "#"] == [
        "a==2 \\",
        "    --hash=sha256:A2",
        "b==1 \\",
        "    --hash=sha256:b1",
    ]
    with pytest.raises(ValueError, match="two versions of b"):
        write_lock([_report(b="1"), _report(b="2")])

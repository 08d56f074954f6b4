"""Ranges hold the tested versions, and an installed wheel needs no checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from steps import ROOT, free_port

import facemask_core.system
from benchmarks.served import Server
from facemask_core import backend, versions
from facemask_core.data import samples

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WINDOWS = os.name == "nt"


def pins(name: str) -> dict[str, str]:
    """The versions that a file of requirements names itself, without those of files it includes."""
    lines = (ROOT / name).read_text(encoding="utf-8").split("\n")
    stated = [line.split("#")[0].strip() for line in lines]
    pinned = [Requirement(line) for line in stated if line and not line.startswith("-r ")]
    return {canonicalize_name(it.name): str(it.specifier).removeprefix("==") for it in pinned}


def ranges(*lists: list[str]) -> dict[str, SpecifierSet]:
    requirements = [Requirement(line) for lines in lists for line in lines]
    return {
        canonicalize_name(it.name): it.specifier
        for it in requirements
        if it.name != PROJECT["name"]
    }


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("requirements.txt", ranges(PROJECT["dependencies"])),
        ("requirements-ray.txt", ranges(EXTRAS["ray"])),
        ("requirements-dev.txt", ranges(EXTRAS["dev"], EXTRAS["jax"])),
    ],
)
def test_every_pin_lies_in_its_range(name: str, stated: dict[str, SpecifierSet]) -> None:
    pinned = pins(name)
    assert pinned.keys() == stated.keys()
    for package, version in pinned.items():
        assert version in stated[package], f"{package} {version} is not {stated[package]}"
        assert {it.operator for it in stated[package]} == {">=", "<"}, package


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_every_system_has_the_backend_it_computes_on(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facemask_core.system, "NAME", system)
    for lines in (PROJECT["dependencies"], (ROOT / "requirements.txt").read_text().splitlines()):
        wanted = [it for it in map(Requirement, lines) if it.name in backend.SUPPORTED]
        here = {"sys_platform": system}
        (name,) = (it.name for it in wanted if it.marker is None or it.marker.evaluate(here))
        assert name == facemask_core.system.default_backend()


def test_the_developers_have_every_extra() -> None:
    (own,) = (it for it in map(Requirement, EXTRAS["dev"]) if it.name == PROJECT["name"])
    assert own.extras == EXTRAS.keys() - {"dev"}


def test_the_supported_pythons_agree() -> None:
    stated = SpecifierSet(PROJECT["requires-python"])
    supported = [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in stated]
    classifiers = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert classifiers == supported


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*build, "--quiet", "--wheel-dir", folder, ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's folder of programs, with the wheel and this environment's libraries."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if WINDOWS else "bin")
    python = programs / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--quiet", wheel],
        check=True,
    )
    find = "import sysconfig; print(sysconfig.get_path('purelib'))"
    libraries = subprocess.run([python, "-c", find], capture_output=True, text=True, check=True)
    lines = "\n".join(entry for entry in sys.path if Path(entry).name == "site-packages")
    (Path(libraries.stdout.strip()) / "tested.pth").write_text(lines, encoding="utf-8")
    return programs


def _tracked(*folders: str) -> set[str]:
    listing = subprocess.run(
        ["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(listing.stdout.splitlines())


@pytest.mark.slow
def test_the_wheel_holds_everything_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        assert b"# The face-mask lab" in archive.read(metadata)
    packages = _tracked("facemask_core", "facemask_ui")
    beside = _tracked("app.py", "pages", ".streamlit", "assets")
    beside -= _tracked("assets/screenshots")  # the README's
    assert {"facemask_core/py.typed", "facemask_ui/py.typed"} <= packages
    assert held == packages | {f"facemask_core/shipped/{name}" for name in beside}


@pytest.mark.slow
def test_the_installed_command_answers_from_any_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "face.png").write_bytes(samples.gallery()[0].path.read_bytes())
    done = subprocess.run(
        [installed / "facemask", "predict", "face.png", "--model", "mobilenetv3", "--json"],
        cwd=tmp_path,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["label"] in {"with_mask", "without_mask"}


@pytest.mark.slow
def test_what_is_installed_is_this_code(installed: Path, tmp_path: Path) -> None:
    """Its figures are those of a checkout, and downloads go where the user may write."""
    code = (
        "from facemask_core import paths, versions\n"
        "from facemask_core.data import mendeley\n"
        "print(paths.PACKAGE, paths.ROOT, mendeley.FOLDER, versions.source_sha256(), sep='\\n')"
    )
    done = subprocess.run(
        [installed / "python", "-c", code],
        cwd=tmp_path,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    package, root, downloads, sha256 = done.stdout.splitlines()
    assert package.startswith(str(installed.parent))
    assert Path(root) == Path(package) / "shipped"
    assert not downloads.startswith(str(installed.parent))
    assert sha256 == versions.source_sha256()


@pytest.mark.slow
def test_the_installed_lab_starts_with_its_own_settings(installed: Path, tmp_path: Path) -> None:
    """From a folder that is not its own: Streamlit by itself names no address but localhost."""
    port, log = free_port(), tmp_path / "log.txt"
    with log.open("wb") as said:
        server = subprocess.Popen(
            [installed / "facemask", "app", "--port", str(port)],
            cwd=tmp_path,
            env=_environment(tmp_path),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + 90
        while not _is_well(port):
            assert server.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, "it did not start"
            time.sleep(1)
        assert f"http://127.0.0.1:{port}" in log.read_text(encoding="utf-8")
    finally:
        server.terminate()
        server.wait(30)


def _is_well(port: int) -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/_stcore/health", timeout=10
        ) as answer:
            return bool(answer.read() == b"ok")
    except urllib.error.URLError:
        return False


def _environment(home: Path) -> dict[str, str]:
    """This process's variables, but for what leads Python back to the checkout.

    Like every server of the tests, what runs there reaches no other machine.
    """
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return variables | {"FACEMASK_HOME": str(home / "store")} | Server.environment

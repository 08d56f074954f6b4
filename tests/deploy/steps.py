"""Follows a Dockerfile's steps in a folder of their own, where no Docker engine exists.

The base image becomes a virtual environment of this Python, absolute paths of the image lie below
the folder, and a user's number counts where this process may change it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).resolve().parents[2]
_OFFLINE = ROOT / "tests/browser/offline"
_PATIENT = {"PIP_RETRIES": "10", "PIP_DEFAULT_TIMEOUT": "120"}
"""A package index that is slow for a moment is no fault of the Dockerfile's."""


@dataclass
class Image:
    """An image as far as it is built.

    Attributes:
        root: The folder that stands for the image's file system.
        here: The working directory.
        environment: Variables of the steps and of what is run.
        user: Who runs; None for the present user.
        command: What a container runs.
        health: What tells whether it is well.
    """

    root: Path
    here: Path
    environment: dict[str, str]
    user: int | None = None
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """Where a path of the image lies."""
        return self.root / path.lstrip("/") if path.startswith("/") else self.here / path

    def cut_off(self) -> Path:
        """Keeps everything that runs in the image from now on from other machines.

        Returns:
            The file in which attempts are recorded, which any user of the image may write.
        """
        folder = self.root / "offline"
        shutil.copytree(_OFFLINE, folder, ignore=shutil.ignore_patterns("__pycache__"))
        folder.chmod(0o755)
        record = folder / "attempts.txt"
        record.touch()
        record.chmod(0o666)
        self.environment |= {"PYTHONPATH": str(folder), "OFFLINE_RECORD": str(record)}
        return record

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """Runs a command in the image."""
        return subprocess.run(
            words, cwd=self.here, env=self.environment, capture_output=True, text=True, check=False
        )

    def started(self, *more: str) -> subprocess.Popen[bytes]:
        """Starts what a container runs, as its user where that is possible.

        It is not where this process may not become another, nor where Python lies in a home that
        others may not enter.

        Args:
            more: Further words of the command.
        """
        if self.user is not None and os.getuid() == 0:
            try:
                return self._started(more, self.user)
            except PermissionError:
                pass
        return self._started(more, None)

    def _started(self, more: tuple[str, ...], user: int | None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.command, *more],
            cwd=self.here,
            env=self.environment,
            user=user,
            group=user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def build(dockerfile: Path, root: Path) -> Image:
    """Follows every step.

    Args:
        dockerfile: The file.
        root: An empty folder.
    """
    image = Image(root, root, {"LANG": "C.UTF-8", **_PATIENT})
    with dockerfile.open("rb") as file:
        structure = DockerfileParser(fileobj=file).structure
    for step in structure:
        _STEPS[step["instruction"]](image, step["value"])
    return image


def _from(image: Image, value: str) -> None:
    found = re.fullmatch(r"python:(3\.\d+)-slim", value)
    assert found, value
    assert found[1] == f"3.{sys.version_info.minor}", f"this Python is not the image's {found[1]}"
    place = image.root / "usr"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    image.environment["PATH"] = f"{place / 'bin'}:{os.environ['PATH']}"


def _workdir(image: Image, value: str) -> None:
    image.here = image.inside(value)
    image.here.mkdir(parents=True, exist_ok=True)


def _env(image: Image, value: str) -> None:
    for name, text in re.findall(r"(\w+)=(\S+)", value):
        image.environment[name] = str(image.inside(text)) if text.startswith("/") else text


def _run(image: Image, value: str) -> None:
    done = image.run(["sh", "-c", value])
    assert done.returncode == 0, f"{value}\n{done.stdout}{done.stderr}"


def _copy(image: Image, value: str) -> None:
    *sources, target = value.split()
    for source in sources:
        place = image.inside(target)
        if (ROOT / source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / source, place, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy(ROOT / source, place)


def _user(image: Image, value: str) -> None:
    image.user = int(value.partition(":")[0])
    assert image.user != 0, "the lab must not run as root"


def _healthcheck(image: Image, value: str) -> None:
    image.health = list(json.loads(value[value.index("[") :]))


def _nothing(image: Image, value: str) -> None:
    """What matters to Docker alone."""


def _cmd(image: Image, value: str) -> None:
    image.command = list(json.loads(value))


_STEPS = {
    "COMMENT": _nothing,
    "FROM": _from,
    "WORKDIR": _workdir,
    "ENV": _env,
    "RUN": _run,
    "COPY": _copy,
    "USER": _user,
    "VOLUME": _nothing,
    "EXPOSE": _nothing,
    "HEALTHCHECK": _healthcheck,
    "CMD": _cmd,
}
"""A step of any other kind is not known here, and fails the test."""

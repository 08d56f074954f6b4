"""What all tests share: how many cases the fuzzers try, and which examples properties are tried on.

Examples are the same in every run, so that what fails failed by the change it is tested with, and
fails again; ``make fuzz`` draws others. None has a time limit: a busy machine is no fault.
"""

from __future__ import annotations

import importlib.abc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from benchmarks.served import Server


class _NoTensorFlow(importlib.abc.MetaPathFinder):
    """Lets no import find TensorFlow. None among sys.modules would not do: Keras looks there."""

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] == "tensorflow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if os.environ.get("KERAS_BACKEND") == "jax":  # as on macOS, where it is not installed
    sys.meta_path.insert(0, _NoTensorFlow())

USUAL = 20_000

hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("others", deadline=None)
hypothesis.settings.load_profile("same")


_OFFLINE = Path(__file__).parent / "browser" / "offline"


@pytest.fixture(scope="session")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keeps every server that a test starts, and its worker, from all other machines.

    Returns:
        The file in which their attempts are recorded.
    """
    record = tmp_path_factory.mktemp("network") / "attempts.txt"
    record.touch()
    with pytest.MonkeyPatch.context() as patched:
        hook = {"PYTHONPATH": str(_OFFLINE), "OFFLINE_RECORD": str(record)}
        hook["FACEMASK_FILM_MEGABYTES"] = "0"  # a long test would share the processor with films
        patched.setattr(Server, "environment", hook)
        yield record
    assert not record.read_text(encoding="utf-8"), "at the last server's end"


@pytest.fixture(autouse=True)
def no_attempt_to_reach_another_machine(attempts: Path) -> Iterator[None]:
    """Fails the test in or just before which a server tried to reach another machine."""
    yield
    if attempts.stat().st_size:
        found = attempts.read_text(encoding="utf-8")
        attempts.write_text("", encoding="utf-8")
        pytest.fail(f"The lab tried to reach another machine:\n{found}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz-cases",
        type=int,
        default=USUAL,
        help=f"How many damaged uploads to try (default: {USUAL}).",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves to ``make test-slow`` what needs peers, a cluster or photographs; long tests begin."""
    for item in items:
        if any(item.get_closest_marker(name) for name in ("peers", "ray", "photographs")):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cuts the cases into tests of a thousand, so that one fault does not hide the others.

    The first thousand are quick enough for ``make test``.
    """
    if "fuzz_cases" in metafunc.fixturenames:
        count = metafunc.config.getoption("--fuzz-cases")
        starts = range(0, count, 1000)
        later = [pytest.mark.slow]
        chunks = [
            pytest.param(
                range(start, min(start + 1000, count)),
                id=f"from {start}",
                marks=later if start else [],
            )
            for start in starts
        ]
        metafunc.parametrize("fuzz_cases", chunks)

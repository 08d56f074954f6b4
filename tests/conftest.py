"""What all tests share: how many cases the fuzzers try."""

from __future__ import annotations

import pytest

USUAL = 20_000


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz-cases",
        type=int,
        default=USUAL,
        help=f"How many damaged uploads to try (default: {USUAL}).",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cuts the cases into tests of a thousand, so that one fault does not hide the others."""
    if "fuzz_cases" in metafunc.fixturenames:
        count = metafunc.config.getoption("--fuzz-cases")
        starts = range(0, count, 1000)
        chunks = [range(start, min(start + 1000, count)) for start in starts]
        names = [f"from {start}" for start in starts]
        metafunc.parametrize("fuzz_cases", chunks, ids=names)

"""Writes docs/results.md: ``make results`` or ``python -m tools.results``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.results import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "results.md"


def main() -> None:
    """Writes the page."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.results", description="Writes docs/results.md from the result files."
    )
    parser.add_argument("--output", type=Path, default=PAGE)
    parser.parse_args().output.write_text(page.write(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

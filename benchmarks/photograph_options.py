"""The options that benchmarks on photographs have in common."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def make_parser(
    module: str, about: str, *, data: Path, result: Path, limit: int | None = None
) -> argparse.ArgumentParser:
    """Makes the parser of a benchmark's command line.

    Args:
        module: The benchmark's module.
        about: What it does, in its first line.
        data: Where the photographs are, unless ``--data`` says otherwise.
        result: The result file, unless ``--result`` says otherwise.
        limit: How many photographs are attacked, unless ``--limit`` says otherwise; None for a
            benchmark without that option.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{module}", description=about.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--result", type=Path, default=result, help="elsewhere for a mere try")
    if limit is not None:
        parser.add_argument("--limit", type=int, default=limit, help="photographs to attack")
    return parser


def read_options(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Reads the command line, and ends the program in a sentence where there are no photographs.

    Args:
        parser: Made by :func:`make_parser`.
    """
    chosen = parser.parse_args()
    if not chosen.data.is_dir():
        sys.exit(f"There are no photographs in {chosen.data}; say with --data where they are.")
    return chosen

"""The command line: render, sheet, census."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from nobody import census, seeds, sheet, workers
from nobody.traits import Kind

_SIDE = {Kind.GALLERY: 448, Kind.FACES: 288, Kind.CONFUSERS: 288}
_SAMPLES = {Kind.GALLERY: 40, Kind.FACES: 12, Kind.CONFUSERS: 12}


def main() -> int:
    """Runs one command; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = _parser().parse_args()
    return options.command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="portraits", description="Renders portraits of people who never lived."
    )
    commands = parser.add_subparsers(required=True)
    render = commands.add_parser("render", help="render portraits that are not there yet")
    _add_seeds(render)
    render.add_argument("--output", type=Path, required=True, help="folder for the pictures")
    render.add_argument("--workers", type=_natural, default=os.cpu_count() or 1)
    render.add_argument("--side", type=_natural, help="pixels a side")
    render.add_argument("--samples", type=_natural, help="light paths a pixel")
    render.set_defaults(command=_render)
    contact = commands.add_parser("sheet", help="lay a folder's portraits out on one picture")
    contact.add_argument("folder", type=Path)
    contact.add_argument("--output", type=Path, required=True, help="picture to write")
    contact.add_argument("--columns", type=_natural, default=6)
    contact.add_argument("--side", type=_natural, default=224, help="pixels a tile")
    contact.add_argument("--limit", type=_natural, help="only the first so many")
    contact.set_defaults(command=_sheet)
    count = commands.add_parser("census", help="count what seeds would show, without rendering")
    _add_seeds(count)
    count.set_defaults(command=_census)
    return parser


def _add_seeds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", type=Kind, choices=list(Kind), required=True)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--count", type=_natural, default=1)


def _natural(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _render(options: argparse.Namespace) -> int:
    job = workers.Job(
        kind=options.kind,
        seeds=tuple(range(options.first, options.first + options.count)),
        folder=options.output,
        side=options.side or _SIDE[options.kind],
        samples=options.samples or _SAMPLES[options.kind],
    )
    missing = workers.run(job, options.workers)
    if missing:
        logging.error("%d of %d portraits are missing; repeat the command", missing, options.count)
    return 1 if missing else 0


def _sheet(options: argparse.Namespace) -> int:
    sheet.contact_sheet(options.folder, options.columns, options.side, options.limit).save(
        options.output
    )
    return 0


def _census(options: argparse.Namespace) -> int:
    people = [
        seeds.draw(seed, options.kind)
        for seed in range(options.first, options.first + options.count)
    ]
    for trait, counts in census.census(people).items():
        shares = ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))
        sys.stdout.write(f"{trait}: {shares}\n")
    return 0

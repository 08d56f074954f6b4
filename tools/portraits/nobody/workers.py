"""Renders many portraits, one process a core."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from dataclasses import dataclass
from pathlib import Path

from nobody import catalogue, seeds, traits

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What to render.

    Attributes:
        kind: What for.
        seeds: Which people.
        folder: Where the pictures go.
        side: Pixels a side.
        samples: Light paths a pixel.
    """

    kind: traits.Kind
    seeds: tuple[int, ...]
    folder: Path
    side: int
    samples: int


def run(job: Job, workers: int) -> int:
    """Renders what is not there yet.

    Returns:
        How many portraits are missing in the end.
    """
    context = multiprocessing.get_context("spawn")
    shares = [job.seeds[i::workers] for i in range(workers)]
    processes = [context.Process(target=_work, args=(job, share)) for share in shares if share]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    people = [seeds.draw(seed, job.kind) for seed in job.seeds]
    catalogue.write_table(job.folder, people)
    return sum(not (job.folder / catalogue.file_of(person)).exists() for person in people)


def _work(job: Job, share: tuple[int, ...]) -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    _silence_blender()
    parent = os.getppid()
    for seed in share:
        # The parent was killed: its workers end, too.
        if os.getppid() != parent:
            return
        person = seeds.draw(seed, job.kind)
        path = job.folder / catalogue.file_of(person)
        if path.exists():
            continue
        started = time.monotonic()
        try:
            _render(person, path, job)
        except Exception:
            _log.exception("%s failed", path)
        else:
            _log.info("%s took %.0f s", path, time.monotonic() - started)


def _render(person: traits.Traits, path: Path, job: Job) -> None:
    from PIL import Image

    from nobody.film import develop
    from nobody.studio import portrait

    taken = portrait.take(person, job.side, job.samples)
    finish = develop.picture if job.kind is traits.Kind.GALLERY else develop.cut_out
    pixels = finish(taken.pixels, taken.skin_brightness, person)
    catalogue.save(Image.fromarray(pixels), path, job.kind)


def _silence_blender() -> None:
    """Sends away what Blender writes to standard output: a line for every tile."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

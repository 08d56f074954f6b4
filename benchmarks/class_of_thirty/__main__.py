"""Simulates a class: thirty visitors arrive within a minute, choose, wait, and move on.

    python -m benchmarks.class_of_thirty
    python -m benchmarks.class_of_thirty --visitors 3 --minutes 0.5 --json short.json
    python -m benchmarks.class_of_thirty --minutes 10 --home FOLDER

In a new folder the server has not had the time to compute PGD's films of the lab's own pictures;
``--home`` is a folder in which it has been idle (or ``python -m facemask_ui.lab.sample_films``
with FACEMASK_HOME has run).

Each draws from the models and the attacks (FGSM, PGD, all verdicts), looks at the answer for some
seconds, and asks anew; one in four moves on before the answer is whole. Every second visitor has
brought a picture and asks about that; the others ask about the samples. A report on 400 portraits
is computed meanwhile. What is recorded: seconds to the first answer and to the whole page, errors,
what place in line pages told, and the server's memory every two seconds. Where other programs keep
the cores busy, waits grow; the processor time beside them says what the server had.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import served
from benchmarks.class_of_thirty import own_picture, report, tables, together, visitor
from benchmarks.class_of_thirty.visitor import Wait
from benchmarks.served import Server
from facemask_core import backend
from facemask_core.data import portraits, samples
from facemask_core.models import checkpoints

RESULT = Path(__file__).resolve().parents[1] / "class_of_thirty.json"
_MEMORY_SECONDS = 2.0
_WARM_UP_SECONDS = 600.0


@dataclass(frozen=True)
class Class:
    """How a class behaves.

    Attributes:
        visitors: How many come.
        seconds: How long it lasts.
        arrival: Within how many seconds all have come.
        thought: The shortest and longest look at an answer, in seconds.
        restless: The share that moves on before an answer is whole.
        bringers: Every so-manieth visitor brings a picture and asks about nothing else.
        models: Those to choose from.
        seed: Seed of all choices.
    """

    visitors: int = 30
    seconds: float = 600.0
    arrival: float = 60.0
    thought: tuple[float, float] = (5.0, 25.0)
    restless: float = 0.25
    bringers: int = 2
    models: tuple[str, ...] = visitor.MODELS
    seed: int = 0


def held(home: Path, asked: Class) -> dict[str, Any]:
    """Holds a class, and returns what was recorded.

    Args:
        home: A folder for the server's reports.
        asked: The class.
    """
    with served.running(home, FACEMASK_MODE="classroom") as lab:
        asyncio.run(_warmed(lab, asked))
        empty = lab.memory
        job, before, start = report.ask(home), lab.processor, time.monotonic()
        load = os.getloadavg()[0]
        waits, memory = asyncio.run(_attended(lab, asked, start))
        done, total = report.done(home, job)
        return {
            "device": str(backend.device()),
            "models": {
                name: checkpoints.read_card(checkpoints.locate(name)).weights_sha256
                for name in asked.models
            },
            "visitors": asked.visitors,
            "seconds": asked.seconds,
            "processor_s": lab.processor - before,
            "load_before": load,
            "load_after": os.getloadavg()[0],
            "report": {"done": done, "total": total},
            "memory_before_mib": round(empty, 1),
            "memory_mib": memory,
            "waits": summed(waits),
        }


async def _warmed(lab: Server, asked: Class) -> None:
    """Loads every model and compiles both attacks, so that memory can be seen to stay."""
    async with visitor.visiting(lab.address) as connection:
        teacher = visitor.Visitor(connection)
        for model in asked.models:
            for attack in ("fgsm", "pgd&steps=1"):
                query = f"model={model}&attack={attack}"
                wish = visitor.Wish("warm-up", "Attack", query)
                await teacher.see(wish, patience=_WARM_UP_SECONDS)


async def _attended(
    lab: Server, asked: Class, start: float
) -> tuple[list[Wait], list[tuple[float, float]]]:
    memory: list[tuple[float, float]] = []
    watch = asyncio.create_task(_watch(lab, start, memory))
    pupils = [_pupil(lab, asked, start, number) for number in range(asked.visitors)]
    found = await asyncio.gather(*pupils)
    watch.cancel()
    return [wait for waits in found for wait in waits], memory


async def _watch(lab: Server, start: float, memory: list[tuple[float, float]]) -> None:
    while True:
        memory.append((round(time.monotonic() - start, 1), round(lab.memory, 1)))
        await asyncio.sleep(_MEMORY_SECONDS)


async def _pupil(lab: Server, asked: Class, start: float, number: int) -> list[Wait]:
    chance = random.Random(1000 * asked.seed + number)  # noqa: S311  (no secret)
    await asyncio.sleep(chance.uniform(0, asked.arrival))
    waits = []
    async with visitor.visiting(lab.address) as connection:
        pupil = visitor.Visitor(connection)
        brings = number % asked.bringers == 0
        if brings:
            await own_picture.bring(pupil, lab.address, _own(number))
        while time.monotonic() - start < asked.seconds:
            wish = visitor.drawn(chance, models=asked.models, own=brings)
            patience = start + asked.seconds - time.monotonic()  # then the bell rings
            if chance.random() < asked.restless:
                patience = min(patience, chance.uniform(*asked.thought))
            waits.append(await pupil.see(wish, patience=patience))
            await asyncio.sleep(chance.uniform(*asked.thought))
    return waits


def _own(number: int) -> bytes:
    """A portrait as nobody has seen it before."""
    portrait = samples.gallery()[number % len(samples.gallery())]
    return portraits.vary(portrait, np.random.default_rng([number, 11]))


def summed(waits: Sequence[Wait]) -> dict[str, Any]:
    """Medians and 95th percentiles by kind, the same for each model, and every error."""
    kinds = sorted({wait.kind for wait in waits})
    pairs = sorted({(wait.kind, wait.model) for wait in waits if wait.model})
    return {
        "kinds": {kind: _of_kind([it for it in waits if it.kind == kind]) for kind in kinds},
        "models": {
            f"{kind}, {model}": _of_kind(
                [it for it in waits if (it.kind, it.model) == (kind, model)]
            )
            for kind, model in pairs
        },
        "errors": [error for wait in waits for error in wait.errors],
        "told": max((wait.told for wait in waits), default=0),
    }


def _of_kind(waits: Sequence[Wait]) -> dict[str, Any]:
    answers = [wait.answer for wait in waits if wait.answer is not None]
    whole = [wait.complete for wait in waits if wait.complete is not None]
    return {
        "asked": len(waits),
        "left": sum(wait.complete is None for wait in waits),
        "answer": _spread(answers),
        "complete": _spread(whole),
    }


def _spread(seconds: Sequence[float]) -> dict[str, float] | None:
    """Median and 95th percentile, in seconds."""
    if not seconds:
        return None
    if len(seconds) == 1:
        seconds = [*seconds, *seconds]
    return {
        "median": round(statistics.median(seconds), 2),
        "p95": round(statistics.quantiles(seconds, n=20, method="inclusive")[-1], 2),
    }


def main() -> None:
    """Holds a class, and prints its tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=Class.visitors)
    parser.add_argument("--minutes", type=float, default=Class.seconds / 60)
    parser.add_argument("--model", action="append", choices=visitor.MODELS)
    parser.add_argument("--turns", type=int, default=3, help="of batches alone and together")
    parser.add_argument("--home", type=Path, help="where the server's films and reports lie")
    parser.add_argument("--json", type=Path, default=RESULT)
    chosen = parser.parse_args()
    seconds = 60 * chosen.minutes
    asked = Class(
        visitors=chosen.visitors,
        seconds=seconds,
        arrival=min(Class.arrival, seconds / 2),
        models=tuple(chosen.model or visitor.MODELS),
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        home = chosen.home or Path(empty)
        films = len(list((home / "films").glob("*.film")))
        values = held(home, asked) | {"films_there": films}
    if chosen.turns:
        values["together"] = {name: together.ratios(name, chosen.turns) for name in asked.models}
    chosen.json.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    print(tables.table(values), tables.memory(values), sep="\n\n")


if __name__ == "__main__":
    main()

"""Computes a report on several hosts, to which things happen, and compares its rows.

    make several-hosts

The hosts are network namespaces on this machine, joined by a bridge: a Ray head that computes
nothing and two hosts that compute. One is cut off, frozen, slow, late, or lacks the photographs; at
last all are gone, and the local engine completes what is there. Needs Linux with iproute2 and
util-linux, and either root or a system that lets users make namespaces.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.result_file import ResultFile
from benchmarks.several_hosts import hosts, tables
from benchmarks.several_hosts.cluster import Cluster, Event, evaluate, fingerprint, report_on
from facemask_core.data import portraits
from facemask_core.models.checkpoints import locate, read_card

RESULT = Path(__file__).resolve().parents[1] / "several_hosts.json"
MODEL = "mobilenetv3"
ATTACK = ("--attack", "pgd", "--steps", "10", "--epsilon", "8/255")
SLOW = 0.1
"""The share of each second in which a slow host computes."""


@dataclass(frozen=True)
class Situation:
    """What happens to the hosts during a report.

    Attributes:
        event: What happens.
        workers: How many hosts compute when the report begins.
        share: After which share of the files it happens.
    """

    event: Event
    workers: int = 2
    share: float = 0.25


def _nothing(_: Cluster) -> None:
    """Lets all be well."""


def _hide(cluster: Cluster) -> None:
    cluster.workers[1].hide(cluster.data)


def _cut_all(cluster: Cluster) -> None:
    for host in cluster.workers:
        host.cut()


SITUATIONS = {
    "all well": Situation(_nothing),
    "a host is cut off": Situation(lambda cluster: cluster.workers[1].cut()),
    "a host freezes": Situation(lambda cluster: cluster.workers[1].freeze()),
    "a worker hangs": Situation(lambda cluster: cluster.workers[1].freeze_workers()),
    "a host is slow": Situation(lambda cluster: cluster.slow_down(cluster.workers[1], SLOW)),
    "a link is narrow": Situation(
        lambda cluster: cluster.workers[1].narrow(tables.RATE), share=0.0
    ),
    "a host joins late": Situation(lambda cluster: cluster.add_worker(), workers=1),
    "a host lacks the files": Situation(_hide, share=0.0),
    "all hosts are cut off": Situation(_cut_all),
}


def measure(situation: Situation, data: Path, words: list[str], limit: float) -> dict[str, Any]:
    """Computes a report in one situation; what it leaves undone is completed locally.

    Args:
        situation: The situation.
        data: The photographs.
        words: Options of the report.
        limit: Seconds after which the report is given up.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        with Cluster(situation.workers, data) as cluster:
            found = report_on(cluster, words, store, situation.event, situation.share, limit)
        if found["code"] != 0:
            _compute_locally(words, store)
        return found | fingerprint(store)


def _locally(words: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        _compute_locally(words, Path(folder))
        return fingerprint(Path(folder))


def _compute_locally(words: list[str], store: Path) -> None:
    subprocess.run(evaluate(words, store), check=True, capture_output=True)  # noqa: S603


def main() -> None:
    """Measures what is missing, and compares."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.several_hosts", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--images", type=int, default=320)
    parser.add_argument("--situations", nargs="*", choices=SITUATIONS, default=list(SITUATIONS))
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for one report")
    parser.add_argument("--json", type=Path, default=RESULT)
    chosen = parser.parse_args()
    hosts.enter("benchmarks.several_hosts")
    results = ResultFile(chosen.json.absolute())
    with tempfile.TemporaryDirectory() as folder:
        portraits.write(Path(folder), chosen.images)
        words = ["--model", MODEL, "--data", folder, *ATTACK]
        asked = {
            "model_sha256": read_card(locate(MODEL)).weights_sha256,
            "images": chosen.images,
            "attack": list(ATTACK),
        }
        measures: dict[str, Callable[[], dict[str, Any]]] = {
            "local": partial(_locally, words),
            **{
                name: partial(measure, SITUATIONS[name], Path(folder), words, chosen.limit)
                for name in chosen.situations
            },
        }
        for name, figures in measures.items():
            results.once(name, asked, figures)
    print(tables.table(results.values))


if __name__ == "__main__":
    main()

"""The peak memory of one contender, in a process that does nothing else.

python -m benchmarks.attack_speed.memory MODEL CONTENDER BATCH
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.attack_speed import task
from benchmarks.peers import PEERS
from facemask_core import load_classifier

CONTENDERS = (task.BARE, task.OURS, *PEERS)
STEPS = 2
STATUS = Path("/proc/self/status")


def peaks(model: str, batch: int) -> dict[str, int] | None:
    """Peak resident memory in MiB of PGD by each contender; None where the system does not tell."""
    if not STATUS.is_file():
        return None
    return {contender: _peak_of(model, contender, batch) for contender in CONTENDERS}


def _peak_of(model: str, contender: str, batch: int) -> int:
    command = [sys.executable, "-m", __spec__.name, model, contender, str(batch)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return int(answer.stdout.splitlines()[-1])


def _main(model: str, contender: str, batch: str) -> None:
    classifier = load_classifier(model, warm_up=False)
    pixels, labels = task.portraits(classifier, int(batch))
    if contender == task.BARE:
        attack = task.bare_gradient(classifier)
    else:
        attack = task.pgd(contender, classifier, STEPS)
    attack(pixels, labels)
    # Not getrusage: a process inherits that peak from its parent.
    line = next(row for row in STATUS.read_text().splitlines() if row.startswith("VmHWM"))
    print(int(line.split()[1]) // 1024)


if __name__ == "__main__":
    _main(*sys.argv[1:])

"""The documented command line: every command, its arguments, and its options as they are spelt.

Scripts of a class and the README's examples rely on them. An addition is added here; whatever is
here is neither renamed nor removed.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from facemask_core.cli import app

PICTURE = "--model --crop --no-crop --face --json"
ATTACK = "--attack --set --seed --precision"
DATASET = f"--data --limit --crop --no-crop --json {ATTACK}"
STORE = "--store --no-store"

COMMANDS = {
    "app": "--port --classroom --minutes --language",
    "models": "--json",
    "attacks": "--json",
    "predict": f"IMAGES... {PICTURE} --all-faces --wear-mask --read-as",
    "explain": (
        f"IMAGE {PICTURE} --all-faces --wear-mask --output --method --label --share --precision"
        " --seed"
    ),
    "attack": (
        f"IMAGE {PICTURE} {ATTACK} --all-faces --wear-mask --output --label --epsilon --norm"
        " --steps --step-size --restarts --target --source --read-as"
    ),
    "sweep": f"IMAGE {PICTURE} {ATTACK} --norm --source --largest --at --label --gif",
    "calibrate": "--model --data --write --json",
    "corrupt": (
        f"IMAGE {PICTURE} --data --corruption --attack --severity --seed --output"
        f" --limit {STORE} --write-card"
    ),
    "certify": (
        "IMAGE --model --data --sigma --samples --failure --attack --seed --crop --no-crop --face"
        " --limit --json"
    ),
    "print-mask": "--model --output --pattern --data --held-out --steps --seed --json",
    "evaluate": (
        f"{DATASET} --model --epsilon --norm --steps --step-size --restarts --target --source"
        f" --stop-early --no-stop-early {STORE} --engine --address --workers"
        " --read-as"
    ),
    "curve": f"{DATASET} --model --source --epsilons",
    "smallest": f"{DATASET} --model --source --largest {STORE}",
    "transfer": f"{DATASET} --model --epsilon",
    "survive": f"{DATASET} --model --source --epsilon --quality",
    "defend": f"{DATASET} --model --epsilon --defence --draws",
    "check": f"{DATASET} --model --source --epsilon --against --read-as",
    "inspect-model": "MODEL --output --data --crop --no-crop --read-as --json",
    "train": (
        "--model --data --output --also --name --recipe --init --stage --schedule --stop-after"
        " --batch-size --epoch-images --learning-rate --warmup-epochs --weight-decay"
        " --label-smoothing --dropout --average --adversarial --train-epsilon --train-steps"
        " --epsilon-warmup --trades --precision --tensorboard --seed"
    ),
    "export-web": "--model --output --finder --json",
    "export-lesson": "--output --language --installable --json",
    "portraits": "--count --output --seed --faces",
    "reproduce": f"--data --models --output --limit {STORE}",
    "work": "--idle --beside --store",
    "download mendeley": "--output",
    "download imagenet": "--model",
    "runs list": "--store --json",
    "runs show": "RUN --store --json",
    "runs delete": "RUN... --store",
    "rooms end": "CODE --all",
    "jobs list": "--waiting --owner --store --json",
    "jobs cancel": "JOB... --all --owner --store --json",
    "jobs resume": "JOB... --store --json",
    "jobs delete": "JOB... --store --json",
}

DEFAULTS = {
    "app": {"minutes": "25", "language": "en"},
    "explain": {"method": "grad-cam", "share": 0.5},
    "sweep": {"attack": "fgsm"},
    "evaluate": {"attack": "none", "engine": "local"},
    "curve": {"attack": "fgsm", "epsilons": "1/255,2/255,4/255,8/255,16/255,32/255"},
    "smallest": {"attack": "fgsm", "largest": 32},
    "transfer": {"attack": "fgsm"},
    "survive": {"attack": "fgsm"},
    "defend": {"attack": "pgd", "draws": 16},
    "certify": {"sigma": 0.25, "samples": 1000, "failure": 0.001},
    "print-mask": {"steps": 300},
    "check": {"attack": "pgd", "epsilon": "8/255", "limit": 48},
    "train": {"recipe": "best"},
    "export-lesson": {"language": "en"},
    "work": {"idle": 60.0},
}
"""What an option means that is left out, where that is more than nothing; precision is exact."""


def commands(group: TyperGroup, *path: str) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *path, name)
        elif isinstance(command, TyperCommand):
            yield " ".join((*path, name)), command


def words(command: TyperCommand) -> Iterator[str]:
    """An argument as its help shows it, an option by each of its spellings."""
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            yield str(parameter.name).upper() + ("..." if parameter.nargs == -1 else "")
        elif not getattr(parameter, "hidden", False):
            yield from (*parameter.opts, *parameter.secondary_opts)


TREE = dict(commands(typer.main.get_command(app)))  # type: ignore[arg-type]


def test_every_documented_command_exists() -> None:
    assert TREE.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_takes_what_is_documented(name: str) -> None:
    assert sorted(words(TREE[name])) == sorted(COMMANDS[name].split())


@pytest.mark.parametrize("name", TREE)
def test_an_option_that_is_left_out_means_what_it_always_meant(name: str) -> None:
    defaults = {str(option.name): option.default for option in TREE[name].params if option.default}
    assert defaults.pop("precision", "exact") == "exact"
    assert {key: value for key, value in defaults.items() if key != "data"} == DEFAULTS.get(
        name, {}
    )

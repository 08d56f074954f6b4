"""Bad input ends in one sentence and exit code 2, and leaves nothing behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import MODEL, Lab, assert_one_sentence, pixels, started

from facemask_core.data import places
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.pictures import images

ATTACK = ("attack", "PICTURE", "--model", MODEL, "--no-crop", "--output", "OUT.png")
EVALUATE = ("evaluate", "--model", MODEL, "--data", "DATA")
SURVIVE = ("survive", "--model", MODEL, "--data", "DATA", "--epsilon", "0.1")
CORRUPT = ("corrupt", "--model", MODEL)
DEFEND = ("defend", "--model", MODEL, "--data", "DATA", "--epsilon", "0.1")
TRAIN = ("train", "--model", MODEL, "--data", "DATA", "--output", "TMP/run")
FGSM = ("--attack", "fgsm")
PGD = ("--attack", "pgd", "--epsilon", "0.1")
REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("predict", "PICTURE", "--model", "nosuch"), "nosuch"),
    (("predict", "PICTURE", "--model", ""), "no model"),
    (("predict", "PICTURE", "--model", "../../etc"), "../../etc"),
    (("predict", "TMP/gone.png", "--model", MODEL), "gone.png"),
    (("predict", "TMP", "--model", MODEL), "is a folder; give a picture in it"),
    (("predict", "DATA/with_mask/notes.txt", "--model", MODEL), "not a picture"),
    ((*ATTACK, "--attack", "ddn", "--epsilon", "0.1"), "'ddn'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--steps", "5"), "steps"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--restarts", "2"), "restarts"),
    ((*ATTACK, *FGSM, "--epsilon", "abc"), "'abc'"),
    ((*ATTACK, *FGSM, "--epsilon", ""), "0.05"),
    ((*ATTACK, *FGSM, "--epsilon", "8/0"), "'8/0'"),
    ((*ATTACK, *FGSM, "--epsilon", "-1"), "negative"),
    ((*ATTACK, *FGSM, "--epsilon", "2"), "from 0 to 1"),
    ((*ATTACK, *FGSM, "--epsilon", "nan"), "'nan'"),
    ((*ATTACK, *FGSM, "--epsilon", "inf"), "'inf'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--norm", "l3"), "'l3'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--target", "cat"), "'cat'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--seed", "-1"), "seed"),
    ((*ATTACK, *PGD, "--steps", "0"), "steps"),
    ((*ATTACK, *PGD, "--restarts", "0"), "restarts"),
    ((*ATTACK, *PGD, "--step-size", "x"), "'x'"),
    ((*ATTACK, *PGD, "--step-size", "0"), "cannot move"),
    ((*EVALUATE, *PGD, "--set", "step_size=0/255"), "cannot move"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--output", "TMP/out.jpg"), ".png"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--output", "TMP/no/out.png"), "cannot be written"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--model", "nosuch"), "nosuch"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--precision", "half"), "exact, fast"),
    (("attack", "TMP/gone.png", *ATTACK[2:], *FGSM, "--epsilon", "0.1"), "gone.png"),
    (("attack", "TMP", *ATTACK[2:], *FGSM, "--epsilon", "0.1"), "is a folder"),
    ((*EVALUATE, "--data", "TMP/nowhere"), "nowhere"),
    ((*EVALUATE, "--data", "PICTURE"), "picture.png' is a file"),
    ((*EVALUATE, "--data", "ZIP/val"), "There is no folder 'val' in "),
    ((*EVALUATE, "--data", "ZIP", "--json", "ZIP"), "overwritten"),
    ((*EVALUATE, "--data", "ZIP/with_mask", "--json", "ZIP"), "overwritten"),
    ((*EVALUATE, "--data", "DATA/with_mask"), "no images of the class"),
    ((*EVALUATE, *FGSM), "--epsilon"),
    ((*EVALUATE, "--epsilon", "0.1"), "--attack"),
    ((*EVALUATE, "--steps", "3"), "--attack"),
    ((*EVALUATE, "--stop-early"), "--attack"),
    ((*EVALUATE, *FGSM, "--epsilon", "0.1", "--stop-early"), "stop_early"),
    ((*EVALUATE, *FGSM, "--epsilon", "2"), "from 0 to 1"),
    ((*EVALUATE, "--attack", "ddn", "--epsilon", "0.1"), "'ddn'"),
    ((*EVALUATE, "--limit", "0"), "limit"),
    ((*EVALUATE, "--model", "nosuch"), "nosuch"),
    ((*EVALUATE, "--precision", "float8"), "'float8'"),
    (
        (*EVALUATE, "--store", "PICTURE"),
        "with --store, or do without it: --no-store",
    ),
    ((*EVALUATE, "--store", "TMP/home", "--no-store"), "not both"),
    ((*EVALUATE, *FGSM, "--epsilon", "0.1", "--seed", "-1"), "seed"),
    ((*EVALUATE, "--engine", "spark"), "choose one of local, ray"),
    ((*EVALUATE, "--address", "head:6379"), "--engine ray"),
    ((*EVALUATE, "--workers", "2"), "--engine ray"),
    ((*EVALUATE, "--engine", "ray", "--workers", "0"), "at least 1"),
    ((*EVALUATE, "--engine", "ray", "--address", "head"), "HOST:PORT"),
    (CORRUPT, "either a picture, or a dataset"),
    ((*CORRUPT, "PICTURE", "--data", "DATA"), "either a picture, or a dataset"),
    ((*CORRUPT, "PICTURE", "--corruption", "rain"), "choose one of noise, blur"),
    ((*CORRUPT, "PICTURE", "--output", "TMP/out.jpg"), ".png"),
    ((*CORRUPT, "PICTURE", "--no-crop", "--attack", "cw"), "L-infinity"),
    ((*CORRUPT, "PICTURE", "--severity", "1"), "about a dataset"),
    ((*CORRUPT, "PICTURE", "--write-card"), "about a dataset"),
    ((*CORRUPT, "--data", "DATA", "--attack", "fgsm"), "about one picture"),
    ((*CORRUPT, "--data", "DATA", "--write-card", "--limit", "2"), "a whole dataset"),
    ((*CORRUPT, "PICTURE", "--seed", "-1"), "seed"),
    ((*CORRUPT, "--data", "DATA", "--output", "OUT.png"), "about one picture"),
    ((*CORRUPT, "--data", "DATA", "--severity", "6"), "from 1 to 5"),
    ((*CORRUPT, "--data", "DATA", "--seed", "-1"), "seed"),
    ((*CORRUPT, "--data", "TMP/nowhere"), "nowhere"),
    ((*SURVIVE, "--quality", "0"), "from 1 to 100"),
    ((*SURVIVE, "--epsilon", "2"), "from 0 to 1"),
    ((*SURVIVE, "--set", "target=with_mask"), "untargeted"),
    ((*SURVIVE, "--data", "TMP/nowhere"), "nowhere"),
    ((*SURVIVE, "--limit", "0"), "limit"),
    ((*SURVIVE, "--json", "TMP/no/answer.json"), "cannot be written"),
    ((*DEFEND, "--defence", "prayer"), "choose one of jpeg"),
    ((*DEFEND, "--defence", "jpeg:"), "jpeg:75"),
    ((*DEFEND, "--defence", "jpeg:good"), "'good'"),
    ((*DEFEND, "--defence", "jpeg:0"), "from 1 to 100"),
    ((*DEFEND, "--defence", "bit_depth:2.5"), "bit_depth:3"),
    ((*DEFEND, "--defence", "blur:nan"), "sigma"),
    ((*DEFEND, "--epsilon", "2"), "from 0 to 1"),
    ((*DEFEND, "--set", "target=with_mask"), "untargeted"),
    ((*DEFEND, "--attack", "transfer"), "--source"),
    ((*DEFEND, "--model", "nosuch"), "nosuch"),
    *(
        ((command, *words, "--model", MODEL, "--precision", "half"), "exact, fast")
        for command, *words in (
            ("sweep", "PICTURE", "--no-crop"),
            ("curve", "--data", "DATA"),
            ("smallest", "--data", "DATA"),
            ("transfer", "--data", "DATA", "--epsilon", "0.1"),
            ("check", "--data", "DATA"),
            SURVIVE,
            DEFEND,
        )
    ),
    ((*TRAIN, "--schedule", "x"), "'x'"),
    ((*TRAIN, "--schedule", ""), "SIZE:EPOCHS"),
    ((*TRAIN, "--schedule", "128"), "SIZE:EPOCHS"),
    ((*TRAIN, "--schedule", "128:1:1"), "SIZE:EPOCHS"),
    ((*TRAIN, "--schedule", "128:0"), "epochs"),
    ((*TRAIN, "--schedule", "8:1"), "32"),
    ((*TRAIN, "--model", "inceptionv3", "--schedule", "64:5"), "75 px"),
    ((*TRAIN, "--seed", "4294967296"), "4294967295"),
    ((*TRAIN, "--warmup-epochs", "inf"), "warm-up is inf"),
    ((*TRAIN, "--adversarial", "fgsm", "--epsilon-warmup", "inf"), "warm-up is inf"),
    ((*TRAIN, "--batch-size", "1"), "batch size"),
    ((*TRAIN, "--model", "alexnet"), "alexnet"),
    ((*TRAIN, "--recipe", "secret"), "'secret'"),
    ((*TRAIN, "--stage", "melted"), "'melted'"),
    ((*TRAIN, "--stage", "frozen"), "not worth freezing"),
    ((*TRAIN, "--precision", "float8"), "'float8'"),
    ((*TRAIN, "--adversarial", "cw"), "'cw'"),
    ((*TRAIN, "--adversarial", "fgsm", "--train-epsilon", "x"), "'x'"),
    ((*TRAIN, "--adversarial", "fgsm", "--train-epsilon", "0"), "epsilon"),
    ((*TRAIN, "--adversarial", "pgd", "--train-steps", "0"), "step"),
    ((*TRAIN, "--trades", "6"), "--adversarial"),
    ((*TRAIN, "--data", "TMP/nowhere"), "nowhere"),
    ((*TRAIN, "--data", "DATA"), "too small"),
]


@pytest.mark.parametrize(("words", "clue"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_bad_input_ends_with_one_sentence(
    lab: Lab, tmp_path: Path, picture: Path, data: Path, words: tuple[str, ...], clue: str
) -> None:
    files = {"PICTURE": picture, "DATA": data, "TMP": tmp_path, "OUT.png": tmp_path / "OUT.png"}
    if "ZIP" in " ".join(words):
        files["ZIP"] = Path(shutil.make_archive(str(tmp_path / "set"), "zip", data))
    filled = []
    for word in words:
        head, slash, rest = word.partition("/")
        filled.append(f"{files[head]}{slash}{rest}" if head in files else word)
    before = set(tmp_path.rglob("*"))
    assert_one_sentence(lab(*filled), clue)
    assert set(tmp_path.rglob("*")) == before, "a refusal left files behind"


def test_a_report_that_cannot_be_written_is_told(lab: Lab, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "no" / "report.json"
    answer = lab("evaluate", "--model", MODEL, "--data", data, "--json", path)
    assert_one_sentence(answer, "cannot be written")


def test_a_folder_in_place_of_the_output_is_told(lab: Lab, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "out.png").mkdir()
    options = ["--model", MODEL, *FGSM, "--epsilon", "0.1", "--no-crop"]
    answer = lab("attack", picture, *options, "--output", tmp_path / "out.png")
    assert_one_sentence(answer, "cannot be written")
    assert {path.name for path in tmp_path.iterdir()} == {"picture.png", "out.png"}


def _split(data: Path) -> Path:
    """The smallest set that training accepts."""
    split = data.parent / "split"
    for name in places.SPLITS:
        for label in LABELS:
            (split / name / label).mkdir(parents=True)
            (split / name / label / "a.png").write_bytes(images.encode_png(pixels()))
    return split


def test_training_does_not_overwrite_a_finished_model(lab: Lab, data: Path) -> None:
    split = _split(data)
    finished = checkpoints.locate(MODEL)
    before = checkpoints.sha256(finished / checkpoints.WEIGHTS_FILE)
    answer = lab("train", "--model", MODEL, "--data", split, "--output", finished)
    assert_one_sentence(answer, "finished model")
    assert checkpoints.sha256(finished / checkpoints.WEIGHTS_FILE) == before


@pytest.mark.parametrize(
    ("options", "clue"),
    [
        (("--init", "nosuch"), "cannot start from 'nosuch'"),
        (("--init", "gone.safetensors"), "gone.safetensors is missing"),
        (("--recipe", "paper"), "internet"),
    ],
    ids=["model", "file", "offline"],
)
def test_a_start_that_cannot_be_had_is_told(
    lab: Lab,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    clue: str,
) -> None:
    for protocol in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(protocol, "http://127.0.0.1:9")
    monkeypatch.setattr("facemask_core.compat.keras_home", lambda: tmp_path / "keras")
    split = _split(data)
    run = data.parent / "run"
    answer = lab("train", "--model", MODEL, "--data", split, "--output", run, *options)
    assert_one_sentence(answer, clue)
    assert not run.exists()


@pytest.mark.slow
def test_a_started_process_keeps_stdout_clean_when_it_refuses(tmp_path: Path) -> None:
    assert_one_sentence(started("predict", tmp_path / "x.png", "--model", "nosuch"), "nosuch")


def test_a_started_process_prints_nothing_but_json(tmp_path: Path, picture: Path) -> None:
    output = tmp_path / "out.png"
    answer = started(
        *("attack", picture, "--model", MODEL, "--attack", "fgsm", "--epsilon", "8/255"),
        *("--output", output, "--no-crop", "--json"),
    )
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["output"] == str(output)
    assert answer.err == ""
    assert output.exists()

"""An order is the same after it was stored on disk."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import queued

from facemask_core.attacks.pgd import PGD
from facemask_core.attacks.transfer import Transfer
from facemask_core.errors import AttackError, DatasetError
from facemask_core.jobs import Data, Kind, Order, uploads
from facemask_core.labels import LABELS


def test_an_order_outlives_its_writing(tmp_path: Path) -> None:
    order = queued.order(tmp_path / "ünïcode\udcff", limit=7, crop=True, settings={"draws": 2})
    assert Order.read(order.text) == order


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": {"kind": "moon", "title": ""}}'])
def test_what_is_no_order_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Order.read(text)


def test_an_upload_is_the_same_wherever_it_is_kept(tmp_path: Path) -> None:
    data = Data(kind=Kind.UPLOAD, title="mine.zip", place="a", sha256="1" * 64)
    order = queued.order(tmp_path, data=data)
    assert order.key == replace(order, data=replace(data, place="b")).key
    assert order.key != replace(order, data=replace(data, sha256="2" * 64)).key
    assert order.key != replace(order, epsilon=0.0).key


def test_an_order_on_a_split_of_an_upload_opens_that_split(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for split, count in (("train", 3), ("valid", 1)):
            for path in (f"{name}/{n}.png" for name in LABELS for n in range(count)):
                archive.writestr(f"ds/{split}/{path}", b"x")
    data = Data(kind=Kind.UPLOAD, title="mine.zip", place=uploads.save(tmp_path, buffer.getvalue()))
    order = queued.order(tmp_path, data=data)
    with pytest.raises(DatasetError, match="'ds/train' and 'ds/valid'"):
        order.open_dataset(tmp_path)
    on_split = replace(order, data=replace(data, split="ds/valid"))
    assert len(on_split.open_dataset(tmp_path)) == 2
    assert on_split.key != order.key
    assert Order.read(on_split.text) == on_split


def test_an_order_from_before_splits_could_be_chosen_is_read(tmp_path: Path) -> None:
    order = queued.order(tmp_path)
    values = json.loads(order.text)
    del values["data"]["split"]
    assert Order.read(json.dumps(values)) == order


def test_an_order_makes_its_attack_or_none(tmp_path: Path) -> None:
    def made(**more: object) -> object:
        order = queued.order(tmp_path, attack="pgd", settings={"steps": 3, "restarts": 2})
        return replace(order, **more).make_attack(lambda _: queued.judge())

    assert made() == PGD(steps=3, restarts=2)
    assert made(attack=None, source="vgg19") is None
    transfer = made(source="vgg19")
    assert isinstance(transfer, Transfer)
    assert (transfer.source, transfer.attack) == (queued.judge(), made())
    with pytest.raises(AttackError):
        made(attack="moonlight")


def test_an_upload_that_is_gone_is_told(tmp_path: Path) -> None:
    data = Data(kind=Kind.UPLOAD, title="mine.zip", place="0" * 32)
    with pytest.raises(DatasetError, match=r"'mine.zip' is no longer on this server"):
        queued.order(tmp_path, data=data).open_dataset(tmp_path)

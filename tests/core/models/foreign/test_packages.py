"""One model is found among the files that somebody gives, however they are packed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from facemask_core.errors import ForeignModelError
from facemask_core.models.foreign import packages
from facemask_core.models.foreign.packages import Package, find_package, unpack

MODEL, LABELS = b"\x89HDF\r\n\x1a\n and more", b"0 Mask\n1 No mask\n"


def pack(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "files",
    [
        {"keras_model.h5": MODEL, "labels.txt": LABELS},
        {"converted_keras.zip": pack({"keras_model.h5": MODEL, "labels.txt": LABELS})},
        {"up.zip": pack({"a/keras_model.h5": MODEL, "a/labels.txt": LABELS, "a/readme.md": b"x"})},
        {"mac.zip": pack({"keras_model.h5": MODEL, "__MACOSX/._keras_model.h5": b"x"})},
    ],
)
def test_a_model_is_found_with_its_class_names(files: dict[str, bytes], tmp_path: Path) -> None:
    package = find_package(files)
    assert (package.name, package.content) == ("keras_model.h5", MODEL)
    assert package.labels in {LABELS, b""}
    assert unpack(package, tmp_path).name == "keras_model.h5"


def test_a_keras_file_and_a_foreign_zip_are_one_model_each(tmp_path: Path) -> None:
    """What is wrong with a zip of something else, the model's reader says."""
    keras = pack({"config.json": b"{}", "model.weights.h5": b"", "assets/x.h5": b""})
    torch = pack({"archive/data.pkl": b"", "archive/data/0": b""})
    for content in (keras, torch):
        (tmp_path / "file").write_bytes(content)
        assert find_package({"file": content}).content == content
        assert not packages.is_zip_of_files(tmp_path / "file")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"labels.txt": LABELS}, "no model among these files"),
        ({"a.h5": MODEL, "b.h5": MODEL}, "2 models among these files"),
        ({"a.zip": pack({"a.h5": MODEL, "b.keras": MODEL})}, "2 models among these files"),
        ({"a.zip": pack({"a.h5": MODEL})[:60]}, "zip is damaged"),
        ({"a.zip": pack({"a.h5": bytes(40 * 2**20)})}, "unpacks to more"),
        ({"a.zip": pack({f"{n}.h5": b"" for n in range(1001)})}, "more than 1,000 files"),
    ],
)
def test_what_is_no_single_model_is_refused(files: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(ForeignModelError, match=sentence) as refusal:
        find_package(files)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "name", ["../../etc/x.h5", "..", "", "labels.txt", "C:\\x\\y.h5", "a\x00b\n.h5", "ü" * 300]
)
def test_no_name_leaves_the_folder(name: str, tmp_path: Path) -> None:
    found = find_package({name or "x": MODEL}) if name != "labels.txt" else Package(name, MODEL)
    path = unpack(found, tmp_path)
    assert path.parent == tmp_path
    assert path.read_bytes() == MODEL

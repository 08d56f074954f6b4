"""A dataset is opened by its path: a folder, a zip of it, or a folder in a zip."""

from __future__ import annotations

import zipfile
from pathlib import Path

import needs
import pytest
from dataset_files import divided, folders, paths, picture, write

from facemask_core.data import datasets, places
from facemask_core.errors import DatasetError, SplitsError


def pack(root: Path, *, around: str = "", separator: str = "/") -> Path:
    """Makes a zip of a folder beside it."""
    file = root.with_name(f"{root.name}.zip")
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(it for it in root.rglob("*") if it.is_file()):
            info = zipfile.ZipInfo("x")
            name = f"{around}{path.relative_to(root).as_posix()}"
            info.filename = name.replace("/", separator)
            archive.writestr(info, path.read_bytes())
    return file


@pytest.mark.parametrize("separator", ["/", "\\"])
@pytest.mark.parametrize("around", ["", "./", "archive/Face Mask Dataset/"])
def test_a_zip_is_the_folder_that_it_was_made_from(
    tmp_path: Path, around: str, separator: str
) -> None:
    root = write(tmp_path / "set", folders(2))
    packed = places.open_path(pack(root, around=around, separator=separator))
    inside = around.removeprefix("./")
    assert paths(packed) == [f"{inside}{path}" for path in paths(places.open_path(root))]
    if not inside:
        assert datasets.fingerprint(packed) == datasets.fingerprint(places.open_path(root))


@pytest.mark.parametrize("around", ["", "ds/"])
def test_the_advice_about_the_splits_of_a_zip_can_be_followed(tmp_path: Path, around: str) -> None:
    root = write(tmp_path / "set", divided("Train", "Validation", "Test"))
    file = pack(root, around=around)
    with pytest.raises(SplitsError, match="give one alone, such as") as refusal:
        places.open_path(file)
    advised = str(refusal.value).rpartition("such as '")[2].removesuffix("'.")
    test = places.open_path(advised)
    assert test.source.name == advised == f"{file}/{around}Test"
    assert datasets.fingerprint(test) == datasets.fingerprint(places.open_path(root / "Test"))
    assert (
        test.source.read(test.samples[0].path)
        == (root / "Test" / test.samples[0].path).read_bytes()
    )


def test_a_zip_is_divided_for_training_like_its_folder(tmp_path: Path) -> None:
    for names in (("training", "valid", "TEST"), ()):
        root = write(tmp_path / f"set{len(names)}", divided(*names) if names else folders(60))
        parts, packed = places.open_splits(root), places.open_splits(pack(root, around="x/"))
        assert parts.keys() == packed.keys() == {"train", "val", "test"}
        for name, part in parts.items():
            ends = [path.removeprefix("x/") for path in paths(packed[name])]
            assert ends == paths(part)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nowhere", "There is no folder"),
        ("nowhere.zip", "There is no folder"),
        ("photo.jpg", "is a file; unpack it if it is an archive"),
        ("photo.jpg/test", "There is no folder"),
        ("set.7z", "is a file; unpack it if it is an archive"),
        ("broken.zip", "is no readable zip file"),
        ("set.zip/test", "There is no folder 'test' in "),
        ("set.zip/with_mask/a.png", "There is no folder 'with_mask/a.png' in "),
        ("set.zip/with_mask", "no images of the class"),
        ("x" * 300, "cannot be read"),
    ],
)
def test_what_is_no_dataset_is_refused_with_what_to_do(
    tmp_path: Path, place: str, words: str
) -> None:
    write(tmp_path, dict.fromkeys(("photo.jpg", "set.7z", "broken.zip"), b"7z"))
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("with_mask/a.png", picture(0))
    for read in (places.open_path, places.open_splits):
        with pytest.raises(DatasetError) as refusal:
            read(tmp_path / place)
        assert words in str(refusal.value)
        assert place in str(refusal.value) or "test" in place or "a.png" in place
        assert "\n" not in str(refusal.value)


def test_a_divided_folder_is_used_as_it_is_divided(tmp_path: Path) -> None:
    files = {
        f"{split}/{path}": data
        for split, each in (("train", 3), ("val", 2), ("test", 1))
        for path, data in folders(each).items()
    }
    splits = places.open_splits(write(tmp_path, files))
    assert {name: len(split) for name, split in splits.items()} == {"train": 6, "val": 4, "test": 2}
    assert paths(splits["test"]) == sorted(folders(1))


@pytest.mark.parametrize("wrapper", ["", "Face Mask Dataset", "ds/ds"])
@pytest.mark.parametrize(
    "names",
    [
        ("Train", "Validation", "Test"),  # Face Mask 12K
        ("train", "valid", "test"),  # Roboflow
        ("training", "validation", "testing"),
        ("TRAIN", "DEV", "TEST"),
        ("Training Set", "val_set", "test-data"),
        ("1_train", "2 eval", "holdout3"),
    ],
)
def test_splits_have_their_usual_names(
    tmp_path: Path, names: tuple[str, ...], wrapper: str
) -> None:
    root = tmp_path / wrapper
    for name, each in zip(names, (3, 2, 1), strict=True):
        write(root / name, folders(each))
    write(root, {"data.yaml": b"x", "README.dataset.txt": b"x"})
    splits = places.open_splits(tmp_path)
    assert {name: len(split) for name, split in splits.items()} == {"train": 6, "val": 4, "test": 2}
    assert paths(splits["test"]) == sorted(folders(1))


def test_the_plain_name_of_a_split_comes_before_its_other_names(tmp_path: Path) -> None:
    write(tmp_path, divided("train", "dev", "valid", "val", "test"))
    write(tmp_path / "val", {"with_mask/more.png": picture(9)})
    assert len(places.open_splits(tmp_path)["val"]) == 3


def test_two_folders_for_one_split_are_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, divided("train", "valid", "dev"))
    with pytest.raises(DatasetError, match=r"'dev' and 'valid'.*val split"):
        places.open_splits(tmp_path)


@pytest.mark.parametrize("wrapper", ["", "sets/"])
def test_datasets_beside_each_other_can_be_given_alone(tmp_path: Path, wrapper: str) -> None:
    other = {f"{wrapper}labels/with_mask/a.txt": b"x", f"{wrapper}notes/a.txt": b"x"}
    root = write(tmp_path, divided(f"{wrapper}fold-b", f"{wrapper}fold-a") | other)
    for read in (datasets.open_dataset, places.open_path, places.open_splits):
        with pytest.raises(
            SplitsError, match=r"the folders '.*' and '.*'; give one alone"
        ) as refusal:
            read(root)
        assert refusal.value.splits == (f"{wrapper}fold-a", f"{wrapper}fold-b")
    assert len(datasets.open_dataset(root / refusal.value.splits[0])) == 2


def test_splits_without_one_for_training_are_refused(tmp_path: Path) -> None:
    write(tmp_path, divided("valid", "test"))
    with pytest.raises(DatasetError, match="'test' and 'valid' but no train folder; add one"):
        places.open_splits(tmp_path)


@needs.links
def test_a_split_for_training_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", folders(1))
    (tmp_path / "set").mkdir()
    for name in ("train", "val"):
        (tmp_path / "set" / name).symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert {*places.open_splits(tmp_path / "set")} == {"train", "val"}


def test_a_divided_folder_needs_no_test_part(tmp_path: Path) -> None:
    files = {f"{split}/{p}": data for split in ("train", "val") for p, data in folders(1).items()}
    assert set(places.open_splits(write(tmp_path, files))) == {"train", "val"}


def test_a_split_without_one_class_is_refused(tmp_path: Path) -> None:
    files = {f"train/{path}": data for path, data in folders(1).items()}
    with pytest.raises(DatasetError, match="class without_mask"):
        places.open_splits(write(tmp_path, files | {"val/with_mask/a.png": picture(0)}))


def test_a_plain_folder_is_divided_eighty_ten_ten(tmp_path: Path) -> None:
    root = write(tmp_path, folders(200))
    splits = places.open_splits(root)
    shares = {name: len(split) / 400 for name, split in splits.items()}
    assert shares.keys() == {"train", "val", "test"}
    assert shares["train"] == pytest.approx(0.8, abs=0.07)
    assert shares["val"] == pytest.approx(0.1, abs=0.05)
    assert shares["test"] == pytest.approx(0.1, abs=0.05)
    together = [path for split in splits.values() for path in paths(split)]
    assert sorted(together) == paths(datasets.open_dataset(root))


def test_the_division_survives_renaming_and_adding(tmp_path: Path) -> None:
    def side_of(root: Path) -> dict[bytes, str]:
        return {
            (root / sample.path).read_bytes(): name
            for name, split in places.open_splits(root).items()
            for sample in split.samples
        }

    files = folders(60)
    before = side_of(write(tmp_path / "a", files))
    renamed = {
        f"{path.split('/')[0]}/new/{i}.png": data for i, (path, data) in enumerate(files.items())
    }
    more = {f"with_mask/more-{seed}.png": picture(1000 + seed) for seed in range(30)}
    after = side_of(write(tmp_path / "b", renamed | more))
    assert before.items() <= after.items()


def test_copies_of_one_photograph_stay_on_one_side(tmp_path: Path) -> None:
    files = folders(60)
    copies = {path.replace(".png", "-copy.jpg"): data for path, data in files.items()}
    sides: dict[bytes, set[str]] = {}
    for name, split in places.open_splits(write(tmp_path, files | copies)).items():
        for sample in split.samples:
            sides.setdefault((tmp_path / sample.path).read_bytes(), set()).add(name)
    assert len(sides) == 120
    assert all(len(names) == 1 for names in sides.values())


def test_a_folder_too_small_to_divide_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="too small"):
        places.open_splits(write(tmp_path, folders(1)))


def test_a_missing_training_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere"):
        places.open_splits(tmp_path / "nowhere")

"""No face touches a disk: the server is watched while it is shown some, and does without a disk."""

from __future__ import annotations

import base64
import io
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import disk
import numpy as np
import pytest
from lab import FIRST_VERDICT_MS, settle
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from benchmarks.served import Server
from facemask_core.data import samples
from facemask_core.pictures import images

SPILLING = (
    "-c",
    "import sys; from facemask_ui import compat; "
    "compat.keep_uploads_in_memory = lambda: None; "
    "from streamlit.web.cli import main; sys.exit(main())",
)
"""The lab as it would be if it left uploads to Streamlit's server."""
BROWSERS_OWN = ("playwright", ".org.chromium", "com.google.Chrome", "org.chromium")
"""The visitor's disk, which on this machine is the same one: profiles, and what was downloaded."""


def distinctive() -> bytes:
    """A face in noise that no compression shortens: 12 MB, far above what is spooled."""
    pixels = np.random.default_rng(20).integers(0, 256, (2000, 2000, 3), dtype=np.uint8)
    with Image.open(samples.get("astronaut").path) as picture:
        pixels[700:1300, 700:1300] = np.asarray(picture.convert("RGB").resize((600, 600)))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def picture() -> bytes:
    return distinctive()


@pytest.fixture(scope="module")
def marks(picture: bytes) -> list[bytes]:
    pixels = images.decode(picture)
    shapes = (picture, pixels.tobytes(), images.to_float(pixels[900:940]).tobytes())
    return [mark for shape in shapes for mark in disk.marks_of(shape)]


class Place:
    """A server with folders of its own for everything a program may write to."""

    def __init__(self, root: Path, *entry: str) -> None:
        self.folders = [root / name for name in ("home", "tmp", "lab", "cache")]
        for folder in self.folders:
            folder.mkdir()
        home, temporary, lab, cache = map(str, self.folders)
        with_own = {"HOME": home, "TMPDIR": temporary, "XDG_CACHE_HOME": cache}
        # One model's answers and maps pass the same ways as five models'.
        with_own["FACEMASK_MODELS"] = "mobilenetv3"
        self.server = Server(Path(lab), *([entry] if entry else []), **with_own)

    def refuse_writes(self) -> None:
        """Lets the kernel refuse the server every write to any file."""
        import resource  # Windows has none

        process = self.server.process.pid
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (0, hard))


@contextmanager
def place(*entry: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
        made = Place(Path(root), *entry)
        try:
            yield made
        finally:
            made.server.stop()


@pytest.fixture
def lab() -> Iterator[Place]:
    with place() as made:
        yield made


def upload(page: Page, picture: bytes) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text("Upload", exact=True).click()
    settle(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "somebody.png", "mimeType": "image/png", "buffer": picture}
    )
    settle(page)


def sit_before_the_camera(page: Page) -> None:
    page.locator(".live .switch").click()
    expect(page.locator(".live[data-state=running]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    page.wait_for_timeout(2000)
    page.locator(".live .switch").click()


def attack_and_download(page: Page) -> None:
    lab = page.locator(".lab[data-state=complete]")
    expect(lab).to_be_visible(timeout=FIRST_VERDICT_MS)
    for name in ("Attacked picture", "Settings and results"):
        with page.expect_download():
            lab.get_by_role("button", name=name).click()


def inspect(page: Page) -> None:
    page.get_by_role("link", name="Inspect").click()
    page.get_by_text("One picture").click()
    expect(page.get_by_alt_text("The part of the picture the model sees")).to_be_visible(
        timeout=FIRST_VERDICT_MS
    )
    expect(page.locator(".heat-map").first).to_be_visible(timeout=FIRST_VERDICT_MS)
    settle(page)


def show_faces(browser: Browser, address: str, picture: bytes) -> None:
    """Sits before the live camera, uploads, attacks, downloads, inspects, and takes a photo."""
    page = browser.new_page()
    page.set_default_timeout(FIRST_VERDICT_MS)
    page.goto(f"{address}/Inspect?view=live&computed=server&map=saliency")
    sit_before_the_camera(page)
    page.get_by_role("link", name="Attack").click()
    upload(page, picture)
    attack_and_download(page)
    inspect(page)
    page.get_by_test_id("stButtonGroup").get_by_text("Webcam", exact=True).click()
    page.wait_for_timeout(1500)  # the camera warms up
    page.get_by_test_id("stCameraInputButton").click()
    expect(page.get_by_alt_text("The photo from the webcam")).to_be_visible()
    settle(page)
    assert page.get_by_test_id("stException").count() == 0
    page.close()


@pytest.mark.long
def test_no_face_that_was_shown_is_in_any_file(
    chromium: Browser, lab: Place, picture: bytes, marks: list[bytes]
) -> None:
    began = time.time()
    with disk.watched(lab.folders, lab.server.process.pid) as writes:
        show_faces(chromium, lab.server.address, picture)
    assert writes.found(marks) == []
    shared = [Path("/tmp"), Path("/dev/shm"), Path("/var/tmp")]  # noqa: S108
    for path in disk.lately_written([path for path in shared if path.is_dir()], began):
        if not any(part.startswith(BROWSERS_OWN) for part in path.parts):
            written = b""
            with suppress(FileNotFoundError):  # another program's, which has removed it since
                if os.access(path, os.R_OK):
                    with path.open("rb") as file:  # others may have written one larger than memory
                        written = file.read(64 * 2**20)
            assert not any(mark in written for mark in marks), path


@pytest.mark.long
def test_a_server_that_cannot_write_a_byte_does_all_of_it(
    chromium: Browser, lab: Place, picture: bytes
) -> None:
    """What no watcher can promise. Before its first page it has loaded next to nothing."""
    lab.refuse_writes()
    show_faces(chromium, lab.server.address, picture)


def test_an_upload_that_spills_is_seen_and_cannot_be_had_without_a_disk(
    chromium: Browser, picture: bytes, marks: list[bytes]
) -> None:
    """The control: the same eyes on a server that lets large uploads go to a file."""
    with place(*SPILLING) as spilling:
        page = chromium.new_page()
        page.goto(f"{spilling.server.address}/Report")  # where the largest are taken
        page.get_by_test_id("stButtonGroup").get_by_text("Zip file").click(timeout=FIRST_VERDICT_MS)
        settle(page)
        chosen = page.locator("input[type=file]")
        sent = {"name": "many.zip", "mimeType": "application/zip", "buffer": picture}
        with disk.watched(spilling.folders, spilling.server.process.pid) as writes:
            chosen.set_input_files(sent)
            expect(page.get_by_text("is no readable zip")).to_be_visible()
        assert writes.found(marks)
        spilling.refuse_writes()
        page.get_by_role("button", name="Remove many.zip").click()
        settle(page)
        chosen.set_input_files(sent)
        expect(page.get_by_text("Request failed with status code 500")).to_be_visible()
        page.close()


@pytest.mark.parametrize("way", ["file", "deleted at once", "without a name", "base64", "array"])
def test_a_picture_that_is_written_is_seen(tmp_path: Path, way: str) -> None:
    """The control of the watcher alone."""
    face = samples.get("portrait-04").path.read_bytes()
    pixels = images.decode(face)
    with disk.watched([tmp_path], os.getpid()) as writes:
        path = tmp_path / "note"
        if way == "without a name":
            with tempfile.TemporaryFile(dir=tmp_path) as file:
                file.write(face)
                file.flush()
                time.sleep(0.2)
        elif way == "base64":
            path.write_bytes(b"{'face': 'data:image/png;base64," + base64.b64encode(face) + b"'}")
        elif way == "array":
            path.write_bytes(b"header" + pixels.tobytes())
        else:
            path.write_bytes(face)
            if way == "deleted at once":
                time.sleep(0.2)
                path.unlink()
        (tmp_path / "harmless").write_text("nothing to see")
        time.sleep(0.3)
    # A file may have been caught while it was open as well as where it lies.
    found = {
        name.removeprefix("open file ") for name in writes.found(disk.marks_of(pixels.tobytes()))
    }
    assert len(found) == 1
    assert "harmless" not in found.pop()
    assert str(tmp_path / "harmless") in writes.seen

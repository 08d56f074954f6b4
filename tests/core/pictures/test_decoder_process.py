"""A HEIC or AVIF is decoded in a process of its own, which alone pays for what is wrong with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import decoding_in_place
import heic_files
import needs
import numpy as np
import pytest
from picture_files import noise, refusal, saved
from PIL import Image

from facemask_core.pictures import decoder_process, images

AVIF = saved(noise(), "AVIF", speed=10)
PHONES = {"AVIF": AVIF, "HEIC": heic_files.read("phone")}
PEAK = """
import sys
from pathlib import Path
import peak_memory
from facemask_core.errors import ImageError
from facemask_core.pictures import images
try:
    images.decode(Path(sys.argv[1]).read_bytes())
except ImageError as error:
    print(error, file=sys.stderr)
print(peak_memory.kibibytes(), peak_memory.kibibytes_of_children())
"""


@pytest.mark.parametrize("data", [heic_files.read("phone"), AVIF], ids=["heic", "avif"])
def test_it_decodes_what_this_process_would(data: bytes) -> None:
    pixels = images.decode(data)
    np.testing.assert_array_equal(pixels, decoding_in_place.decode(data))
    assert pixels.flags.writeable


def test_its_refusal_is_told_in_the_same_words() -> None:
    assert "Nothing can be seen in this picture" in refusal(heic_files.read("transparent"))


@pytest.mark.parametrize(
    "script",
    [
        "raise SystemExit(1)",
        "import os; os.abort()",
        "print('+')",
        "print('-' + 'x' * 9)",
        "print('+' + 'x' * 9)",
    ],
    ids=["ends", "dies", "stops early", "stops in a word", "tells of billions"],
)
def test_its_death_is_a_damaged_picture(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start, processes = subprocess.Popen, list[Any]()

    def start_script(_: list[str], **options: Any) -> Any:
        processes.append(start([sys.executable, "-c", script], **options))
        return processes[-1]

    monkeypatch.setattr(decoder_process.subprocess, "Popen", start_script)
    assert refusal(AVIF) == ("This AVIF picture cannot be read; save it as JPEG or PNG and retry.")
    (process,) = processes
    assert process.returncode is not None
    assert process.stdin.closed
    assert process.stdout.closed


@pytest.mark.parametrize("name", PHONES)
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_cut_short_is_refused(name: str, share: float) -> None:
    assert name in refusal(PHONES[name][: int(len(PHONES[name]) * share)])


def test_an_animation_is_refused() -> None:
    frames = [Image.fromarray(noise(seed=seed)) for seed in range(2)]
    data = saved(frames[0], "AVIF", save_all=True, append_images=frames[1:], speed=10)
    assert "animated" in refusal(data)


def test_a_file_that_ends_its_reader_is_a_damaged_picture() -> None:
    """A kind of item that is no UTF-8 is a segmentation fault in pi_heif 1.4."""
    data = heic_files.read("phone").replace(b"Exif", b"\xc5xif", 1)
    assert "This HEIC picture cannot be read" in refusal(data)


def test_nothing_is_left_of_it() -> None:
    images.decode(AVIF)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@needs.peak_memory
def test_a_picture_larger_than_its_file_tells_is_stopped() -> None:
    """Decoded in full it takes 300 MiB, and is scaled down to the 64 x 64 that its file tells."""
    script = subprocess.run(
        [sys.executable, "-c", PEAK, Path(__file__).parent / "lying.avif"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "This AVIF picture cannot be read" in script.stderr
    assert max(map(int, script.stdout.split())) < 180 * 1024, script.stdout

"""The container's steps, followed without Docker: it builds, starts, and every page opens.

What is installed is what the image has, so an import that only the developers' packages satisfy is
found here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from steps import ROOT, Image, build, free_port

OPEN_EVERY_PAGE = """
from pathlib import Path
from streamlit.testing.v1 import AppTest
for page in sorted(Path("pages").glob("*.py")):
    app = AppTest.from_file("app.py", default_timeout=300).switch_page(str(page)).run()
    assert not app.exception and not app.error, (page, app.exception, app.error)
    print(page)
"""
# The first of these tests installs TensorFlow and Streamlit from the internet.
unhurried = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    # Not below pytest's folder, which no other user may enter.
    root = Path(tempfile.mkdtemp(prefix="facemask-image-"))
    root.chmod(0o755)
    built = build(ROOT / "Dockerfile", root)
    attempts = built.cut_off()  # now that everything is installed
    yield built
    assert not attempts.read_text(encoding="utf-8"), "it tried to reach another machine"
    # Fifty thousand files take a while to go; nobody has to wait for them.
    subprocess.Popen(["rm", "-rf", root], start_new_session=True)


@pytest.mark.long
@pytest.mark.slow
@unhurried
def test_it_starts_and_is_well(image: Image) -> None:
    port = free_port()
    container = image.started("--server.port", str(port))
    health = [word.replace("8501", str(port)) for word in image.health]
    assert health != image.health
    try:
        end = time.monotonic() + 90
        while (done := image.run(health)).returncode != 0:
            assert container.poll() is None, "it stopped while starting"
            assert time.monotonic() < end, done.stderr
            time.sleep(1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert b"<!DOCTYPE html>" in page.read(2000)
    finally:
        container.terminate()
        container.wait(30)
    assert image.run(health).returncode != 0, "a stopped lab is not well"


@pytest.mark.slow
@unhurried
def test_every_page_opens_with_what_is_installed(image: Image) -> None:
    (image.here / "open_pages.py").write_text(OPEN_EVERY_PAGE, encoding="utf-8")
    done = image.run(["python", "open_pages.py"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("pages/") == len(list((ROOT / "pages").glob("*.py")))


@pytest.mark.slow
@unhurried
def test_only_its_home_may_be_written(image: Image) -> None:
    assert (image.here / "home").stat().st_mode & 0o777 == 0o777
    for path in image.here.iterdir():
        assert path.name == "home" or not path.stat().st_mode & 0o002, path


def test_what_runs_in_an_image_that_is_cut_off_reaches_nobody(tmp_path: Path) -> None:
    """The control: an attempt fails, and is recorded."""
    image = Image(tmp_path, tmp_path, dict(os.environ))
    attempts = image.cut_off()
    program = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    assert "unreachable" in image.run([sys.executable, "-c", program]).stderr
    assert "192.0.2.1" in attempts.read_text(encoding="utf-8")


def test_what_is_copied_is_not_ignored_and_nothing_else_is_sent() -> None:
    copied = {
        word
        for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY")
        for word in line.split()[1:-1]
    }
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    shipped = {f"assets/{it.name}" for it in (ROOT / "assets").iterdir() if it.is_dir()}
    assert shipped - {"assets/screenshots"} <= copied, "the README's picture alone stays behind"


def test_compose_keeps_the_lab_behind_caddy() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert "ports" not in services["lab"], "only Caddy is to be reached"
    assert services["lab"]["read_only"] is True
    assert services["lab"]["cap_drop"] == ["ALL"]
    (caddyfile,) = (it for it in services["caddy"]["volumes"] if "Caddyfile" in it)
    text = (ROOT / caddyfile.split(":")[0]).read_text(encoding="utf-8")
    assert "reverse_proxy lab:8501" in text
    for name in services["caddy"]["environment"]:
        assert f"{{${name}}}" in text


def test_compose_bounds_what_its_services_may_use() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["pids_limit"] > 0, name
        assert service["mem_limit"], name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name
        assert all("size=" in place for place in service["tmpfs"]), name
    named = services["lab"]["environment"]["STREAMLIT_SERVER_ALLOWED_HOSTS"]
    assert named == services["caddy"]["environment"]["LAB_HOST"], "the name that browsers ask for"


def test_caddy_bounds_requests_and_guards_pages() -> None:
    text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    (size,) = re.findall(r"max_size (\d+)MB", text)
    assert 0 <= int(size) - settings["server"]["maxUploadSize"] <= 8
    for word in ("read_header", "read_body", "nosniff", "frame-ancestors 'self'", "-Server"):
        assert word in text
    assert "camera=(self)" in text, "the live view needs it"


def test_the_container_answers_to_names_and_not_to_all() -> None:
    command = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("CMD")[2]
    assert "allowedHosts" not in command
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert "*" not in settings["server"]["allowedHosts"]


def test_what_may_face_the_internet_is_public_unless_told_otherwise() -> None:
    assert "FACEMASK_MODE=public" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["lab"]["environment"]["FACEMASK_MODE"] == "${FACEMASK_MODE:-classroom}"


def test_the_space_names_the_port_of_the_container() -> None:
    _, front, _ = (
        (ROOT / "deploy/huggingface/README.md").read_text(encoding="utf-8").split("---\n", 2)
    )
    stated = yaml.safe_load(front)
    assert stated["sdk"] == "docker"
    assert f"EXPOSE {stated['app_port']}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")

"""What is built works without the checkout: the wheel in a new environment finds its templates and renders a report."""

import email
import socket
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest

from probe import VERSION
from tests.tree import ROOT

TEMPLATES = ROOT / "reports" / "templates"


def ran(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, timeout=50, check=False)


def built(kind: str, folder: Path) -> Path:
    verdict = ran(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder, folder=ROOT)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    (artefact,) = folder.iterdir()
    return artefact


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of a new environment that holds the wheel. It borrows the dependencies of this one, so nothing is downloaded."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    verdict = ran(
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        home / "bin" / "python",
        "install",
        "--no-index",
        "--no-deps",
        wheel,
        folder=home,
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    (own,) = home.glob("lib/python*/site-packages")
    # A folder added by a .pth file is searched last and its own .pth files are not read: the editable installation stays invisible.
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_environment_uses_the_wheel_and_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    verdict = ran(installed / "python", "-c", "import probe; print(probe.__file__)", folder=tmp_path)
    assert Path(verdict.stdout.strip()).is_relative_to(installed.parent), verdict.stderr


def test_the_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    verdict = ran(installed / "probe", "--version", folder=tmp_path)
    assert verdict.returncode == 0, verdict.stderr
    assert VERSION in verdict.stdout


def test_a_page_is_drawn_from_the_wheels_own_templates(installed: Path, tmp_path: Path) -> None:
    program = "from probe.render import FORMATS; from probe.report import Report; print(FORMATS['html'](Report(results=(), made_by='wheel')))"
    verdict = ran(installed / "python", "-c", program, folder=tmp_path)
    assert verdict.returncode == 0, verdict.stderr
    assert (TEMPLATES / "style.css").read_text(encoding="utf-8").strip() in verdict.stdout


def test_a_report_is_rendered_from_the_wheel(installed: Path, closed_port: int, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    verdict = ran(installed / "probe", "check", f"https://127.0.0.1:{closed_port}", "--trust", "none", "--format", "html", "--output", page, folder=tmp_path)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    text = page.read_text(encoding="utf-8")
    assert "tcp.refused" in text
    assert "default-src 'none'" in text.replace("&#39;", "'")
    assert (TEMPLATES / "style.css").read_text(encoding="utf-8").strip()[:200] in text


def test_the_wheel_holds_templates_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for template in TEMPLATES.iterdir():
            assert archive.read(f"probe/_data/templates/{template.name}") == template.read_bytes()
        metadata = email.message_from_bytes(archive.read(f"connectivity_probe-{VERSION}.dist-info/METADATA"))
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "probe").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert code <= names
    assert {name.split("/")[0] for name in names} == {"probe", f"connectivity_probe-{VERSION}.dist-info"}
    assert metadata["Version"] == VERSION
    assert [line for line in metadata.get_all("Requires-Dist") or [] if line.startswith("typer")] == ["typer<0.29,>=0.20"]


def test_the_sdist_builds_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    unpacked = ran("tar", "-xf", sdist, folder=tmp_path)  # Debian 12's own Python has no filters for tarfile yet
    assert unpacked.returncode == 0, unpacked.stderr
    (folder,) = tmp_path.iterdir()
    assert {"Makefile", "constraints.txt", "tests", "bench", "CHANGELOG.md"} <= {path.name for path in folder.iterdir()}
    verdict = ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again", folder=folder)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    with zipfile.ZipFile(tmp_path / "again" / wheel.name) as again, zipfile.ZipFile(wheel) as first:
        assert {info.filename: info.CRC for info in again.infolist()} == {info.filename: info.CRC for info in first.infolist()}


def test_the_checkout_has_no_copy_of_the_templates_and_still_finds_them() -> None:
    from probe.render import html

    assert not files("probe").joinpath("_data").is_dir()
    assert html._template("style.css") == (TEMPLATES / "style.css").read_text(encoding="utf-8")

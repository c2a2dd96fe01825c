"""Where the output goes, and what is said when it cannot go there: closed, full and forsaken streams, and files that must not be overwritten."""

import codecs
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.cli.arguments import observed
from probe.facts import codec
from probe.lab.stage import Stage
from tests.cli.test_commands import PROBE, probe, scene


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[str, ...]]:
    """The arguments that check a healthy endpoint."""
    with Stage() as stage:
        yield scene(stage, "chain.expired", mended=True).arguments


@pytest.fixture(scope="module")
def saved(opened: tuple[str, ...]) -> str:
    return codec.text(observed(opened))


def through_a_shell(redirection: str, *arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ("bash", "-c", f'set -o pipefail; "$@" {redirection}', "bash", *PROBE, *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder, env={**os.environ, **environment}, check=False)


@pytest.mark.parametrize(
    ("redirection", "code", "says"),
    [(">&-", 2, "standard output is closed"), ("> /dev/full", 2, "no space is left"), ("| true", 0, ""), (">&- 2>&-", 2, ""), ("2>&-", 0, "")],
)
def test_a_stream_that_takes_nothing_is_no_defect(redirection: str, code: int, says: str, opened: tuple[str, ...], tmp_path: Path) -> None:
    done = through_a_shell(redirection, "check", *opened, folder=tmp_path)
    assert done.returncode == code, done
    assert says in done.stderr and "defect" not in done.stderr and "Traceback" not in done.stderr and "Exception" not in done.stderr


@pytest.mark.parametrize(("redirection", "code"), [("> /dev/full", 2), ("| head -1", 0)])
def test_lists_too(redirection: str, code: int, tmp_path: Path) -> None:
    done = through_a_shell(redirection, "causes", folder=tmp_path)
    assert done.returncode == code and "Traceback" not in done.stderr and "defect" not in done.stderr


def test_letters_that_the_terminal_does_not_know_are_numbers(opened: tuple[str, ...], saved: str, tmp_path: Path) -> None:
    changed = json.loads(saved)
    changed["target"]["spelled"] = "https://straße.example"
    (tmp_path / "seen.json").write_text(json.dumps(changed))
    done = probe("report", "seen.json", folder=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode in (0, 1) and "defect" not in done.stderr, done


def test_columns_count_without_a_terminal(saved: str, tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text(saved)
    widths = [max(map(len, probe("report", "seen.json", folder=tmp_path, COLUMNS=str(columns)).stdout.splitlines())) for columns in (60, 120)]
    assert widths[0] < widths[1]


def test_ctrl_c_while_it_is_loaded_is_130(tmp_path: Path) -> None:
    script = "import sys, os, signal\nsys.addaudithook(lambda e, a: e == 'import' and a[0] == 'probe.cli.main' and os.kill(os.getpid(), signal.SIGINT))\n"
    done = subprocess.run(
        (sys.executable, "-c", script + "from probe.cli.start import main\nmain()", "causes"), capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--output", "a.txt", "--html", "./a.txt"), "--output and --html name the same file"),
        (("--html", "a.txt", "--save", "link.txt"), "--html and --save name the same file"),
        (("--save", "-"), "--save writes to a file"),
        (("--html", "-"), "--html writes to a file"),
        (("--trust", "ca.pem", "--output", "ca.pem"), "would overwrite ca.pem"),
        (("--trust", "./ca.pem", "--save", "hard.pem"), "would overwrite hard.pem"),
    ],
)
def test_nothing_is_overwritten_that_is_needed(given: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("precious")
    (tmp_path / "hard.pem").hardlink_to(tmp_path / "ca.pem")
    (tmp_path / "link.txt").symlink_to("a.txt")
    before = sorted(tmp_path.iterdir())
    done = probe("check", "127.0.0.1", *given, folder=tmp_path)
    assert done.returncode == 2 and says in done.stderr, done
    assert sorted(tmp_path.iterdir()) == before and (tmp_path / "ca.pem").read_text() == "precious"


def test_a_saved_observation_is_not_overwritten_by_its_report(saved: str, tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text(saved)
    done = probe("report", "seen.json", "--format", "html", "--output", "seen.json", folder=tmp_path)
    assert done.returncode == 2 and "would overwrite" in done.stderr and (tmp_path / "seen.json").read_text() == saved


def test_devices_may_be_named_twice(saved: str, tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text(saved)
    assert probe("report", "seen.json", "--output", "/dev/null", "--html", "/dev/null", folder=tmp_path).returncode == 0


def test_a_pipe_without_a_reader_is_said(saved: str, tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text(saved)
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    done = probe("report", "seen.json", "--output", "pipe", folder=tmp_path)
    assert done.returncode == 2 and "Nobody reads from the pipe" in done.stderr and time.monotonic() - began < 20
    with subprocess.Popen(("cat", "pipe"), stdout=subprocess.PIPE, cwd=tmp_path) as reader:
        # Opening it for both directions waits for nobody, and keeps it open until the probe has come.
        handle = os.open(tmp_path / "pipe", os.O_RDWR)
        assert probe("report", "seen.json", "--output", "pipe", folder=tmp_path).returncode == 0
        os.close(handle)
        assert reader.stdout and b"WORKS" in reader.stdout.read()


# What comes back


def test_the_standard_input_is_read(saved: str, tmp_path: Path) -> None:
    done = subprocess.run((*PROBE, "report", "-"), input=saved, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert done.returncode == 0 and "WORKS" in done.stdout, done
    for given in ("", '{"schema": 1'):
        done = subprocess.run((*PROBE, "report", "-"), input=given, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
        assert done.returncode == 2 and "The standard input" in done.stderr, done
    assert through_a_shell("<&-", "report", "-", folder=tmp_path).returncode == 2


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_marks_of_encodings_are_passed_over(mark: bytes, saved: str, tmp_path: Path) -> None:
    encoded = saved.encode("utf-8" if mark == codecs.BOM_UTF8 else "utf-16-le")
    (tmp_path / "seen.json").write_bytes(mark + encoded)
    assert probe("report", "seen.json", folder=tmp_path).returncode == 0


def test_a_json_report_is_judged_again(saved: str, tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text(saved)
    once = probe("report", "seen.json", "seen.json", "--format", "json", folder=tmp_path)
    (tmp_path / "report.json").write_text(once.stdout)
    assert probe("report", "report.json", "--format", "json", folder=tmp_path).stdout == once.stdout
    (tmp_path / "redacted.json").write_text(probe("report", "seen.json", "--format", "json", "--redact", folder=tmp_path).stdout)
    (tmp_path / "empty.json").write_text('{"results": []}')
    for name in ("redacted.json", "empty.json"):
        done = probe("report", name, folder=tmp_path)
        assert done.returncode == 2 and "JSON report without observations" in done.stderr, done

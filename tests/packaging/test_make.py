"""The two commands that a newcomer types, without running what they would run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tree import ROOT


def made(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    return subprocess.run(["make", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=50, check=False)


def test_make_alone_explains() -> None:
    verdict = made()
    assert verdict.returncode == 0, verdict.stderr
    assert {"demo", "test", "cover", "lint", "bench", "fuzz", "renew"} <= set(verdict.stdout.split())


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("demo", ["pip install", "--require-hashes -r constraints.txt", "--no-deps --no-build-isolation -e .", "probe demo"]),
        ("test", ["tests/install-servers", "tests/install-servers --check", "pytest -n 3"]),
        ("lint", ["ruff check", "ruff format --check", "mypy", "lint-imports"]),
        ("bench", ["bench/sslyze.txt", "bench.cold_start"]),
        ("fuzz", ["--require-hashes --upgrade --target tests/fuzz/.venv -r tests/fuzz/atheris.txt", "-m tests.fuzz"]),
        ("renew", ["--generate-hashes", "--output-file constraints.txt", "--output-file bench/sslyze.txt", "--output-file tests/fuzz/atheris.txt"]),
    ],
)
def test_what_each_target_does_in_a_new_checkout(target: str, expected: list[str], tmp_path: Path) -> None:
    verdict = made("--dry-run", "--always-make", target, f"VENV={tmp_path}/new")
    assert verdict.returncode == 0, verdict.stderr
    places = [verdict.stdout.find(words) for words in expected]
    assert -1 not in places, verdict.stdout
    assert places == sorted(places)


def test_a_python_that_is_too_old_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 10); exec(sys.argv[2])" "$@"\n')
    old.chmod(0o755)
    verdict = made("lint", f"VENV={tmp_path}/new", f"PYTHON={old}")
    assert verdict.returncode != 0
    assert "Python 3.11 or newer is needed" in verdict.stderr
    assert not (tmp_path / "new").exists()


def test_the_pipeline_is_make_test_and_stops_at_the_first_failure() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("\nmake test")

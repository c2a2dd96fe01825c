"""The measuring instrument: its arithmetic, its endpoints, and that a command that did not work is no measurement. No times are promised here."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.cold_start import Contestant, cpu, goals, keep_byte_code, measure, ratios, table
from bench.endpoint import NAME, endpoints

TAKEN = {
    "probe check, healthy": [100.0, 200.0, 120.0],
    "sslyze --certinfo, healthy": [300.0, 200.0, 300.0],
    "probe --help": [130.0, 140.0, 150.0],
}


def test_ratios_compare_the_same_round() -> None:
    assert ratios(TAKEN, "sslyze --certinfo, healthy", "probe check, healthy") == [3.0, 1.0, 2.5]
    assert ratios(TAKEN, "openssl s_client, healthy", "probe check, healthy") == []


def test_the_table_shows_least_median_and_most() -> None:
    rows = {line[:30].strip(): line[30:].split() for line in table(TAKEN).splitlines()}
    assert rows["probe check, healthy"] == ["100", "120", "200"]
    assert rows["sslyze --certinfo, healthy"] == ["1.00", "2.50", "3.00"]


def test_goals_are_judged_by_the_median() -> None:
    text = goals(TAKEN)
    assert "probe check, healthy: 120 ms, must <= 250 ms, ambitious <= 150 ms: ambitious" in text
    assert "probe --help: 140 ms, <= 120 ms: MISSED" in text
    assert "goal > 2: met" in text


def test_every_round_measures_everybody() -> None:
    idle = Contestant("idle", (sys.executable, "-I", "-S", "-c", "pass"))
    taken = measure([idle], 2)
    assert [len(times) for times in taken.values()] == [2]
    assert min(taken["idle"]) > 0


def test_a_command_that_failed_is_no_measurement() -> None:
    with pytest.raises(SystemExit, match="exit code 3, expected"):
        cpu(Contestant("wrong", (sys.executable, "-I", "-S", "-c", "raise SystemExit(3)")))


def test_programs_find_their_byte_code_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    keep_byte_code(tmp_path / "pyc")
    cpu(Contestant("imports", (sys.executable, "-c", "import bench.endpoint")))
    assert [path.name.partition(".")[0] for path in (tmp_path / "pyc").rglob("endpoint.*.pyc")] == ["endpoint"]


def test_one_endpoint_is_sound_and_one_forgets_its_intermediate(tmp_path: Path) -> None:
    def verdict(port: int) -> int:
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", NAME, "-verify_hostname", NAME, "-CAfile", str(root), "-x509_strict"]
        return subprocess.run([*command, "-verify_return_error"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False).returncode

    with endpoints(tmp_path) as (healthy, broken, root):
        assert verdict(healthy) == 0
        assert verdict(broken) == 1

"""The house has one direction: the import contracts hold, and they bite. Nobody but capture, lab and fleet reads the clock."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.tree import ROOT, dotted, parsed, shown, sources

CLOCKS = {
    "datetime": {"now", "today", "utcnow"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "localtime", "gmtime", "ctime", "sleep"},
}
MAY_READ_THE_CLOCK = ("probe/capture/", "probe/lab/", "probe/fleet/")


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=50, check=False)


def contract_names() -> dict[str, str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A package with every layer, empty, under the project's own contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    for name in (part.strip(" ()") for layer in layers for part in layer.split("|")):
        package = tmp_path / "probe" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
    (tmp_path / "probe" / "__init__.py").write_text("")
    return tmp_path


def test_the_contracts_hold() -> None:
    verdict = contracts(ROOT)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_an_empty_house_keeps_them(skeleton: Path) -> None:
    (skeleton / "probe" / "capture" / "ask.py").write_text("import asyncio\nimport socket\nimport ssl\n")
    (skeleton / "probe" / "lab" / "server.py").write_text("import socketserver\nfrom probe.capture import ask\n")
    (skeleton / "probe" / "fleet" / "__init__.py").write_text("import selectors\nimport subprocess\n")
    verdict = contracts(skeleton)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "3 kept, 0 broken" in verdict.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("facts/noun.py", "import probe.case", ["layers"]),
        ("tls/engine.py", "import probe.formats", ["layers"]),
        ("capture/ask.py", "import probe.case", ["layers"]),
        ("case/case.py", "import probe.capture", ["layers", "replay"]),
        ("render/html.py", "import probe.capture", ["replay"]),
        ("causes/words.py", "import ssl", ["outside"]),
        ("jobs/check.py", "import asyncio", ["outside"]),
        ("tls/engine.py", "from socket import socket", ["outside"]),
        ("cli/main.py", "def late() -> None:\n    import subprocess", ["outside"]),
    ],
)
def test_an_import_in_the_wrong_direction_breaks_them(skeleton: Path, module: str, line: str, broken: list[str]) -> None:
    path = skeleton / "probe" / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(line + "\n")
    verdict = contracts(skeleton)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert [key for key, name in contract_names().items() if f"{name} BROKEN" in " ".join(verdict.stdout.split())] == broken


def test_a_new_package_must_name_its_layer(skeleton: Path) -> None:
    (skeleton / "probe" / "novelty.py").write_text("")
    verdict = contracts(skeleton)
    assert verdict.returncode == 1
    assert "novelty" in verdict.stdout


def test_a_replay_cannot_reach_capture_by_a_detour(skeleton: Path) -> None:
    (skeleton / "probe" / "render" / "html.py").write_text("import probe.facts.detour\n")
    (skeleton / "probe" / "facts" / "detour.py").write_text("import probe.capture\n")
    verdict = contracts(skeleton)
    assert verdict.returncode == 1
    assert "A replay cannot touch the network BROKEN" in " ".join(verdict.stdout.split())


def clock_readings(tree: ast.Module) -> list[str]:
    """Uses of the clock in one file, whatever the names were imported as, also when a clock is only handed on."""
    found = []
    reading: dict[str, set[str]] = {}  # local name -> what may not be taken from it
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            reading |= {alias.asname or alias.name: CLOCKS[alias.name] for alias in node.names if alias.name in CLOCKS}
        elif isinstance(node, ast.ImportFrom) and node.module in CLOCKS:
            reading |= {alias.asname or alias.name: CLOCKS[node.module] for alias in node.names}
            found += [f"line {node.lineno}: {alias.name}" for alias in node.names if alias.name in CLOCKS[node.module]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in reading.get(dotted(node).partition(".")[0], set()):
            found.append(f"line {node.lineno}: {dotted(node)}")
    return found


def test_only_capture_lab_and_fleet_read_the_clock() -> None:
    readings = {shown(path): clock_readings(parsed(path)) for path in sources("probe") if not shown(path).startswith(MAY_READ_THE_CLOCK)}
    assert {name: found for name, found in readings.items() if found} == {}


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\nx = datetime.now()",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "import datetime\nx = datetime.date.today()",
        "import time\nx = time.monotonic()",
        "import time\nclock = time.time",
        "from time import monotonic",
        "import time as chronometer\nx = chronometer.time_ns()",
        "from datetime import datetime as moment\nx = moment.utcnow",
    ],
)
def test_a_reading_of_the_clock_is_seen(code: str) -> None:
    assert clock_readings(ast.parse(code)) != []


def test_times_as_values_are_no_reading() -> None:
    assert clock_readings(ast.parse("from datetime import datetime\nx = datetime.fromisoformat(text)\ny = report.now\nz = case.time")) == []

"""The stage closes and deletes what it opened; scenarios are found; the list of codes is complete."""

import importlib
import pkgutil
import shutil
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from probe.lab import scenarios
from probe.lab.answers import Answer
from probe.lab.healthy import HEALTHY
from probe.lab.pki import authority
from probe.lab.scenario import all_scenarios, codes, first_line, scenario
from probe.lab.shop import healthy_shop
from probe.lab.shown import CODES, not_shown
from probe.lab.stage import Stage
from tests.lab.client import asked


def test_nothing_is_left_of_a_stage() -> None:
    before = threading.active_count()
    with Stage() as stage:
        scene = healthy_shop(stage)
        folder = stage.folder
        assert folder.is_dir()
    assert not folder.exists()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", asked(scene).port))


def test_everything_is_closed_when_the_scene_cannot_be_made() -> None:
    before = threading.active_count()
    with pytest.raises(RuntimeError, match="on purpose"), Stage() as stage:
        healthy_shop(stage)
        raise RuntimeError("on purpose")
    assert threading.active_count() == before
    assert not stage.folder.exists()


def test_files_are_for_their_owner_only_and_never_written_over() -> None:
    with Stage() as stage:
        root = authority()
        files = [Path(stage.trust_file(root)), Path(stage.trust_file(root)), Path(stage.key_file(root.key)), Path(stage.chain_file(root.der))]
        assert len({*files}) == 4
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(stage.folder.stat().st_mode) == 0o700


def test_curl_fetches_what_the_issuer_server_has() -> None:
    with Stage() as stage:
        server = stage.http((("/a", Answer(body=b"first")),))
        moved = server.put_answer("/moved", Answer(status=302, fields=(("Location", server.put("/new", b"second")),)))
        fetch = ["curl", "--silent", "--fail", "--location"]
        assert subprocess.run([*fetch, f"{server.url}/a"], check=True, capture_output=True).stdout == b"first"
        assert subprocess.run([*fetch, moved], check=True, capture_output=True).stdout == b"second"
        assert subprocess.run([*fetch, f"{server.url}/none"], check=False).returncode == 22
        assert server.requests == ("/a", "/moved", "/new", "/none")


def test_every_scenario_is_told_in_sentences() -> None:
    for one in all_scenarios():
        assert one.title.endswith("."), one.code
        titles = [one.broken_title, one.mended_title, *(variant.title for variant in one.variants)]
        assert all(title.endswith(".") for title in titles), one.code
        assert len(set(titles)) == len(titles), one.code


def test_every_healthy_endpoint_is_told_in_a_sentence() -> None:
    assert len(HEALTHY) >= 20
    assert all(first_line(opens).endswith(".") for _, opens in HEALTHY)
    assert len({first_line(opens) for _, opens in HEALTHY}) == len(HEALTHY)


def test_a_scenario_without_a_file_is_none() -> None:
    assert scenario("dns.does-not-exist") is None
    assert scenario("../pki") is None


def test_a_new_file_is_a_new_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Path(scenarios.__path__[0])
    shutil.copytree(original, tmp_path / "scenarios", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(original / "app" / "http_status.py", tmp_path / "scenarios" / "app" / "of_today.py")
    monkeypatch.setattr(scenarios, "__path__", [str(tmp_path / "scenarios")])
    for name in [name for name in sys.modules if name.startswith("probe.lab.scenarios.")]:
        monkeypatch.delitem(sys.modules, name)
    assert "app.of-today" in codes()
    found = scenario("app.of-today")
    assert found is not None
    assert found.title == "The connection stands, but the server answers with an HTTP error."


def test_every_code_is_shown_or_has_a_reason() -> None:
    excused = dict(not_shown())
    assert len(CODES) == len(set(CODES))
    assert set(codes()) | set(excused) == set(CODES)
    assert not set(codes()) & set(excused), "a code with a scenario needs no excuse"
    assert all(excused.values())


def test_modules_of_scenarios_have_only_what_is_known() -> None:
    for code in codes():
        module = importlib.import_module(f"{scenarios.__name__}.{code.replace('-', '_')}")
        opens = {name for name in vars(module) if not name.startswith("_") and getattr(getattr(module, name), "__module__", "") == module.__name__}
        variants = {one.__name__ for one in getattr(module, "variants", {}).values()}
        assert opens - {"broken", "mended"} == variants, code


def test_every_stage_is_a_package() -> None:
    assert {one.name for one in pkgutil.iter_modules(scenarios.__path__)} == {code.split(".")[0] for code in codes()}

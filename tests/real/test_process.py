"""The command itself against real servers: what a user types, sees and gets as an exit code."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from probe.lab.traits import Traits
from tests.real.asking import at
from tests.real.pki import Pki
from tests.real.web import Web


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[dict[str, int]]:
    web = Web(tmp_path_factory.mktemp("nginx"))
    web.add("good", pki.chain, "return 200;")
    web.add("expired", pki.chain_of("shop.example", traits=Traits(starts=-90, ends=-3)), "return 200;")
    web.add("demand", pki.chain, f"ssl_client_certificate {pki.trust}; ssl_verify_client on; return 200;")
    with web.running() as given:
        yield given


def probe(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "probe", "check", *arguments], capture_output=True, text=True, timeout=60, cwd=folder, check=False)


EXPECTED: list[tuple[str, tuple[str, ...], int, dict[str, str] | None]] = [
    ("good", (), 0, None),
    ("expired", (), 1, {"code": "chain.expired", "certainty": "proven", "owner": "server"}),
    ("demand", (), 1, {"code": "client.required", "certainty": "proven", "owner": "client"}),
    ("good", ("--as", "java", "--name", "other.example"), 1, {"code": "name.mismatch", "certainty": "proven", "owner": "server"}),
]


@pytest.mark.parametrize(("name", "options", "code", "cause"), EXPECTED, ids=[" ".join((name, *options)) for name, options, _, _ in EXPECTED])
def test_exit_code_json_and_terminal(
    name: str, options: tuple[str, ...], code: int, cause: dict[str, str] | None, ports: dict[str, int], pki: Pki, tmp_path: Path
) -> None:
    arguments = at(ports[name], *pki.trusting, *options)
    done = probe(*arguments, "--format", "json", folder=tmp_path)
    assert (done.returncode, done.stderr) == (code, "")
    result: dict[str, Any] = json.loads(done.stdout)["results"][0]
    assert result["verdict"] == ("fails" if cause else "works")
    assert (result["cause"] is None) if cause is None else {key: result["cause"][key] for key in cause} == cause
    assert [one["code"] for one in result["findings"] if one["effect"] == "breaks"] == ([cause["code"]] if cause else [])
    printed = probe(*arguments, folder=tmp_path)
    assert printed.returncode == code
    assert printed.stdout.startswith("FAILS" if cause else "WORKS") and (cause is None or cause["code"] in printed.stdout)

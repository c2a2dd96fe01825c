"""Large packets that are lost on the way without a word, on a real link between two network namespaces."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.observation import Handshake, Observation
from probe.lab.pki import Issued
from probe.lab.traits import Traits
from tests.real.namespaces import SERVER, Link, link
from tests.real.pki import Pki
from tests.servers import START, files, program, running

PORT = 4433
SECONDS = "4"


@contextmanager
def served(path: Link, folder: Path, chain: tuple[Issued, ...]) -> Iterator[None]:
    """Run gnutls-serv, which serves many connections at a time, at the far end of the link."""
    certificates, key = files(folder, chain)
    log = folder / "gnutls.log"
    command = (program("gnutls-serv"), "--http", "--disable-client-cert", "--port", str(PORT), "--x509certfile", str(certificates), "--x509keyfile", str(key))
    with running(*path.inside(path.server, *command), log=log) as process:
        until = time.monotonic() + START
        while not listening(process.pid):
            assert process.poll() is None and time.monotonic() < until, log.read_text(errors="replace")
            time.sleep(0.01)
        yield


def listening(pid: int) -> bool:
    """Whether the server's port is open in the network namespace of this process."""
    rows = (Path("/proc") / str(pid) / "net" / "tcp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{PORT:04X}") and row.split()[3] == "0A" for row in rows)


def checked(path: Link, pki: Pki) -> tuple[dict[str, Any], Observation]:
    """What ``probe check`` says, run at the near end."""
    command = (sys.executable, "-m", "probe", "check", "https://shop.example", "--connect", f"{SERVER}:{PORT}", *pki.trusting, "--timeout", SECONDS)
    done = subprocess.run(path.inside(path.client, *command, "--format", "json"), capture_output=True, text=True, timeout=50, check=False)
    (result,) = json.loads(done.stdout)["results"]
    return result, codec.parse(Observation, json.dumps(result["observation"]))


@pytest.fixture
def path() -> Iterator[Link]:
    with link() as made:
        yield made


@pytest.fixture
def chain(pki: Pki) -> tuple[Issued, ...]:
    """A flight of more than one full packet."""
    return pki.chain_of("shop.example", *(f"shop-{number}.example" for number in range(60)), traits=Traits(key="rsa-2048", slot="path-mtu"))


def test_the_servers_flight_is_lost(path: Link, tmp_path: Path, pki: Pki, chain: tuple[Issued, ...]) -> None:
    with served(path, tmp_path, chain):
        assert checked(path, pki)[0]["verdict"] == "works"
        path.lose_large(path.server, 1300)
        result, seen = checked(path, pki)
    assert result["cause"]["code"] == "tls.timeout" and result["cause"]["owner"] == "network", result["cause"]
    assert "path MTU" in result["cause"]["summary"]
    assert [one["action"] for one in result["remedies"]] == ["mend-path-mtu"]
    (prescribed,) = diagnose(seen).prescribed
    assert prescribed.proof is not None and prescribed.proof.verdict == "works"
    found = {one.question.name: next(step for step in one.steps if isinstance(step, Handshake)) for one in seen.attempts if not one.question.plaintext}
    assert {name: one.ending.how.value for name, one in found.items()} == {
        "ordinary": "timed-out",
        "small-segments": "done",
        "tls12": "timed-out",
        "legacy": "timed-out",
        "without-sni": "timed-out",
    }


def test_our_own_large_packets_are_lost(path: Link, tmp_path: Path, pki: Pki, chain: tuple[Issued, ...]) -> None:
    with served(path, tmp_path, chain):
        path.lose_large(path.client, 1300)
        result, seen = checked(path, pki)
    assert result["cause"]["code"] == "tls.timeout" and "path MTU" in result["cause"]["summary"], result["cause"]
    done = {one.question.name for one in seen.attempts for step in one.steps if isinstance(step, Handshake) and step.ending.how == "done"}
    assert {"small-segments", "small-hello", "hello-in-pieces"} <= done
    assert not {"ordinary", "legacy"} & done


def test_a_path_that_carries_no_certificate_at_all_is_not_mended_by_small_segments(path: Link, tmp_path: Path, pki: Pki, chain: tuple[Issued, ...]) -> None:
    with served(path, tmp_path, chain):
        path.lose_large(path.server, 400)
        result, seen = checked(path, pki)
    assert "small-segments" in [one.question.name for one in seen.attempts]
    assert result["cause"]["code"] == "tls.timeout" and result["cause"]["owner"] == "server", result["cause"]
    assert "path MTU" not in result["cause"]["summary"]

"""One rotten machine behind one address: HAProxy in front of three real servers, taken in turn."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probe.causes.words import Owner
from probe.diagnose import Diagnosis
from probe.lab.traits import Traits
from probe.report.compose import compose
from tests.real.asking import assert_fails, assert_works, at, check, told
from tests.real.pki import Pki
from tests.real.web import Web, free_ports
from tests.servers import program, running, wait_for


@contextmanager
def haproxy(folder: Path, backends: dict[str, tuple[int, ...]]) -> Iterator[dict[str, int]]:
    """Run HAProxy with one listener for each name, which hands every connection on to the next of these ports; give the listeners' ports."""
    ports = dict(zip(backends, free_ports(len(backends)), strict=True))
    lines = ["global", " nbthread 1", "defaults", " mode tcp", " timeout connect 2s", " timeout client 10s", " timeout server 10s", " retries 0"]
    for name, behind in backends.items():
        lines += [f"listen {name}", f" bind 127.0.0.1:{ports[name]}", " balance roundrobin"]
        lines += [f" server s{number} 127.0.0.1:{port}" for number, port in enumerate(behind)]
    configuration = folder / "haproxy.cfg"
    configuration.write_text("\n".join(lines) + "\n")
    log = folder / "haproxy.log"
    with running(program("haproxy"), "-db", "-f", str(configuration), log=log) as process:
        # A connection by which one waits for the port would take the first turn, but turns have no beginning.
        wait_for(process, ports[next(iter(ports))], log)
        yield ports


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("web")
    web = Web(folder)
    web.add("good", pki.chain, "return 200;")
    web.add("same", pki.chain, "return 200;")
    web.add("renewed", pki.chain_of("shop.example"), "return 200;")
    web.add("expired", pki.chain_of("shop.example", traits=Traits(starts=-90, ends=-3)), "return 200;")
    web.add("busy", pki.chain, "return 503;")
    (closed,) = free_ports(1)
    with web.running() as behind:
        good, same = behind["good"], behind["same"]
        groups = {
            "healthy": (good, same, good),
            "rotten": (good, behind["expired"], closed),
            "rolling": (good, behind["renewed"]),
            "busy": (good, same, behind["busy"]),
            "down": (closed,),
        }
        with haproxy(tmp_path_factory.mktemp("haproxy"), groups) as found:
            yield found


def names(found: Diagnosis) -> list[str]:
    return [one.question.name for one in found.case.observation.attempts]


def test_a_healthy_balancer_works_however_often_it_is_asked(ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports["healthy"], "--repeat", "9", *pki.trusting))
    assert_works(found, notes=())
    assert names(found) == ["ordinary", *(f"again-{number}" for number in range(2, 10))]


def test_one_expired_and_one_closed_machine_of_three_are_counted(ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports["rotten"], "--repeat", "9", *pki.trusting))
    assert_fails(found, "endpoint.inconsistent", Owner.SERVER)
    assert found.cause and found.cause.summary.startswith("6 of 9 connections to 127.0.0.1 fail: "), told(found)
    assert "3 times it shows a certificate that clients refuse (expired)" in found.cause.summary
    assert "3 times it does not complete the handshake" in found.cause.summary
    assert len(found.cause.evidence) == 3
    chains = Counter(one.presented for one in found.case.tries)
    assert sorted(chains.values()) == [3, 3, 3]
    assert "--repeat 9" in compose((found,)).results[0].repeat


def test_once_is_luck(ports: dict[str, int], pki: Pki) -> None:
    """Without ``--repeat`` three checks meet three machines, one after the other, and give three answers."""
    codes = {found.cause.code if found.cause else "" for found in (check(*at(ports["rotten"], "--no-fetch", *pki.trusting)) for _ in range(12))}
    assert "" in codes and "endpoint.inconsistent" not in codes and len(codes) > 1


def test_two_good_certificates_are_a_note(ports: dict[str, int], pki: Pki) -> None:
    assert_works(check(*at(ports["rolling"], "--repeat", "4", *pki.trusting)), notes=("endpoint.inconsistent",))


def test_one_machine_without_its_application_is_found(ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports["busy"], "--repeat", "6", *pki.trusting))
    assert_fails(found, "endpoint.inconsistent", Owner.SERVER)
    assert found.cause and "2 of 6 connections" in found.cause.summary and "answers HTTP 503" in found.cause.summary


def test_all_down_is_not_called_uneven(ports: dict[str, int], pki: Pki) -> None:
    found = check(*at(ports["down"], "--repeat", "4", *pki.trusting))
    assert found.cause is not None and found.cause.code != "endpoint.inconsistent", told(found)

"""HAProxy that wants client certificates: alerts when it verifies, a page of its own when a rule decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Effect, Verdict
from tests.real.asking import assert_works, at, check, told
from tests.real.clients import Clients
from tests.real.pki import Pki
from tests.real.web import free_ports
from tests.servers import key_pem, program, running, wait_for

VERSIONS = {"12": "TLSv1.2", "13": "TLSv1.3"}


@contextmanager
def haproxy(folder: Path, frontends: dict[str, tuple[str, str]]) -> Iterator[dict[str, int]]:
    """Run HAProxy with one front end for each name: options of its bind line, and further lines; it answers 200 by itself. Give the ports."""
    ports = dict(zip(frontends, free_ports(len(frontends)), strict=True))
    lines = ["global", " nbthread 1", "defaults", " mode http", " timeout connect 2s", " timeout client 10s", " timeout server 10s"]
    for name, (options, more) in frontends.items():
        lines += [f"frontend {name}", f" bind 127.0.0.1:{ports[name]} ssl {options}", *([f" {more}"] if more else []), " http-request return status 200"]
    configuration = folder / "haproxy.cfg"
    configuration.write_text("\n".join(lines) + "\n")
    log = folder / "haproxy.log"
    with running(program("haproxy"), "-db", "-f", str(configuration), log=log) as process:
        wait_for(process, ports[next(iter(ports))], log)
        yield ports


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("haproxy-client")
    whole = folder / "whole.pem"
    whole.write_bytes(b"".join(one.pem.encode() for one in pki.chain) + key_pem(pki.leaf))
    hosts = {}
    for number, version in VERSIONS.items():
        usual = f"crt {whole} ca-file {known.ca} ssl-min-ver {version} ssl-max-ver {version}"
        hosts[f"on{number}"] = (f"{usual} verify required", "")
        hosts[f"rule{number}"] = (
            f"{usual} verify optional crt-ignore-err all ca-ignore-err all",
            "http-request deny unless { ssl_c_used 1 } { ssl_c_verify 0 }",
        )
    with haproxy(folder, hosts) as found:
        yield found


def asked(port: int, pki: Pki, known: Clients, who: str, *more: str) -> tuple[str, ...]:
    return at(port, *pki.trusting, *(known.options(who) if who else ()), *more)


REASONS = {
    "": ("client.required", Certainty.PROVEN, ()),
    "foreign": ("client.untrusted", Certainty.PROVEN, ()),
    "expired": ("client.expired", Certainty.PROVEN, ("--send-anyway",)),
    "server": ("client.eku", Certainty.PROVEN, ()),
}


@pytest.mark.parametrize("number", VERSIONS)
@pytest.mark.parametrize("who", REASONS)
def test_an_alert_says_why(who: str, number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    code, certainty, more = REASONS[who]
    found = check(*asked(ports[f"on{number}"], pki, known, who, *more))
    assert found.verdict is Verdict.FAILS and found.cause is not None, told(found)
    assert (found.cause.code, found.cause.certainty) == (code, certainty), told(found)


@pytest.mark.parametrize("kind", ["on", "rule"])
@pytest.mark.parametrize("number", VERSIONS)
def test_what_is_accepted_works(kind: str, number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports[f"{kind}{number}"], pki, known, "good"))
    assert_works(found, notes=())
    assert found.case.client.accepted is True


@pytest.mark.parametrize("number", VERSIONS)
def test_a_403_may_mean_much_and_is_a_risk(number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports[f"rule{number}"], pki, known, ""))
    assert_works(found, risks=("client.required",), notes=())
    (risk,) = [one for one in found.findings if one.effect is Effect.RISKS]
    assert risk.certainty is Certainty.POSSIBLE and "403" in risk.summary


@pytest.mark.parametrize("number", VERSIONS)
@pytest.mark.parametrize("who", ["foreign", "alone"])
def test_a_403_to_whom_the_server_does_not_name_may_be_about_that(who: str, number: str, ports: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*asked(ports[f"rule{number}"], pki, known, who))
    # Without any certificate the answer is the same: it may be what everybody gets.
    assert found.verdict is Verdict.UNDECIDED and found.cause is not None, told(found)
    assert (found.cause.code, found.cause.certainty) == ("client.untrusted", Certainty.POSSIBLE), told(found)
    assert "403" in found.cause.summary
    assert ("client.chain-incomplete" in dict(found.candidates)) is (who == "alone")


@pytest.mark.parametrize("number", VERSIONS)
def test_with_its_intermediate_at_hand_a_403_is_known_to_be_about_that(number: str, ports: dict[str, int], pki: Pki, known: Clients, tmp_path: Path) -> None:
    (tmp_path / "issuing.pem").write_text(known.issuing.pem)
    found = check(*asked(ports[f"rule{number}"], pki, known, "alone", "--trust", str(tmp_path / "issuing.pem")))
    assert found.cause is not None and (found.cause.code, found.cause.certainty) == ("client.chain-incomplete", Certainty.PROVEN), told(found)

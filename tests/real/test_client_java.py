"""Java on either side of a client certificate: servers that refuse with one alert for all or without a word, and a client that chooses by the list."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL

import pytest

from probe.causes.words import Certainty, Verdict
from probe.facts.noun import noun
from tests.real.asking import assert_works, at, check, told
from tests.real.clients import Clients
from tests.real.daemons import HERE, java
from tests.real.pki import Pki
from tests.real.web import Web
from tests.servers import program

PAGE = 'location / { return 200 "hello\\n"; }'


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("java-client")
    (folder / "client-ca.pem").write_bytes(known.ca.read_bytes())
    with java(folder, pki.chain, "ServeClients") as ports:
        yield ports


REASONS = {"": "client.required", "foreign": "client.untrusted", "expired": "client.expired", "server": "client.eku"}


@pytest.mark.parametrize("kind", ["socket12", "socket13", "https12", "https13"])
@pytest.mark.parametrize("who", REASONS)
def test_a_java_server_refuses_everything_alike(who: str, kind: str, servers: dict[str, int], pki: Pki, known: Clients) -> None:
    options = (*(known.options(who) if who else ()), *(("--send-anyway",) if who == "expired" else ()))
    found = check(*at(servers[kind], *pki.trusting, *options))
    assert found.verdict is Verdict.FAILS and found.cause is not None, told(found)
    assert found.cause.code == REASONS[who], told(found)
    assert not who or found.cause.certainty is Certainty.LIKELY, told(found)


@pytest.mark.parametrize("kind", ["socket12", "socket13", "https12", "https13"])
def test_what_is_accepted_works(kind: str, servers: dict[str, int], pki: Pki, known: Clients) -> None:
    found = check(*at(servers[kind], *pki.trusting, *known.options("good")))
    assert_works(found, notes=())
    assert found.case.client.accepted is True and found.case.client.required is True


@noun
class Presented:
    """What a Java client sent, and what it got."""

    count: int
    answer: str


@pytest.fixture(scope="module")
def presented(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[tuple[dict[str, int], dict[tuple[str, str], Presented]]]:
    """Every client at every server, by Java."""
    folder = tmp_path_factory.mktemp("present")
    web = Web(folder)
    web.add("one", pki.chain, f"ssl_client_certificate {known.ca}; ssl_verify_client on; {PAGE}")
    web.add("unnamed", pki.chain, f"ssl_client_certificate {known.ca}; ssl_trusted_certificate {known.both}; ssl_verify_client on; {PAGE}")
    (folder / "middle.pem").write_text(known.root.pem + known.issuing.pem)
    web.add("middle", pki.chain, f"ssl_client_certificate {known.ca}; ssl_trusted_certificate {folder / 'middle.pem'}; ssl_verify_client on; {PAGE}")
    subprocess.run((program("javac"), "-d", str(folder), str(HERE / "Present.java")), check=True, capture_output=True, timeout=60)
    who = ("good", "direct", "foreign", "alone")
    for one in who:
        cert, key = known.folder / f"{one}.pem", known.folder / f"{one}.key"
        made = (program("openssl"), "pkcs12", "-export", "-in", str(cert), "-inkey", str(key), "-out", str(folder / f"{one}.p12"), "-passout", "pass:changeit")
        subprocess.run(made, check=True, stdin=DEVNULL, capture_output=True, timeout=30)
    with web.running() as ports:
        pairs = [(server, one) for server in ports for one in who]
        lines = "".join(f"{ports[server]}\t{folder / f'{one}.p12'}\t{pki.trust}\n" for server, one in pairs)
        done = subprocess.run((program("java"), "-cp", str(folder), "Present"), input=lines, capture_output=True, text=True, timeout=60, check=True)
        answers = [line.split("\t") for line in done.stdout.splitlines()]
        yield ports, {pair: Presented(count=int(count), answer=answer) for pair, (count, answer) in zip(pairs, answers, strict=True)}


@pytest.mark.parametrize("who", ["good", "direct", "foreign", "alone"])
@pytest.mark.parametrize("server", ["one", "unnamed", "middle"])
def test_what_is_predicted_of_java_is_what_java_does(
    server: str, who: str, presented: tuple[dict[str, int], dict[tuple[str, str], Presented]], pki: Pki, known: Clients, tmp_path: Path
) -> None:
    ports, by_java = presented
    (tmp_path / "issuing.pem").write_text(known.issuing.pem)
    found = check(*at(ports[server], *pki.trusting, *known.options(who), "--as", "java"))
    (stack,) = found.case.stacks
    there = by_java[(server, who)]
    assert found.case.client.sends(stack) is (there.count > 0), told(found)
    if there.count == 0:
        assert there.answer == "HTTP/1.1 400 Bad Request"
    expected = Verdict.WORKS if there.answer == "HTTP/1.1 200 OK" else Verdict.FAILS
    assert found.verdict is expected, (there, told(found))

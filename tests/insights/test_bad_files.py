"""Files that are not what they should be: one sentence, exit code 2, and whatever a damaged certificate says, no defect."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from probe.case.registration import agent, authority, proof
from probe.cli.main import run
from probe.facts.certificate import Certificate
from tests.insights.conftest import Run
from tests.insights.double import Hub

Caught = pytest.CaptureFixture[str]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><p>Log in", "an HTML page"),
        (b"\0" * 5000, "holds no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
        (b"-----BEGIN CERTIFICATE-----\n" * 2000, "holds no certificate"),
        (None, "does not exist"),
    ],
)
def test_what_is_no_certificate(folder: Path, capsys: Caught, content: bytes | None, says: str) -> None:
    if content is not None:
        (folder / "x.pem").write_bytes(content)
    ca, its = ["insights-hub", "ca"], ["--token-env", "HOME"]
    lines = ([*ca, "check", "x.pem"], [*ca, "upload", "x.pem", *its], [*ca, "verify", "x.pem", *its], [*ca, "list", "--ca", "x.pem", *its])
    agents = (["check", "x.pem"], ["check", "acme.pem", "--ca", "x.pem"], ["create", "--tenant", "a", "--device", "b", "--ca", "x.pem"])
    for line in (*lines, *(["insights-hub", "agent", *words] for words in agents)):
        assert run(list(line)) == 2
        assert says in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("place", ["/", ".", "..", "n" * 250 + ".x", "n" * 5000])
def test_odd_paths(folder: Path, capsys: Caught, place: str) -> None:
    for line in (["ca", "check", place], ["ca", "check", "acme.pem", "--key", place], ["agent", "create", "--tenant", "a", "--device", "b", "--ca", place]):
        assert run(["insights-hub", *line]) == 2
        assert "Traceback" not in capsys.readouterr().err
    assert run(["insights-hub", "ca", "create", "--tenant", "x", "--out", f"{place}/none"]) == 2


def test_der_is_taken_too(hub: Hub, ca: Run, folder: Path) -> None:
    (folder / "acme.der").write_bytes(x509.load_pem_x509_certificate((folder / "acme.pem").read_bytes()).public_bytes(Encoding.DER))
    (folder / "acme.pem").unlink()
    assert ca("upload", "acme.der") == 0 and ca("verify", "acme.der") == 0
    assert hub.kept[0].verified


def test_line_ends_of_windows_are_not_sent(hub: Hub, ca: Run, folder: Path) -> None:
    (folder / "acme.pem").write_bytes(b"\xef\xbb\xbfBag Attributes\r\n" + (folder / "acme.pem").read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert ca("upload", "acme.pem") == 0
    assert b"\\r" not in hub.requests[-1] and b"Bag" not in hub.requests[-1] and hub.uploads == 1


def test_a_damaged_certificate_is_no_defect(folder: Path) -> None:
    assert run(["insights-hub", "agent", "create", "--tenant", "acme", "--device", "d", "--ca", "acme.pem"]) == 0
    own, above = (Certificate(der=one.public_bytes(Encoding.DER)) for one in x509.load_pem_x509_certificates((folder / "d.pem").read_bytes()))
    chance = random.Random(6)
    said = 0
    for _ in range(100):
        data = bytearray((own if chance.random() < 0.5 else above).der)
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        odd = Certificate(der=bytes(data[: chance.choice((len(data), len(data), chance.randrange(1, len(data))))]))
        said += len(authority.examine((odd,), 0, NOW, "x.pem"))
        said += len(agent.examine((odd, above), above, NOW, "acme", "acme_d")) + len(agent.examine((own, odd), odd, NOW))
        said += len(proof.examine(odd, "code", above, NOW)) + len(proof.examine(own, "code", odd, NOW))
    assert said > 500

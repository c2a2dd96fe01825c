"""Agents: made by us, made by the documented commands (version 1), below an intermediate, in the wrong order, and on their way to the broker."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from probe.cli.main import run
from probe.facts.certificate import Certificate
from probe.lab.keys import key_pem
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.shop import hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from tests.insights.conftest import Run
from tests.insights.double import Hub
from tests.insights.test_create import commands
from tests.insights.test_verify import openssl

Caught = pytest.CaptureFixture[str]
AGENT = ["insights-hub", "agent"]
CREATE = [*AGENT, "create", "--tenant", "acme", "--device", "press-4", "--ca", "acme.pem"]
BROKER = "mindconnectmqtt.eu1.mindsphere.io"


def by_the_documents(folder: Path, tenant: str = "doc") -> None:
    """Authority and agent exactly as the documentation types them; the file with the chain as its how-to has it."""
    openssl("genrsa", "-out", f"{tenant}.key", "2048")
    subject = f"/C=DE/ST=Munich/O=Acme/OU=IT/CN={tenant}"
    openssl("req", "-x509", "-new", "-nodes", "-key", f"{tenant}.key", "-sha256", "-days", "3650", "-out", f"{tenant}.pem", "-subj", subject)
    openssl("genrsa", "-out", "agent.key", "2048")
    openssl("req", "-new", "-key", "agent.key", "-out", "agent.csr", "-subj", "/CN=device-7")
    signed = ("-CA", f"{tenant}.pem", "-CAkey", f"{tenant}.key", "-CAcreateserial", "-out", "agent.crt", "-days", "365", "-sha256")
    openssl("x509", "-req", "-in", "agent.csr", *signed)
    (folder / "agent.pem").write_bytes((folder / "agent.crt").read_bytes() + (folder / f"{tenant}.pem").read_bytes())


def said(capsys: Caught) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_what_the_documented_commands_make_is_accepted(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    by_the_documents(folder)
    assert x509.load_pem_x509_certificate((folder / "agent.crt").read_bytes()).version == x509.Version.v1
    assert run(["insights-hub", "ca", "check", "doc.pem"]) == 0
    text = said(capsys)
    assert "It has no keyUsage, as the documented commands make it." in text and "FAIL" not in text
    assert ca("upload", "doc.pem") == 0 and ca("verify", "doc.pem") == 0 and hub.kept[0].verified
    capsys.readouterr()
    assert run([*AGENT, "check", "agent.pem", "--key", "agent.key", "--ca", "doc.pem", "--tenant", "doc", "--client-id", "doc_device-7"]) == 0
    text = said(capsys)
    assert "of version 1, without extensions, as the documented commands make it" in text and "signed directly by the authority" in text
    assert "The authority is verified at" in text and "FAIL" not in text


def test_an_authority_of_version_1_is_not_broken(folder: Path, capsys: Caught) -> None:
    one = authority("connaz", Traits(version=1, ca=None, key="rsa-2048", key_usage=(), extended_key_usage=(), ends=100))
    (folder / "v1.pem").write_text(one.pem)
    assert run(["insights-hub", "ca", "check", "v1.pem"]) == 0
    text = said(capsys)
    assert "It is of version 1, without extensions. The documentation shows such an authority" in text and "FAIL" not in text


def test_what_is_made(folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    text = said(capsys)
    assert 'The client ID that goes with it is "acme_press-4"' in text
    assert stat.S_IMODE((folder / "press-4.key").stat().st_mode) == 0o600
    own, above = x509.load_pem_x509_certificates((folder / "press-4.pem").read_bytes())
    own.verify_directly_issued_by(above)
    assert above == x509.load_pem_x509_certificate((folder / "acme.pem").read_bytes())
    assert (folder / "press-4.pem").read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
    strict = ["openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "acme.pem", "press-4.pem"]
    assert subprocess.run(strict, capture_output=True, check=False).returncode == 0
    before = (folder / "press-4.key").read_bytes()
    assert run(CREATE) == 2 and (folder / "press-4.key").read_bytes() == before
    assert "exists already" in capsys.readouterr().err


def test_openssl_makes_the_same(folder: Path, tmp_path: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    ours = x509.load_pem_x509_certificates((folder / "press-4.pem").read_bytes())
    for name in ("press-4.key", "press-4.pem"):
        (folder / name).unlink()
    capsys.readouterr()
    assert run([*CREATE, "--show-openssl"]) == 0
    assert not (folder / "press-4.pem").exists()
    subprocess.run(["bash", "-ec", commands(capsys.readouterr().out)], check=True, capture_output=True, env=dict(os.environ))
    theirs = x509.load_pem_x509_certificates((folder / "press-4.pem").read_bytes())
    assert theirs[1:] == ours[1:]
    for one, other in zip(ours[:1], theirs[:1], strict=True):
        assert one.subject.public_bytes() == other.subject.public_bytes() and one.issuer.public_bytes() == other.issuer.public_bytes()
        assert one.not_valid_after_utc - one.not_valid_before_utc == other.not_valid_after_utc - other.not_valid_before_utc
        extensions = [{each.oid: (each.critical, each.value) for each in which.extensions} for which in (one, other)]
        assert set(extensions[0]) == set(extensions[1])
        keyed = (x509.oid.ExtensionOID.SUBJECT_KEY_IDENTIFIER, x509.oid.ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
        assert all(extensions[0][oid] == extensions[1][oid] for oid in extensions[0] if oid != keyed[0])
    assert run([*AGENT, "check", "press-4.pem", "--key", "press-4.key", "--ca", "acme.pem", "--tenant", "acme"]) == 0


def test_it_ends_with_its_authority(folder: Path, capsys: Caught) -> None:
    assert run(["insights-hub", "ca", "create", "--tenant", "short", "--days", "40"]) == 0
    assert run([*AGENT, "create", "--tenant", "short", "--device", "d", "--ca", "short.pem"]) == 0
    own, above = x509.load_pem_x509_certificates((folder / "d.pem").read_bytes())
    assert own.not_valid_after_utc == above.not_valid_after_utc and "with its authority, though --days says more" in said(capsys)


def test_the_device_needs_a_name(folder: Path, capsys: Caught) -> None:
    for device in ("../x", "a b", "", "x" * 65):
        assert run([*AGENT, "create", "--tenant", "acme", "--device", device, "--ca", "acme.pem"]) == 2
        assert "--device" in capsys.readouterr().err


@pytest.fixture
def below(folder: Path) -> Path:
    """An agent below an intermediate of an authority, with all that a user may put into files."""
    top = authority("Tenant CA", Traits(ca=True, key="rsa-2048", slot="top", starts=-30, ends=900, key_usage=AUTHORITY.key_usage))
    middle = top.intermediate("Plant CA", Traits(ca=True, key="rsa-2048", slot="middle", starts=-20, ends=700, key_usage=AUTHORITY.key_usage))
    for name, issuer in (("below", middle), ("direct", top)):
        one = issuer.issue("press", traits=Traits(key="rsa-2048", slot=name, extended_key_usage=("client",)))
        (folder / f"{name}.crt").write_text(one.pem)
        (folder / f"{name}.key").write_bytes(key_pem(one.key))
    (folder / "top.pem").write_text(top.pem)
    (folder / "middle.pem").write_text(middle.pem)
    return folder


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        (("direct.crt", "top.pem"), 0, "and then the authority, as they are sent"),
        (("direct.crt",), 3, "At the first connection it must be sent with the certificate"),
        (("top.pem", "direct.crt"), 1, "is not the first in the file"),
        (("direct.crt", "middle.pem"), 3, "The authority is not in the file."),
        (("direct.crt", "middle.pem", "top.pem"), 3, "holds 3 certificates; documented are the agent's and then the authority's"),
        (("below.crt", "middle.pem", "top.pem"), 1, 'signed by the intermediate "Plant CA". Intermediates are not supported'),
        (("below.crt", "top.pem"), 1, 'not the authority "Tenant CA"'),
        (("top.pem",), 1, "the authority itself"),
    ],
)
def test_chains(below: Path, capsys: Caught, files: tuple[str, ...], code: int, says: str) -> None:
    (below / "chain.pem").write_bytes(b"".join((below / one).read_bytes() for one in files))
    assert run([*AGENT, "check", "chain.pem", "--ca", "top.pem", "--tenant", "acme"]) == code
    assert says in said(capsys)


def test_without_the_authority_the_file_speaks_for_itself(below: Path, capsys: Caught) -> None:
    for files, code in ((("direct.crt", "top.pem"), 0), (("below.crt", "middle.pem"), 1), (("direct.crt",), 3)):
        (below / "chain.pem").write_bytes(b"".join((below / one).read_bytes() for one in files))
        assert run([*AGENT, "check", "chain.pem"]) == code
    text = said(capsys)
    assert "Whether that is the registered authority is not known." in text and "Intermediates are not supported" in text


def test_an_authority_that_was_made_anew(folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    (folder / "old.pem").write_bytes((folder / "acme.pem").read_bytes())
    for name in ("acme.pem", "acme.key"):
        (folder / name).unlink()
    assert run(["insights-hub", "ca", "create", "--tenant", "acme", "--organization", "Acme GmbH"]) == 0
    assert run([*AGENT, "check", "press-4.pem", "--ca", "acme.pem"]) == 1
    assert "but another key signed it: the authority was made anew" in said(capsys)


@pytest.mark.parametrize(
    ("client_id", "code", "says"),
    [
        ("acme_press-4", 0, 'goes with it is "acme_press-4"'),
        ("press-4", 0, "that stood in older documents for Europe 2"),
        ("acme_press-5", 1, 'the broker expects "acme_press-4"'),
        ("ACME_press-4", 1, 'the broker expects "acme_press-4"'),
    ],
)
def test_the_client_id(folder: Path, capsys: Caught, client_id: str, code: int, says: str) -> None:
    assert run(CREATE) == 0
    assert run([*AGENT, "check", "press-4.pem", "--ca", "acme.pem", "--tenant", "acme", "--client-id", client_id]) == code
    assert says in said(capsys)


def test_a_key_of_another_agent(folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    assert run([*AGENT, "check", "press-4.pem", "--key", "acme.key", "--ca", "acme.pem"]) == 1
    assert "perhaps it is the authority's" in said(capsys)
    assert run([*AGENT, "connect", "press-4.pem", "--key", "acme.key", "--tenant", "acme"]) == 1
    assert "Nothing was connected to." in said(capsys)
    assert run([*AGENT, "check", "press-4.pem", "--key", "other.key", "--ca", "acme.pem"]) == 2
    assert "does not belong to the certificate" in capsys.readouterr().err


def test_an_expired_one(folder: Path, capsys: Caught) -> None:
    top = authority("Old", Traits(ca=True, key="rsa-2048", slot="old", starts=-30, ends=-1, key_usage=AUTHORITY.key_usage))
    one = top.issue("press", traits=Traits(key="rsa-2048", slot="press", ends=-2))
    (folder / "old.pem").write_text(top.pem)
    (folder / "one.pem").write_text(one.pem + top.pem)
    assert run([*AGENT, "check", "one.pem", "--ca", "old.pem"]) == 1
    text = said(capsys)
    assert "The agent's certificate is expired since" in text and "The authority in old.pem is expired since" in text
    (folder / "old.key").write_bytes(key_pem(top.key))
    assert run([*AGENT, "create", "--tenant", "a", "--device", "b", "--ca", "old.pem"]) == 1
    assert not (folder / "b.key").exists()


def test_the_api_is_asked_about_the_authority(hub: Hub, served: tuple[Hub, tuple[str, ...]], ca: Run, folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    line = [*AGENT, "check", "press-4.pem", "--ca", "acme.pem", "--token-env", "HUB_TOKEN", *served[1]]
    assert run(line) == 1 and "not among those of the tenant: no agent is let in by it" in said(capsys)
    assert ca("upload", "acme.pem") == 0
    assert run(line) == 1 and "The authority is not verified: no agent is let in by it." in said(capsys)
    assert ca("verify", "acme.pem") == 0
    assert run(line) == 0
    assert run([*AGENT, "check", "press-4.pem", "--token-env", "HUB_TOKEN"]) == 2, "without the authority there is nothing to ask for"


def test_the_way_to_the_broker(folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    shop, ours = hierarchy(BROKER), authority("Lab CA")
    known = Issued(certificate=Certificate(der=pem_to_der(folder / "acme.pem")), key=ours.key, traits=ours.traits)
    line = [*AGENT, "connect", "press-4.pem", "--key", "press-4.key", "--tenant", "acme", "--endpoint", "broker-eu1"]
    with Stage() as stage:
        trust = ["--trust", stage.trust_file(shop.root)]
        port = stage.tls(Serving(credentials=(shop.whole,), client="required", client_unnamed=(known,)))
        capsys.readouterr()
        assert run([*line, *trust, "--connect", f"{LOOPBACK}:{port}", "--html", "report.html"]) == 0
        text = said(capsys)
        assert 'The client ID that goes with it is "acme_press-4"' in text and f"WORKS {BROKER}:8883" in text
        assert (folder / "report.html").read_text().startswith("<!DOCTYPE html>")
        assert run([*line, "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(authority("Other CA"))]) == 1
        assert "chain.root-untrusted" in said(capsys)
        stranger = stage.tls(Serving(credentials=(shop.whole,), client="required", client_issuers=(ours,)))
        assert run([*line, *trust, "--connect", f"{LOOPBACK}:{stranger}"]) == 1
        assert "client." in said(capsys)


def test_files_that_do_not_fit_go_nowhere(folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    own, above = (b"-----BEGIN" + one for one in (folder / "press-4.pem").read_bytes().split(b"-----BEGIN")[1:])
    (folder / "turned.pem").write_bytes(above + own)
    assert run([*AGENT, "connect", "turned.pem", "--key", "press-4.key", "--tenant", "acme"]) == 1
    assert "is not the first in the file" in (text := said(capsys)) and "Nothing was connected to." in text
    assert run([*AGENT, "connect", "gone.pem", "--key", "press-4.key", "--tenant", "acme"]) == 2


def pem_to_der(path: Path) -> bytes:
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)

"""OpenLDAP, which Debian builds with GnuTLS: healthy, with client certificates, without anonymous access, without TLS."""

from pathlib import Path

import pytest

from probe.causes.words import Certainty, Owner
from tests.real.asking import assert_fails, assert_works, at, check
from tests.real.daemons import plain_slapd
from tests.real.pki import Pki
from tests.servers import slapd


def client_ca(folder: Path, pki: Pki) -> str:
    (folder / "client-ca.pem").write_text(pki.root.pem)
    return f"TLSCACertificateFile {folder / 'client-ca.pem'}"


def ldaps(port: int, pki: Pki, *more: str, host: str = "shop.example") -> tuple[str, ...]:
    return at(port, *pki.trusting, *more, scheme="ldaps", host=host)


def test_healthy_and_asked_for_another_name(tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain) as port:
        found = check(*ldaps(port, pki))
        assert_works(found, notes=())
        assert found.case.exchange and found.case.exchange.status == 0
        assert ("namingContexts", "dc=shop,dc=example") in found.case.exchange.fields
        assert_works(check(*ldaps(port, pki, "--tls-max", "TLSv1.2")), notes=())
        assert_fails(check(*ldaps(port, pki, host="dc2.shop.example")), "name.mismatch", Owner.SERVER)
        assert_fails(check(*at(port, "--trust", "certifi", scheme="ldaps")), "chain.root-untrusted", Owner.CLIENT, Certainty.LIKELY)


@pytest.mark.parametrize("versions", [(), ("--tls-max", "TLSv1.2")], ids=["1.3", "1.2"])
def test_a_client_certificate_is_demanded_by_an_end_of_stream_alone(versions: tuple[str, ...], tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain, client_ca(tmp_path, pki), "TLSVerifyClient demand") as port:
        found = check(*ldaps(port, pki, *versions))
        assert_fails(found, "client.required", Owner.CLIENT, Certainty.LIKELY)
        assert found.case.handshake and not [one for one in found.case.handshake.alerts if not one.sent and one.description]
        assert_fails(check(*at(port, *pki.trusting, *versions, scheme="tls")), "client.required", Owner.CLIENT, Certainty.LIKELY)


@pytest.mark.parametrize("how", ["try", "allow"])
def test_a_client_certificate_that_is_only_requested_is_no_fault(how: str, tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain, client_ca(tmp_path, pki), f"TLSVerifyClient {how}") as port:
        found = check(*ldaps(port, pki))
        assert found.case.hello and found.case.hello.certificate_requested
        assert_works(found, notes=())


@pytest.mark.parametrize("line", ["disallow bind_anon", "require authc"])
def test_no_anonymous_access_is_no_fault_of_the_connection(line: str, tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain, line) as port:
        found = check(*ldaps(port, pki))
        assert_works(found, notes=())
        assert found.case.exchange and found.case.exchange.status is not None


def test_the_plain_port(tmp_path: Path, pki: Pki) -> None:
    with plain_slapd(tmp_path) as port:
        found = check(*ldaps(port, pki))
        assert_fails(found, "tls.not-tls", Owner.USER)
        assert found.cause and "LDAP" in found.cause.summary

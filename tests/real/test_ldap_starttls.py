"""StartTLS over LDAP against OpenLDAP, which Debian builds with GnuTLS: healthy, incomplete, with client certificates, refused; and binds."""

import os
from pathlib import Path

import pytest

from probe.case.bound import BIND
from probe.causes.words import Certainty, Owner
from probe.facts.observation import How
from probe.report.compose import compose
from tests.real.asking import assert_fails, assert_works, at, check
from tests.real.daemons import plain_slapd
from tests.real.pki import Pki
from tests.real.test_slapd import client_ca
from tests.servers import slapd

PASSWORD = "slapd-6Yh2kQx9Zt4w"
ROOT = ('rootdn "cn=admin,dc=shop,dc=example"', f"rootpw {PASSWORD}")


def test_healthy_and_incomplete(tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain, scheme="ldap") as port:
        found = check(*at(port, *pki.trusting, scheme="ldap"))
        assert_works(found, notes=())
        assert found.case.start and found.case.start.ending.how is How.DONE and found.case.start.status == 0 and not found.case.start.surplus
        assert found.case.exchange and found.case.exchange.status == 0
        assert_works(check(*at(port, *pki.trusting, "--tls-max", "TLSv1.2", scheme="ldap")), notes=())
        assert_fails(check(*at(port, *pki.trusting, scheme="ldap", host="dc2.shop.example")), "name.mismatch", Owner.SERVER)


def test_only_its_own_certificate(tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain[:1], scheme="ldap") as port:
        assert_fails(check(*at(port, *pki.trusting, scheme="ldap")), "chain.intermediate-missing", Owner.SERVER, Certainty.LIKELY)


@pytest.mark.parametrize("versions", [(), ("--tls-max", "TLSv1.2")], ids=["1.3", "1.2"])
def test_a_client_certificate_is_demanded(versions: tuple[str, ...], tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain, client_ca(tmp_path, pki), "TLSVerifyClient demand", scheme="ldap") as port:
        assert_fails(check(*at(port, *pki.trusting, *versions, scheme="ldap")), "client.required", Owner.CLIENT, Certainty.LIKELY)


@pytest.mark.parametrize("how", ["try", "allow"])
def test_a_client_certificate_that_is_only_requested_is_no_fault(how: str, tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain, client_ca(tmp_path, pki), f"TLSVerifyClient {how}", scheme="ldap") as port:
        found = check(*at(port, *pki.trusting, scheme="ldap"))
        assert found.case.hello and found.case.hello.certificate_requested
        assert_works(found, notes=())


def test_a_directory_without_a_certificate_does_not_begin_tls(tmp_path: Path, pki: Pki) -> None:
    with plain_slapd(tmp_path) as port:
        found = check(*at(port, *pki.trusting, scheme="ldap"))
        assert found.cause and found.cause.code in ("starttls.unsupported", "starttls.refused") and found.case.start
        assert found.case.start.status in (2, 52) and any(f"result {found.case.start.status} (" in one.says for one in found.cause.evidence)


def test_a_directory_that_tells_strangers_nothing_is_no_fault(tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain, "disallow bind_anon", "require authc", scheme="ldap") as port:
        found = check(*at(port, *pki.trusting, scheme="ldap"))
        assert_works(found, notes=())
        assert "the directory answers the anonymous search with result 53 (unwillingToPerform)" in compose((found,)).results[0].sentence


def test_a_port_of_ldaps_is_named(tmp_path: Path, pki: Pki) -> None:
    with slapd(tmp_path, pki.chain) as port:
        found = check(*at(port, *pki.trusting, scheme="ldap"))
        assert_fails(found, "starttls.protocol", Owner.USER)
        assert found.cause and found.cause.evidence[0].says == "The server ended the connection without a word of LDAP."


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_binds(scheme: str, tmp_path: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    with slapd(tmp_path, pki.chain, scheme=scheme, database=ROOT) as port:
        for who, password, code in (
            ("cn=admin,dc=shop,dc=example", PASSWORD, 0),
            ("cn=admin,dc=shop,dc=example", "wrong", 49),
            ("no name at all", "wrong", 34),
        ):
            monkeypatch.setitem(os.environ, "PROBE_TEST_BIND", password)
            found = check(*at(port, *pki.trusting, "--bind", who, "--bind-password-env", "PROBE_TEST_BIND", scheme=scheme))
            if code:
                assert_fails(found, "app.ldap", Owner.CLIENT)
                assert found.cause and f"result {code} (" in found.cause.summary
            else:
                assert_works(found, notes=())
                assert found.case.asked(BIND)

"""OpenLDAP that demands client certificates: Debian's, with GnuTLS, refuses by the end of the connection alone."""

from collections.abc import Iterator

import pytest

from probe.causes.words import Certainty, Effect, Verdict
from tests.real.asking import assert_works, at, check, told
from tests.real.clients import Clients
from tests.real.pki import Pki
from tests.servers import slapd

LIMITS = {"12": ("--tls-max", "TLSv1.2"), "13": ()}


@pytest.fixture(scope="module", params=["demand", "try", "allow"])
def ldap(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[tuple[str, int]]:
    folder = tmp_path_factory.mktemp("slapd-client")
    with slapd(folder, pki.chain, f"TLSCACertificateFile {known.ca}", f"TLSVerifyClient {request.param}") as port:
        yield str(request.param), port


@pytest.mark.parametrize("number", LIMITS)
@pytest.mark.parametrize("who", ["", "good", "foreign", "expired"])
def test_what_slapd_makes_of_a_client(who: str, number: str, ldap: tuple[str, int], pki: Pki, known: Clients) -> None:
    how, port = ldap
    options = (*(known.options(who) if who else ()), *(("--send-anyway",) if who == "expired" else ()), *LIMITS[number])
    found = check(*at(port, *pki.trusting, *options, scheme="ldaps"))
    seen = found.case.client
    assert seen.requested
    refused = {"demand": ("", "foreign", "expired"), "try": ("foreign", "expired"), "allow": ()}[how]
    if who not in refused:
        assert found.verdict is Verdict.WORKS and not [one for one in found.findings if one.effect is Effect.BREAKS], told(found)
        assert who != "good" or seen.accepted is True
        return
    code = {"": "client.required", "foreign": "client.untrusted", "expired": "client.expired"}[who]
    assert found.verdict is Verdict.FAILS and found.cause is not None, told(found)
    assert (found.cause.code, found.cause.certainty) == (code, Certainty.LIKELY), told(found)
    assert seen.required is (how == "demand") or not seen.sent, told(found)
    assert not who or (("identity-tls12" in {one.question.name for one in found.case.attempts}) is (number == "13"))


def test_a_client_that_is_let_in_is_healthy(ldap: tuple[str, int], pki: Pki, known: Clients) -> None:
    _, port = ldap
    assert_works(check(*at(port, *pki.trusting, *known.options("good"), scheme="ldaps")), notes=())

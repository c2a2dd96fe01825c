"""Real servers that know only what the engine's library has no more: what they choose is read from their own words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.causes.words import Owner
from probe.diagnose import Diagnosis
from probe.lab.pki import Issued
from probe.lab.traits import Traits
from tests.real.asking import assert_fails, at, check, told
from tests.real.daemons import gnutls, java
from tests.real.pki import Pki

GNUTLS = "NONE:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+SHA1:+MD5"


@pytest.fixture(scope="module")
def chain(pki: Pki) -> tuple[Issued, ...]:
    return pki.chain_of("shop.example", traits=Traits(key="rsa-2048", slot="obsolete"))


@pytest.fixture(scope="module")
def jvm(tmp_path_factory: pytest.TempPathFactory, chain: tuple[Issued, ...]) -> Iterator[dict[str, int]]:
    with java(tmp_path_factory.mktemp("java"), chain, "OldServe") as ports:
        yield ports


def assert_says(found: Diagnosis, what: str, chain: tuple[Issued, ...]) -> None:
    """The server is called outdated for exactly this, and its chain was captured byte for byte."""
    assert_fails(found, "tls.legacy-only", Owner.SERVER)
    assert found.cause and found.cause.summary == f"The server only offers {what}.", told(found)
    assert [one.der for one in found.case.presented] == [one.der for one in chain]


@pytest.mark.parametrize(
    ("priority", "what"),
    [
        ("+VERS-TLS1.2:+3DES-CBC:+RSA", "TLSv1.2 with 3DES (DES-CBC3-SHA)"),
        ("+VERS-TLS1.2:+3DES-CBC:+ECDHE-RSA", "TLSv1.2 with 3DES (ECDHE-RSA-DES-CBC3-SHA)"),
        ("+VERS-TLS1.0:+3DES-CBC:+RSA", "TLSv1 with 3DES (DES-CBC3-SHA)"),
        ("+VERS-TLS1.0:+ARCFOUR-128:+RSA", "TLSv1 with RC4 (RC4-MD5)"),
        ("+VERS-TLS1.1:+ARCFOUR-128:+ECDHE-RSA", "TLSv1.1 with RC4 (ECDHE-RSA-RC4-SHA)"),
    ],
)
def test_gnutls(priority: str, what: str, tmp_path: Path, pki: Pki, chain: tuple[Issued, ...]) -> None:
    with gnutls(tmp_path, chain, "--disable-client-cert", "--priority", f"{GNUTLS}:{priority}") as port:
        assert_says(check(*at(port, *pki.trusting)), what, chain)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("ssl3", "SSLv3"),
        ("ssl3-rc4", "SSLv3 with RC4 (RC4-MD5)"),
        ("des", "TLSv1 with single DES (DES-CBC-SHA)"),
        ("export-dh", "TLSv1 with an export suite (EXP-DHE-RSA-DES-CBC-SHA) and a Diffie-Hellman group of 512 bits"),
    ],
)
def test_the_jvm(name: str, what: str, jvm: dict[str, int], pki: Pki, chain: tuple[Issued, ...]) -> None:
    assert_says(check(*at(jvm[name], *pki.trusting)), what, chain)


def test_an_untrusted_chain_of_an_obsolete_server_is_judged_too(tmp_path: Path, chain: tuple[Issued, ...]) -> None:
    with gnutls(tmp_path, chain, "--disable-client-cert", "--priority", f"{GNUTLS}:+VERS-TLS1.2:+3DES-CBC:+RSA") as port:
        found = check(*at(port, "--trust", "none"))
    assert found.cause and found.cause.code == "tls.legacy-only", told(found)
    assert {"chain.intermediate-missing", "chain.root-untrusted", "trust.store-empty"} & {one.code for one in found.findings}, told(found)

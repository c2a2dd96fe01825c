"""``openssl s_server``: client certificates, versions, cipher suites, keys, and words that are not HTTP."""

from pathlib import Path

import pytest

from probe.causes.words import Certainty, Owner
from probe.lab.pki import self_signed
from probe.lab.traits import Traits
from tests.real.asking import assert_fails, assert_works, at, check
from tests.real.daemons import s_server
from tests.real.pki import Pki

RSA = Traits(key="rsa-2048", slot="real-s-server")


@pytest.mark.parametrize(("version", "alert"), [("-tls1_2", 40), ("-tls1_3", 116)])
@pytest.mark.parametrize("scheme", ["https", "tls"])
def test_a_client_certificate_is_demanded(scheme: str, version: str, alert: int, tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, pki.chain, "-Verify", "2", "-verify_return_error", "-www", version) as port:
        found = check(*at(port, *pki.trusting, scheme=scheme))
    assert_fails(found, "client.required", Owner.CLIENT)
    assert found.case.handshake and [one.description for one in found.case.handshake.alerts if not one.sent] == [alert]


def test_a_client_certificate_is_requested(tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, pki.chain, "-verify", "2", "-www") as port:
        assert_works(check(*at(port, *pki.trusting)), notes=())


@pytest.mark.parametrize("options", [("-no_tls1_3",), ("-tls1_3",), ("-num_tickets", "0"), ("-groups", "P-384"), ("-ciphersuites", "TLS_AES_256_GCM_SHA384")])
def test_it_works(options: tuple[str, ...], tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, pki.chain, "-www", *options) as port:
        assert_works(check(*at(port, *pki.trusting)), notes=())


@pytest.mark.parametrize("key", ["ec-p256", "ed25519", "rsa-2048"])
def test_kinds_of_keys(key: str, tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, pki.chain_of("shop.example", traits=Traits(key=key, slot="real-keys")), "-www") as port:
        found = check(*at(port, *pki.trusting))
    assert_works(found, notes=())
    assert found.case.leaf and found.case.leaf.read.key


@pytest.mark.parametrize(("flag", "version"), [("-tls1", "TLSv1."), ("-tls1_1", "TLSv1.1.")])
def test_only_outdated_versions(flag: str, version: str, tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, pki.chain_of("shop.example", traits=RSA), flag, "-cipher", "ALL:@SECLEVEL=0", "-www") as port:
        found = check(*at(port, *pki.trusting))
        assert_fails(found, "tls.legacy-only", Owner.SERVER)
        assert found.cause and found.cause.summary.endswith(version)


def test_outdated_and_demanding_a_client_certificate(tmp_path: Path, pki: Pki) -> None:
    options = ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-Verify", "2", "-www")
    with s_server(tmp_path, pki.chain_of("shop.example", traits=RSA), *options) as port:
        assert_fails(check(*at(port, *pki.trusting)), "tls.legacy-only", Owner.SERVER)


@pytest.mark.parametrize(
    "options",
    [
        ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"),
        ("-tls1_2", "-sigalgs", "RSA+SHA256"),
        ("-tls1_3", "-groups", "brainpoolP256r1"),
        ("-tls1_2", "-cipher", "PSK"),
    ],
    ids=" ".join,
)
def test_nothing_in_common(options: tuple[str, ...], tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, pki.chain, "-www", *options) as port:
        assert_fails(check(*at(port, *pki.trusting)), "tls.cipher", Owner.SERVER, Certainty.LIKELY)


def test_a_server_of_tls_1_3_alone_whose_key_goes_with_none_of_its_algorithms(tmp_path: Path, pki: Pki) -> None:
    """OpenSSL then says that the version is the problem; nobody outside can know better, but it is not proven."""
    with s_server(tmp_path, pki.chain, "-tls1_3", "-sigalgs", "RSA+SHA256", "-www") as port:
        found = check(*at(port, *pki.trusting))
    assert_fails(found, "tls.version", Owner.CLIENT, Certainty.LIKELY)
    assert [code for code, _ in found.candidates] == ["tls.cipher"]


def test_no_common_application_protocol(tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, pki.chain, "-alpn", "spdy/3", "-www") as port:
        assert_fails(check(*at(port, *pki.trusting)), "tls.alpn", Owner.SERVER)
        assert_works(check(*at(port, *pki.trusting, scheme="tls")), notes=())


def test_other_words_than_http(tmp_path: Path, pki: Pki) -> None:
    """``-rev`` sends back each line with its letters in reverse."""
    with s_server(tmp_path, pki.chain, "-rev") as port:
        assert_fails(check(*at(port, *pki.trusting)), "app.protocol", Owner.USER)
        assert_works(check(*at(port, *pki.trusting, scheme="tls")), notes=())


def test_a_server_without_a_certificate_for_its_cipher_suites(tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, pki.chain, "-nocert", "-www") as port:
        assert_fails(check(*at(port, *pki.trusting)), "tls.cipher", Owner.SERVER, Certainty.LIKELY)


def test_the_chain_with_a_self_signed_certificate(tmp_path: Path, pki: Pki) -> None:
    with s_server(tmp_path, (self_signed("shop.example"),), "-www") as port:
        assert_fails(check(*at(port, *pki.trusting)), "chain.self-signed", Owner.SERVER)

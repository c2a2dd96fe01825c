"""Certificates with every trait, read by cryptography and judged by the system's openssl."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ocsp

from probe.lab import surgery
from probe.lab.keys import KINDS, private_key
from probe.lab.pki import AUTHORITY, Issued, authority, self_signed, staple
from probe.lab.traits import Traits

ROOT = authority()


def openssl_text(issued: Issued) -> str:
    command = ["openssl", "x509", "-inform", "DER", "-noout", "-text"]
    return subprocess.run(command, input=issued.der, check=True, capture_output=True).stdout.decode()


def verified(folder: Path, leaf: Issued, *chain: Issued, anchor: Issued = ROOT) -> bool:
    files = [folder / name for name in ("anchor.pem", "chain.pem", "leaf.pem")]
    for file, entries in zip(files, ((anchor,), chain, (leaf,)), strict=True):
        file.write_text("".join(one.pem for one in entries))
    command = ["openssl", "verify", "-auth_level", "0", "-CAfile", str(files[0]), *(["-untrusted", str(files[1])] if chain else []), str(files[2])]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_a_usual_chain_is_valid(tmp_path: Path) -> None:
    intermediate = ROOT.intermediate("Issuing CA")
    assert verified(tmp_path, intermediate.issue("shop.example", "127.0.0.1"), intermediate)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_signs_and_is_certified(kind: str, tmp_path: Path) -> None:
    root = authority("Root", replace(AUTHORITY, key=kind))
    assert verified(tmp_path, root.issue("shop.example", traits=Traits(key=kind, slot="leaf")), anchor=root)


def test_an_unknown_kind_of_key_is_an_error() -> None:
    with pytest.raises(ValueError, match="rsa-1"):
        private_key("rsa-1", "")


def test_only_rsa_keys_are_made_once_for_each_slot() -> None:
    assert private_key("rsa-1024", "a") is private_key("rsa-1024", "a")
    assert private_key("rsa-1024", "a") is not private_key("rsa-1024", "b")
    assert private_key("ec-p256", "a") is not private_key("ec-p256", "a")


def test_names_become_dns_names_and_addresses() -> None:
    names = ROOT.issue("shop.example", "*.shop.example", "127.0.0.1", "::1").x509.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["shop.example", "*.shop.example"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


@pytest.mark.parametrize(
    ("traits", "subject"),
    [
        (Traits(), "CN=shop.example"),
        (Traits(common_name="other"), "CN=other"),
        (Traits(common_name=""), ""),
        (Traits(common_name="", organization="Shop Ltd"), "O=Shop Ltd"),
    ],
)
def test_the_subject_is_as_wished(traits: Traits, subject: str) -> None:
    assert ROOT.issue("shop.example", traits=traits).x509.subject.rfc4514_string() == subject


def test_dates_are_in_days_from_now() -> None:
    now = datetime(2026, 1, 10, tzinfo=UTC)
    one = ROOT.issue("shop.example", traits=Traits(now=now, starts=-2, ends=0.5)).x509
    assert one.not_valid_before_utc == now - timedelta(days=2)
    assert one.not_valid_after_utc == now + timedelta(hours=12)


def test_the_weak_hashes_verify_with_the_key() -> None:
    root = authority("Root", replace(AUTHORITY, key="rsa-2048"))
    key = root.key
    assert isinstance(key, rsa.RSAPrivateKey)
    for name in ("md5", "sha1"):
        one = root.issue("shop.example", traits=Traits(hash=name)).x509
        assert one.signature_hash_algorithm is not None
        assert one.signature_hash_algorithm.name == name
        key.public_key().verify(one.signature, one.tbs_certificate_bytes, padding.PKCS1v15(), surgery.hash_algorithm(name))


def test_sha1_with_an_elliptic_key() -> None:
    text = openssl_text(ROOT.issue("shop.example", traits=Traits(hash="sha1")))
    assert text.count("Signature Algorithm: ecdsa-with-SHA1") == 2, "inner and outer"


def test_pss_signatures(tmp_path: Path) -> None:
    root = authority("Root", replace(AUTHORITY, key="rsa-2048", pss=True))
    leaf = root.issue("shop.example", traits=Traits(pss=True))
    assert "rsassaPss" in openssl_text(leaf)
    assert verified(tmp_path, leaf, anchor=root)


def test_version_1_has_no_extensions(tmp_path: Path) -> None:
    leaf = ROOT.issue("shop.example", traits=Traits(version=1))
    text = openssl_text(leaf)
    assert "Version: 1 (0x0)" in text
    assert "X509v3" not in text
    assert verified(tmp_path, leaf)


@pytest.mark.parametrize("damage", ["content", "signature"])
def test_damage_breaks_the_signature_and_nothing_else(damage: str) -> None:
    one = ROOT.issue("shop.example", traits=Traits(damage=damage)).x509
    assert isinstance(ROOT.key, ec.EllipticCurvePrivateKey)
    with pytest.raises(InvalidSignature):
        ROOT.key.public_key().verify(one.signature, one.tbs_certificate_bytes, ec.ECDSA(SHA256()))
    assert one.subject.rfc4514_string() == "CN=shop.example"


def test_the_issuer_name_in_another_string_type_is_the_same_name(tmp_path: Path) -> None:
    leaf = ROOT.issue("shop.example", traits=Traits(issuer_printable=True))
    assert surgery.children(surgery.children(leaf.der)[0])[3] != surgery.children(surgery.children(ROOT.der)[0])[5]
    assert verified(tmp_path, leaf)


def test_the_own_name_in_another_string_type() -> None:
    leaf = ROOT.issue("shop.example", traits=Traits(printable=True))
    assert b"\x13\x0cshop.example" in leaf.der
    assert b"\x0c\x0cshop.example" not in leaf.der


def test_long_names_keep_their_length_when_they_are_written_again() -> None:
    root = authority("R" * 60, replace(AUTHORITY, organization="O" * 60, printable=True))
    assert root.x509.subject.rfc4514_string() == f"CN={'R' * 60},O={'O' * 60}"


def test_constraints_usages_and_urls() -> None:
    wish = replace(AUTHORITY, path_length=1, permitted=("dns:shop.example", "ip:10.0.0.0/8"), excluded=("dns:x.example",), ca_issuers=("http://127.0.0.1/a",))
    text = openssl_text(ROOT.intermediate("Issuing CA", wish))
    for words in ("CA:TRUE, pathlen:1", "DNS:shop.example", "IP:10.0.0.0/255.0.0.0", "Excluded", "CA Issuers - URI:http://127.0.0.1/a", "Certificate Sign"):
        assert words in text


def test_extensions_can_be_left_out_or_forged() -> None:
    bare = Traits(ca=None, key_usage=(), extended_key_usage=(), san=False, subject_key_id=False, authority_key_id=b"")
    assert list(ROOT.issue("shop.example", traits=bare).x509.extensions) == []
    forged = ROOT.issue("shop.example", traits=Traits(authority_key_id=b"forged")).x509
    assert forged.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == b"forged"


def test_an_unknown_critical_extension() -> None:
    found = ROOT.issue("shop.example", traits=Traits(critical_oid="2.25.1")).x509.extensions.get_extension_for_oid(x509.ObjectIdentifier("2.25.1"))
    assert found.critical


def test_a_cross_certificate_has_the_name_and_key_of_the_other(tmp_path: Path) -> None:
    other = authority("Other Root CA")
    cross = ROOT.cross_sign(other)
    assert cross.x509.subject == other.x509.subject
    assert verified(tmp_path, other.issue("shop.example"), cross)


def test_self_signed_is_its_own_issuer(tmp_path: Path) -> None:
    own = self_signed("shop.example")
    assert own.x509.issuer == own.x509.subject
    assert verified(tmp_path, own, anchor=own)


@pytest.mark.parametrize("revoked", [False, True])
def test_a_staple_says_good_or_revoked(revoked: bool) -> None:
    response = ocsp.load_der_ocsp_response(staple(ROOT.issue("shop.example"), revoked=revoked))
    assert response.certificate_status is (ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD)


def test_a_root_has_nobody_to_ask_for_a_staple() -> None:
    with pytest.raises(ValueError, match="no OCSP responder"):
        staple(ROOT)


def test_the_key_is_not_shown() -> None:
    root = authority("Root", replace(AUTHORITY, key="ed25519"))
    assert isinstance(root.key, ed25519.Ed25519PrivateKey)
    assert "key=<" not in repr(root)

"""Signatures of every algorithm, right and wrong: the verdict, and the reason where the algorithm shows one."""

import random
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probe.case import signature
from probe.case.signature import Signed, hash_name, signed_by
from probe.facts.certificate import Certificate, reading
from probe.facts.oids import SIGNATURES
from tests.odd import BITS, SEQUENCE, certificate, odd_certificates, tlv
from tests.odd import rsa as rsa_key

NULL = b"\5\0"
RSA_OIDS = {"MD5": "04", "SHA1": "05", "SHA224": "0e", "SHA256": "0b", "SHA384": "0c", "SHA512": "0d"}
SHA256_ID = bytes.fromhex("300d06096086480165030402010500")
NAMES = {"SHA1": "SHA-1", "SHA224": "SHA-224", "SHA256": "SHA-256", "SHA384": "SHA-384", "SHA512": "SHA-512", "MD5": "MD5"}


def algorithm(oid: str, parameters: bytes = b"") -> bytes:
    """An AlgorithmIdentifier; ``oid`` is its content in hex."""
    return tlv(SEQUENCE, tlv(6, bytes.fromhex(oid)), parameters)


def rsa_id(name: str) -> bytes:
    return algorithm("2a864886f70d0101" + RSA_OIDS[name], NULL)


def pss_id(digest: bytes, mask: bytes, salt: int) -> bytes:
    mgf = algorithm("2a864886f70d010108", mask)
    return algorithm("2a864886f70d01010a", tlv(SEQUENCE, tlv(0xA0, digest), tlv(0xA1, mgf), tlv(0xA2, tlv(2, bytes([salt])))))


def public(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def holder(key: Any) -> Certificate:
    """A certificate that carries the key; its own signature is nothing."""
    return Certificate(der=certificate(key=public(key)))


def issued(key: Any, identifier: bytes, *how: Any) -> Certificate:
    """A certificate signed with the key."""
    tbs = reading(certificate(inner=identifier, outer=identifier)).tbs
    return Certificate(der=certificate(inner=identifier, outer=identifier, signature=tlv(BITS, b"\0", key.sign(tbs, *how))))


def altered(one: Certificate) -> Certificate:
    """The same signature over other content."""
    return Certificate(der=one.der.replace(b"good.example", b"evil.example"))


@pytest.fixture(scope="module")
def rsa_keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)]


@pytest.mark.parametrize("name", RSA_OIDS)
def test_rsa_tells_another_key_from_altered_content(name: str, rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    digest = getattr(hashes, name)()
    good = issued(rsa_keys[0], rsa_id(name), padding.PKCS1v15(), digest)
    assert signed_by(good, holder(rsa_keys[0])) is Signed.GOOD
    assert signed_by(good, holder(rsa_keys[1])) is Signed.BAD_KEY
    assert signed_by(altered(good), holder(rsa_keys[0])) is Signed.BAD_CONTENT
    assert signed_by(altered(good), holder(rsa_keys[1])) is Signed.BAD_KEY
    assert hash_name(good) == NAMES[name]


def test_rsa_with_a_signature_of_another_size_is_another_key(rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    larger = rsa.generate_private_key(65537, 3072)
    good = issued(larger, rsa_id("SHA256"), padding.PKCS1v15(), hashes.SHA256())
    assert signed_by(good, holder(larger)) is Signed.GOOD
    assert signed_by(good, holder(rsa_keys[0])) is Signed.BAD_KEY


def test_rsa_with_a_digest_other_than_announced_is_bad(rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    tbs = reading(certificate(inner=rsa_id("SHA256"), outer=rsa_id("SHA256"))).tbs
    other = rsa_keys[0].sign(tbs, padding.PKCS1v15(), hashes.SHA384())
    one = Certificate(der=certificate(inner=rsa_id("SHA256"), outer=rsa_id("SHA256"), signature=tlv(BITS, b"\0", other)))
    assert signed_by(one, holder(rsa_keys[0])) is Signed.BAD


@pytest.mark.parametrize("name", ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512"])
@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=lambda one: str(one.name))
def test_ecdsa(name: str, curve: ec.EllipticCurve) -> None:
    content = {"SHA1": "2a8648ce3d0401", "SHA224": "2a8648ce3d040301", "SHA256": "2a8648ce3d040302", "SHA384": "2a8648ce3d040303", "SHA512": "2a8648ce3d040304"}
    key, other = ec.generate_private_key(curve), ec.generate_private_key(curve)
    good = issued(key, algorithm(content[name]), ec.ECDSA(getattr(hashes, name)()))
    assert signed_by(good, holder(key)) is Signed.GOOD
    assert signed_by(good, holder(other)) is Signed.BAD
    assert signed_by(altered(good), holder(key)) is Signed.BAD
    assert hash_name(good) == NAMES[name]


@pytest.mark.parametrize(("salt", "mask"), [(32, hashes.SHA256()), (20, hashes.SHA256()), (0, hashes.SHA256())])
def test_rsa_pss_goes_by_its_parameters(salt: int, mask: hashes.HashAlgorithm, rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    good = issued(rsa_keys[0], pss_id(SHA256_ID, SHA256_ID, salt), padding.PSS(padding.MGF1(mask), salt), hashes.SHA256())
    assert signed_by(good, holder(rsa_keys[0])) is Signed.GOOD
    assert signed_by(good, holder(rsa_keys[1])) is Signed.BAD
    assert signed_by(altered(good), holder(rsa_keys[0])) is Signed.BAD
    assert hash_name(good) == "SHA-256"


def test_rsa_pss_without_parameters_means_sha1(rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    empty = algorithm("2a864886f70d01010a", tlv(SEQUENCE))
    good = issued(rsa_keys[0], empty, padding.PSS(padding.MGF1(hashes.SHA1()), 20), hashes.SHA1())  # noqa: S303  (this is what the standard says)
    assert signed_by(good, holder(rsa_keys[0])) is Signed.GOOD
    assert hash_name(good) == "SHA-1"


@pytest.mark.parametrize(
    "parameters",
    [b"\x30\x05", NULL, tlv(SEQUENCE, tlv(0xA0, b"")), tlv(SEQUENCE, tlv(0xA2, tlv(2, b"\x7f\xff"))), tlv(SEQUENCE, tlv(0xA1, algorithm("2a03", SHA256_ID)))],
)
def test_rsa_pss_with_parameters_that_cannot_be_is_unknown(parameters: bytes, rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    one = issued(rsa_keys[0], algorithm("2a864886f70d01010a", parameters), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    assert signed_by(one, holder(rsa_keys[0])) is Signed.UNKNOWN
    assert hash_name(one) is None


@pytest.mark.parametrize(("kind", "content"), [(ed25519.Ed25519PrivateKey, "2b6570"), (ed448.Ed448PrivateKey, "2b6571")])
def test_edwards_curves(kind: Any, content: str) -> None:
    key, other = kind.generate(), kind.generate()
    good = issued(key, algorithm(content))
    assert signed_by(good, holder(key)) is Signed.GOOD
    assert signed_by(good, holder(other)) is Signed.BAD
    assert signed_by(altered(good), holder(key)) is Signed.BAD
    assert hash_name(good) is None


@pytest.mark.parametrize(("kind", "content"), [(mldsa.MLDSA44PrivateKey, "11"), (mldsa.MLDSA65PrivateKey, "12"), (mldsa.MLDSA87PrivateKey, "13")])
def test_ml_dsa(kind: Any, content: str) -> None:
    key, other = kind.generate(), kind.generate()
    good = issued(key, algorithm("6086480165030403" + content))
    assert reading(holder(key).der).key.kind == "ML-DSA"  # type: ignore[union-attr]
    assert signed_by(good, holder(key)) is Signed.GOOD
    assert signed_by(good, holder(other)) is Signed.BAD
    assert signed_by(altered(good), holder(key)) is Signed.BAD


def test_dsa() -> None:
    key, other = dsa.generate_private_key(1024), dsa.generate_private_key(1024)  # noqa: S505
    good = issued(key, algorithm("608648016503040302"), hashes.SHA256())
    assert signed_by(good, holder(key)) is Signed.GOOD
    assert signed_by(good, holder(other)) is Signed.BAD
    assert hash_name(good) == "SHA-256"


def test_a_key_of_another_kind_is_another_key(rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    by_curve = issued(key, algorithm("2a8648ce3d040302"), ec.ECDSA(hashes.SHA256()))
    by_rsa = issued(rsa_keys[0], rsa_id("SHA256"), padding.PKCS1v15(), hashes.SHA256())
    assert signed_by(by_curve, holder(rsa_keys[0])) is Signed.BAD_KEY
    assert signed_by(by_rsa, holder(key)) is Signed.BAD_KEY


def test_a_pss_key_signs_only_pss(rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    numbers = reading(certificate(key=public(rsa_keys[0]))).key
    assert numbers
    restricted = Certificate(
        der=certificate(key=numbers.spki.replace(bytes.fromhex("300d06092a864886f70d0101010500"), bytes.fromhex("300d06092a864886f70d01010a0500")))
    )
    assert signed_by(issued(rsa_keys[0], rsa_id("SHA256"), padding.PKCS1v15(), hashes.SHA256()), restricted) is Signed.BAD_KEY


def test_what_cannot_be_checked_is_unknown(rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    md2 = algorithm("2a864886f70d010102", NULL)
    assert signed_by(Certificate(der=certificate(inner=md2, outer=md2)), holder(rsa_keys[0])) is Signed.UNKNOWN
    assert hash_name(Certificate(der=certificate(inner=md2, outer=md2))) == "MD2"
    odd = algorithm("2a0304")
    assert signed_by(Certificate(der=certificate(inner=odd, outer=odd)), holder(rsa_keys[0])) is Signed.UNKNOWN
    assert hash_name(Certificate(der=certificate(inner=odd, outer=odd))) is None
    assert signed_by(Certificate(der=b"garbage"), holder(rsa_keys[0])) is Signed.UNKNOWN
    assert signed_by(holder(rsa_keys[0]), Certificate(der=b"garbage")) is Signed.UNKNOWN
    assert hash_name(Certificate(der=b"")) is None


def test_odd_certificates_have_a_verdict_in_both_places() -> None:
    good = Certificate(der=certificate())
    for _, der in odd_certificates():
        one = Certificate(der=der)
        assert {signed_by(one, good), signed_by(good, one), signed_by(one, one)} <= set(Signed) - {Signed.GOOD}


def test_a_monstrous_key_takes_no_time() -> None:
    chance = random.Random(8017)
    modulus = chance.getrandbits(60_000) | 1 << 60_000 | 1
    monster = Certificate(der=certificate(key=rsa_key(modulus, modulus - 2)))
    one = Certificate(der=certificate(inner=rsa_id("SHA256"), outer=rsa_id("SHA256"), signature=tlv(BITS, b"\0", chance.randbytes(7_500))))
    begun = time.process_time()
    assert signed_by(one, monster) in (Signed.BAD, Signed.BAD_KEY, Signed.UNKNOWN)
    assert time.process_time() - begun < 1


def test_a_second_question_is_answered_from_memory(rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    good = issued(rsa_keys[0], rsa_id("SHA256"), padding.PKCS1v15(), hashes.SHA256())
    signed_by(good, holder(rsa_keys[0]))
    before = signature._checked.cache_info().hits
    assert signed_by(Certificate(der=bytes(bytearray(good.der))), holder(rsa_keys[0])) is Signed.GOOD
    assert signature._checked.cache_info().hits == before + 1


def test_every_algorithm_that_is_checked_has_a_name() -> None:
    assert set(signature._ALGORITHMS) == set(SIGNATURES)

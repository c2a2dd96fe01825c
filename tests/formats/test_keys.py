"""Private keys in every form in which people have them, and what is said of those that cannot be had."""

import pickle
import random
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from probe.formats.keys import Problem, described, read, usable
from probe.lab.surgery import SEQUENCE, tlv
from tests.fuzz.seeded import mutated

PASSWORD = b"correct horse"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
PKCS8, OLD = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
LOCK = BestAvailableEncryption(PASSWORD)


def same(one: object, other: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bool:
    assert isinstance(one, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return one.private_numbers() == other.private_numbers()


@pytest.mark.parametrize("key", [RSA, EC], ids=["rsa", "ec"])
@pytest.mark.parametrize("form", [PKCS8, OLD], ids=["pkcs8", "pkcs1-or-sec1"])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER], ids=["pem", "der"])
def test_plain_keys(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: PrivateFormat, encoding: Encoding) -> None:
    (found,) = read(key.private_bytes(encoding, form, NoEncryption()), b"a password that is not needed")
    assert same(found.key, key) and not found.encrypted and found.problem is None


@pytest.mark.parametrize("key", [RSA, EC], ids=["rsa", "ec"])
@pytest.mark.parametrize(("encoding", "form"), [(Encoding.PEM, PKCS8), (Encoding.DER, PKCS8), (Encoding.PEM, OLD)], ids=["pem", "der", "proc-type"])
def test_encrypted_keys(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, encoding: Encoding, form: PrivateFormat) -> None:
    data = key.private_bytes(encoding, form, LOCK)
    assert [(one.key, one.problem, one.encrypted) for one in read(data)] == [(None, Problem.MISSING, True)]
    assert [(one.key, one.problem, one.encrypted) for one in read(data, b"wrong")] == [(None, Problem.WRONG, True)]
    (found,) = read(data, PASSWORD)
    assert same(found.key, key) and found.encrypted


@pytest.mark.parametrize("cipher", ["-aes128", "-aes256", "-des3"])
def test_keys_that_openssl_encrypted(cipher: str, tmp_path: Path) -> None:
    (tmp_path / "plain.pem").write_bytes(RSA.private_bytes(Encoding.PEM, OLD, NoEncryption()))
    for more in (("rsa", "-traditional"), ("pkey",)):
        command = ("openssl", more[0], "-in", "plain.pem", cipher, "-passout", f"pass:{PASSWORD.decode()}", *more[1:], "-out", "locked.pem")
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=20)
        (found,) = read((tmp_path / "locked.pem").read_bytes(), PASSWORD)
        assert same(found.key, RSA), (more, cipher)


def test_the_form_of_the_file_does_not_matter() -> None:
    text = EC.private_bytes(Encoding.PEM, PKCS8, NoEncryption()).decode()
    body = text.splitlines()
    forms = [
        text.replace("\n", "\r\n"),
        text.replace("\n", "\r"),
        "\ufeff" + text,
        f"Bag Attributes\n    friendlyName: x\n{text}trailing words\n",
        "\n".join((body[0], "".join(body[1:-1]), body[-1])),
        "\n".join(f"   {line}" for line in body),
    ]
    for one in forms:
        (found,) = read(one.encode())
        assert same(found.key, EC), one
    (found,) = read(text.encode("utf-16"))
    assert same(found.key, EC)


def test_several_keys_keep_their_order() -> None:
    data = RSA.private_bytes(Encoding.PEM, PKCS8, NoEncryption()) + EC.private_bytes(Encoding.PEM, OLD, NoEncryption())
    first, second = read(data)
    assert same(first.key, RSA) and same(second.key, EC)
    assert (first.where, second.where) == ("line 1", f"line {data.split(b'-----BEGIN EC')[0].count(10) + 1}")


def test_other_programs_keys_are_named() -> None:
    ssh = EC.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    assert [(one.problem, one.what) for one in read(ssh)] == [(Problem.FOREIGN, "an OpenSSH key")]
    pgp = b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVYBF\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n"
    assert [(one.problem, one.what) for one in read(pgp)] == [(Problem.FOREIGN, "a PGP key")]


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN PRIVATE KEY-----\nnot base64!\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nMIIB",
        b"-----BEGIN PRIVATE KEY-----\n" + b"A" * 100_000 + b"\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n",
    ],
)
def test_damaged_keys_are_damaged(data: bytes) -> None:
    assert [one.problem for one in read(data)] == [Problem.DAMAGED]


def test_no_key_is_none() -> None:
    for data in (b"", b"hello", b"<html>", b"\x30\x03\x02\x01\x00", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        assert read(data) == ()


def test_kinds_are_described_and_judged() -> None:
    ed, goldilocks, xchange = ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate(), x25519.X25519PrivateKey.generate()
    old = dsa.generate_private_key(2048)
    assert [described(one) for one in (RSA, EC, ed, goldilocks, old)] == ["RSA 2048", "EC P-256", "Ed25519", "Ed448", "DSA"]
    assert [usable(one) for one in (RSA, EC, ed, goldilocks, old, xchange)] == [True, True, True, True, False, False]


def test_nothing_of_a_key_is_shown_or_kept() -> None:
    (found,) = read(EC.private_bytes(Encoding.PEM, PKCS8, NoEncryption()))
    number = EC.private_numbers().private_value
    assert "hidden" in repr(found) and str(number) not in repr(found) and f"{number:x}" not in repr(found)
    with pytest.raises(TypeError):
        pickle.dumps(found)


def test_mutated_keys_do_no_harm() -> None:
    for seed in (EC.private_bytes(Encoding.PEM, OLD, LOCK), EC.private_bytes(Encoding.DER, PKCS8, NoEncryption())):
        chance = random.Random(7)
        for data in (mutated(seed, seed, chance, 4096) for _ in range(300)):
            assert all(one.problem is not None or one.key is not None for one in read(data, PASSWORD))


def test_an_encryption_of_a_billion_rounds_is_not_begun() -> None:
    scheme = tlv(SEQUENCE, tlv(6, bytes.fromhex("2a864886f70d01050d")), tlv(SEQUENCE, tlv(SEQUENCE, tlv(4, b"salt1234"), tlv(2, (2**31).to_bytes(5, "big")))))
    hostile = tlv(SEQUENCE, scheme, tlv(4, b"\0" * 64))
    assert [one.problem for one in read(hostile, PASSWORD)] == [Problem.UNSUPPORTED]


def test_an_initialisation_vector_of_the_wrong_length_is_damage() -> None:
    data = EC.private_bytes(Encoding.PEM, OLD, LOCK).decode()
    head = next(line for line in data.splitlines() if line.startswith("DEK-Info"))
    assert [one.problem for one in read(data.replace(head, head[:-8]).encode(), PASSWORD)] == [Problem.DAMAGED]
    assert [one.problem for one in read(data.replace(head, "DEK-Info: IDEA-CBC,0011223344556677").encode(), PASSWORD)] == [Problem.UNSUPPORTED]

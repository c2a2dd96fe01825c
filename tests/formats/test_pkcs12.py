"""PKCS #12 files as OpenSSL, Java and Windows write them: modern, legacy, without password, without integrity check, with two keys."""

import pickle
import random
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12

from probe.formats.keys import Problem
from probe.formats.pkcs12 import is_pkcs12, key_bags, read
from probe.lab.pki import authority
from probe.lab.surgery import SEQUENCE, tlv
from tests.fuzz.seeded import mutated
from tests.servers import files

ROOT = authority("Store Root CA")
MIDDLE = ROOT.intermediate("Store Issuing CA")
OWN = MIDDLE.issue("client.example")
OTHER = MIDDLE.issue("other.example")
PASSWORD = b"correct horse"


def modern(password: bytes | None) -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"client", OWN.key, OWN.x509, [MIDDLE.x509, ROOT.x509], lock)


def exported(folder: Path, *options: str, password: bytes = PASSWORD) -> bytes:
    """What ``openssl pkcs12 -export`` writes with these options."""
    certificates, key = files(folder, (OWN, MIDDLE), "own")
    command = ("openssl", "pkcs12", "-export", "-in", str(certificates), "-inkey", str(key), "-passout", f"pass:{password.decode()}", *options)
    return subprocess.run(command, check=True, capture_output=True, timeout=20).stdout


def assert_own(data: bytes, password: bytes | None, count: int = 2) -> None:
    found = read(data, password)
    assert found.problem is None and found.key is not None and found.keys == 1
    assert found.certificates[0] == OWN.certificate and len(found.certificates) == count


def test_modern_ones() -> None:
    assert is_pkcs12(modern(PASSWORD)) and not is_pkcs12(OWN.der)
    assert_own(modern(PASSWORD), PASSWORD, 3)
    assert_own(modern(None), None, 3)
    assert_own(modern(None), b"a password that is not needed", 3)


@pytest.mark.parametrize("options", [(), ("-legacy",), ("-nomac",), ("-legacy", "-certpbe", "PBE-SHA1-3DES"), ("-keypbe", "NONE", "-certpbe", "NONE")])
def test_what_openssl_writes(options: tuple[str, ...], tmp_path: Path) -> None:
    assert_own(exported(tmp_path, *options), PASSWORD)


@pytest.mark.parametrize("options", [(), ("-legacy",), ("-nomac",)])
def test_an_empty_password_is_tried(options: tuple[str, ...], tmp_path: Path) -> None:
    assert_own(exported(tmp_path, *options, password=b""), None)


def test_a_missing_or_wrong_password_is_told_from_damage() -> None:
    data = modern(PASSWORD)
    assert read(data).problem is Problem.MISSING and read(data, b"wrong").problem is Problem.WRONG
    assert read(data[:-10], PASSWORD).problem is Problem.DAMAGED
    assert read(b"\x30\x00", PASSWORD).problem is Problem.DAMAGED


def test_keytool_stores(tmp_path: Path) -> None:
    (tmp_path / "own.p12").write_bytes(exported(tmp_path))
    (tmp_path / "other.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"other", OTHER.key, OTHER.x509, None, BestAvailableEncryption(PASSWORD)))
    for source in ("own", "other"):
        command = ["keytool", "-importkeystore", "-srckeystore", f"{source}.p12", "-destkeystore", "both.p12", "-deststoretype", "PKCS12"]
        command += ["-srcstorepass", PASSWORD.decode(), "-deststorepass", PASSWORD.decode(), "-noprompt"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
        if source == "own":
            assert_own((tmp_path / "both.p12").read_bytes(), PASSWORD)
    found = read((tmp_path / "both.p12").read_bytes(), PASSWORD)
    assert found.keys == 2 and key_bags((tmp_path / "both.p12").read_bytes()) == 2


def test_certificates_alone() -> None:
    data = pkcs12.serialize_key_and_certificates(None, None, None, [ROOT.x509, MIDDLE.x509], BestAvailableEncryption(PASSWORD))
    found = read(data, PASSWORD)
    assert found.key is None and found.keys == 0 and set(found.certificates) == {ROOT.certificate, MIDDLE.certificate}


def test_an_integrity_check_of_a_billion_rounds_is_not_begun() -> None:
    mac = tlv(SEQUENCE, tlv(SEQUENCE, b""), tlv(4, b"salt"), tlv(2, (2_000_000_000).to_bytes(5, "big")))
    data = tlv(SEQUENCE, tlv(2, b"\3"), tlv(SEQUENCE, tlv(6, bytes.fromhex("2a864886f70d010701"))), mac)
    assert is_pkcs12(data) and read(data, PASSWORD).problem is Problem.UNSUPPORTED


def test_nothing_of_a_key_is_shown_or_kept() -> None:
    found = read(modern(PASSWORD), PASSWORD)
    assert "hidden" in repr(found)
    with pytest.raises(TypeError):
        pickle.dumps(found)


def test_mutated_stores_do_no_harm() -> None:
    seed, chance = modern(None), random.Random(7)
    for data in (mutated(seed, seed, chance, 8192) for _ in range(300)):
        found = read(data)
        assert found.problem is not None or found.certificates or found.key is not None or found.keys == 0

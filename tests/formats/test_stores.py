"""The readers of key stores by themselves: hand-made and hostile files, and that nothing of a password or key is shown."""

import time

import pytest

from probe.formats import jks, nss, pkcs12_seal, pkcs12_store, zipped
from probe.formats.hashed import tlv
from probe.formats.keys import Problem
from probe.formats.keystore import KeyStore
from probe.formats.writing import jks_trust_store, pkcs12_trust_store
from probe.lab.pki import authority

ROOT = authority("Reader Root")
AT = ROOT.certificate.read.not_before
assert AT is not None
JKS = jks_trust_store([ROOT.certificate], "changeit", AT)
P12 = pkcs12_trust_store([ROOT.certificate], "changeit")


def test_rc2_decrypts_the_vectors_of_its_standard() -> None:
    """RFC 2268 section 5, those whose effective length is that of the key."""
    for key, plain, sealed in (
        ("ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", "1000000000000001", "30649edf9be7d2c2"),
        ("88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"),
    ):
        assert pkcs12_seal._rc2(bytes.fromhex(key), bytes(8), bytes.fromhex(sealed)).hex() == plain


def test_version_1_of_jks() -> None:
    """Java 1.1 wrote no type beside a certificate."""
    body = JKS[:4] + (1).to_bytes(4) + JKS[8:12] + JKS[12:]
    entry = body.replace(b"\0\5X.509", b"")
    store = jks.read(entry)
    assert [one.certificate for one in store.entries] == [ROOT.certificate] and store.problem is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (JKS[:6], "ends within its version"),
        (JKS[:4] + (9).to_bytes(4) + JKS[8:], "its version is 9"),
        (JKS[:8] + (1 << 31).to_bytes(4) + JKS[12:], "announces 2147483648 entries"),
        (JKS[:12] + (7).to_bytes(4) + JKS[16:], "entry 1 of 1: a kind of entry that is not known (7)"),
        (JKS[:12] + (3).to_bytes(4) + JKS[16:], "a kind of entry that is not known (3)"),
        (JKS[:8] + (2).to_bytes(4) + JKS[12:], "entry 2 of 2"),
    ],
)
def test_what_is_wrong_with_a_jks_store_is_told(data: bytes, words: str) -> None:
    store = jks.read(data)
    assert store.problem is Problem.DAMAGED and words in store.why


def test_secret_keys_without_end_do_not_take_long() -> None:
    marks = (b"\0\0\0\2" * 30 + b"\0\5X.509") * 40_000
    data = b"\xce\xce\xce\xce" + (2).to_bytes(4) + (10_000).to_bytes(4) + (b"\0\0\0\3\0\1a" + bytes(8)) * 10_000 + marks
    begun = time.process_time()
    store = jks.read(data, "changeit")
    assert time.process_time() - begun < 2 and store.kind == "jceks"


def test_a_pkcs12_store_that_asks_for_endless_rounds_is_refused_at_once() -> None:
    rounds = tlv(2, (10_000).to_bytes(2))
    assert rounds in P12
    endless = tlv(2, (0x7FFFFFFF).to_bytes(4))
    # Every length on the way grows by two; they are long enough to need no more bytes.
    for which in range(P12.count(rounds)):
        begun = time.process_time()
        store = pkcs12_store.read(_grown(P12, rounds, endless, which), "changeit")
        assert time.process_time() - begun < 3
        assert store.problem in (Problem.UNSUPPORTED, Problem.DAMAGED, Problem.WRONG) and not store.entries


def _grown(data: bytes, old: bytes, new: bytes, which: int) -> bytes:
    """The data with the ``which``-th ``old`` replaced, and the lengths of the elements around it corrected."""
    at = -1
    for _ in range(which + 1):
        at = data.index(old, at + 1)
    found = bytearray(data[:at] + new + data[at + len(old) :])
    more = len(new) - len(old)
    place, limit = 0, len(data)
    while place < at:
        tag, length = data[place], data[place + 1]
        count = length & 0x7F if length & 0x80 else 0
        start = place + 2 + count
        size = int.from_bytes(data[place + 2 : start]) if count else length
        if start <= at < start + size and (tag & 0x20 or tag == 4):
            if count:
                found[place + 2 : start] = (size + more).to_bytes(count)
            else:
                found[place + 1] = size + more
            place, limit = start, start + size
        else:
            place = start + size
    assert limit
    return bytes(found)


def test_a_signed_pkcs12_file_is_no_password_store() -> None:
    content = tlv(0x30, bytes.fromhex("06092a864886f70d010702") + tlv(0xA0, tlv(0x30, b"")))
    store = pkcs12_store.read(tlv(0x30, tlv(2, b"\3") + content), "changeit")
    assert store.problem is Problem.DAMAGED and "by a signature" in store.why


def test_a_password_beyond_ascii_and_the_empty_one() -> None:
    for password in ("pässwörd", "пароль", "🔑 key"):
        data = pkcs12_trust_store([ROOT.certificate], password)
        store = pkcs12_store.read(data, password)
        assert [one.certificate for one in store.entries] == [ROOT.certificate] and store.checked
        assert pkcs12_store.read(data, "").problem is Problem.WRONG and pkcs12_store.read(data).problem is Problem.MISSING


def test_nothing_secret_is_kept() -> None:
    for store in (jks.read(JKS, "changeit"), pkcs12_store.read(P12, "changeit")):
        assert isinstance(store, KeyStore) and "changeit" not in repr(store)


@pytest.mark.parametrize("data", [b"", b"\0", b"SQLite format 3\0", b"PK\3\4", b"\x30\x80", bytes(1000), b"\xfe\xed\xfe\xed", b"\x30\x82\xff\xff\2\1\3\x30"])
def test_nothing_is_raised(data: bytes) -> None:
    assert not jks.read(data).entries
    assert not pkcs12_store.read(data).entries
    assert not nss.read(data).entries
    assert not zipped.read(data).certificates

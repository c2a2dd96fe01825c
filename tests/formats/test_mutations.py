"""Seeded mutations of whole files: nothing ever raises, and what is found is what was there."""

import random

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from probe.formats import Content, pem, read
from tests.formats.files import FIRST, PEM_FIRST, SECOND, VARIANTS

PIECES = (
    b"-----BEGIN CERTIFICATE-----",
    b"-----END CERTIFICATE-----",
    b"-----BEGIN ",
    b"-----",
    b"\n",
    b"\r",
    b" ",
    b"=",
    b">",
    b"\0",
    b"\xef\xbb\xbf",
    b"A: b\n",
)
SEEDS = [data for data, _, _ in VARIANTS.values()]


def mutated(seed: bytes, chance: random.Random) -> bytes:
    data = bytearray(seed)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(data) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            data[place:place] = chance.choice(PIECES)
        elif kind == 1:
            del data[place : place + chance.choice((1, 2, 5, 27, 200))]
        elif kind == 2:
            data[place : place + 1] = chance.randbytes(1)
        elif kind == 3:
            data[place:place] = data[place : place + chance.randint(1, 100)]
        else:
            del data[place:]
    return bytes(data)


def test_ten_thousand_mutated_texts_are_all_contents() -> None:
    chance = random.Random(7468)
    kept = 0
    for _ in range(10_000):
        content = read(mutated(chance.choice(SEEDS), chance))
        assert isinstance(content, Content)
        assert content.certificates or content.looks_like
        kept += any(one.der in (FIRST, SECOND) for one, _ in content.certificates)
    assert kept > 1_500


def test_four_thousand_mutated_binaries_are_all_contents() -> None:
    chance = random.Random(2315)
    bundle = pkcs7.serialize_certificates([x509.load_der_x509_certificate(one) for one in (FIRST, SECOND)], Encoding.DER)
    for _ in range(4_000):
        content = read(mutated(chance.choice((FIRST, FIRST + SECOND, bundle)), chance))
        assert content.certificates or content.looks_like


def test_a_cut_at_every_byte_is_no_error() -> None:
    data = PEM_FIRST.encode()
    counts = [len(read(data[:size]).certificates) for size in range(len(data) + 1)]
    assert counts[0] == 0
    assert counts[-1] == 1
    assert max(counts) == 1


def test_the_short_way_through_a_plain_file_leads_to_the_same() -> None:
    chance = random.Random(42)
    seeds = [PEM_FIRST.encode() * 2, b"# who\nand what\n" + PEM_FIRST.encode() + b"\nmore\n" + PEM_FIRST.encode()]
    edges = [place for seed in seeds for mark in (b"-----BEGIN", b"-----END", b"-----\n") for place in (seed.find(mark), seed.rfind(mark))]
    plain = 0
    for number in range(20_000):
        data = bytearray(seeds[number % 2])
        place = min(chance.choice([chance.randrange(len(data)), *edges]) + chance.randint(-1, 6), len(data))
        data[max(place, 0) : max(place, 0) + chance.randint(0, 2)] = chance.choice((b"", b"\n\n", b"\t", b"0", b"\x85", b"\xc2\xa0", *PIECES))
        found = pem.plain(bytes(data))
        if found is not None:
            plain += 1
            assert found == pem.thorough(bytes(data)), bytes(data)
    assert 1_000 < plain < 18_000

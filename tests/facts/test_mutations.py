"""Seeded mutations of real and odd certificates: nothing but a value or a clean ``ValueError`` ever comes out."""

import random
import time

import pytest

from probe.facts import der
from probe.facts.certificate import Certificate, Reading, is_self_issued, reading, title
from tests.odd import attribute, certificate, extension, odd_certificates, tlv

SEEDS = [one for _, one in odd_certificates() if 0 < len(one) < 2000]


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """One to four changes: bits, bytes, cuts, doubled pieces, other lengths."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data)) if data else 0
        kind = chance.randrange(6)
        if kind == 0 and data:
            data[place] ^= 1 << chance.randrange(8)
        elif kind == 1 and data:
            data[place] = chance.choice((0, 1, 0x1F, 0x30, 0x7F, 0x80, 0x84, 0x88, 0xA0, 0xFF))
        elif kind == 2:
            del data[place : place + chance.randint(1, 8)]
        elif kind == 3:
            data[place:place] = chance.randbytes(chance.randint(1, 8))
        elif kind == 4:
            data[place:place] = data[place : place + chance.randint(1, 40)]
        else:
            del data[place:]
    return bytes(data)


def test_twelve_thousand_mutated_certificates_are_all_values() -> None:
    chance = random.Random(5280)
    kinds = {"cryptography": 0, "lenient": 0, "hex": 0}
    for number in range(12_000):
        one = Certificate(der=mutated(certificate() if number % 2 else chance.choice(SEEDS), chance))
        read = reading.__wrapped__(one.der)
        assert isinstance(read, Reading)
        assert read.read_by == "cryptography" or read.faults
        kinds[read.read_by] += 1
    assert min(kinds.values()) > 300, kinds


def test_what_is_made_of_mutated_certificates_never_raises() -> None:
    chance = random.Random(9525)
    for _ in range(2_000):
        one = Certificate(der=mutated(chance.choice(SEEDS), chance))
        assert title(one)
        assert is_self_issued(one) in (True, False)


def test_twenty_thousand_mutated_elements_give_value_errors_only() -> None:
    chance = random.Random(690)
    refused = 0
    for _ in range(20_000):
        data = mutated(chance.choice(SEEDS)[:120], chance)
        try:
            outer = der.whole(data)
            for one in der.children(data, outer):
                der.children(data, one)
        except ValueError as problem:
            refused += 1
            assert str(problem)
        der.deviations(data)
    assert 1_000 < refused < 20_000


def levels() -> bytes:
    """A certificate that is one but for a field of many elements under as many indefinite lengths as are read."""
    many = tlv(0x30, b"\5\0" * 19_000) * 6
    for _ in range(der.MAX_INDEFINITE - 1):
        many = b"\x30\x80" + many + b"\0\0"
    return certificate(between=many)


@pytest.mark.parametrize(
    ("data", "reader"),
    [
        (b"\x30\x80" * 130_000, "hex"),
        (b"\x30\x83\x03\xff\x00" + b"\x30\x80" * 130_900, "hex"),
        (b"\x30\x83\x03\xff\x00" + b"\5\0" * 130_900, "hex"),
        (b"\x30\x82\xff\xff" + b"\x30\x84\x00\x0f\x00\x00" * 40_000, "hex"),
        (levels(), "lenient"),
        (certificate(subject=tlv(0x30, attribute("0603550403", b"x") * 15_000)), "cryptography"),
        (certificate(extensions=tuple(extension(f"06032a03{number:02x}", b"\5\0") for number in range(1, 100)) * 100), "lenient"),
    ],
    ids=["nested", "nested in one", "flat", "lengths", "levels", "attributes", "extensions"],
)
def test_as_much_malice_as_is_read_takes_no_time(data: bytes, reader: str) -> None:
    begun = time.process_time()
    assert reading.__wrapped__(data).read_by == reader
    assert time.process_time() - begun < 2

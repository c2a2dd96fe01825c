"""Fuzzing without a fuzzer: seeded mutation, the same inputs for the same seed."""

import hashlib
import random
import time
from collections.abc import Callable
from pathlib import Path

from probe.facts.noun import noun
from tests.fuzz.targets import Fuzzed

DEADLINE = 5.0
"""Seconds of processor time that one input may take, with whatever else the machine does; an honest one takes milliseconds."""
_INTERESTING = (0, 1, 0x16, 0x1F, 0x30, 0x7F, 0x80, 0x84, 0xA0, 0xFF)


@noun
class Found:
    """An input that a target did not stand, and what happened."""

    target: str
    data: bytes
    what: str

    def keep(self, folder: Path) -> Path:
        """Write the input to a file named after its content."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.target}-{hashlib.sha256(self.data).hexdigest()[:16]}"
        path.write_bytes(self.data)
        return path


def mutated(seed: bytes, other: bytes, chance: random.Random, longest: int) -> bytes:
    """One to six changes: bits, bytes, cuts, doubled and foreign pieces, other numbers."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0 if place < len(data):
                data[place] ^= 1 << chance.randrange(8)
            case 1 if place < len(data):
                data[place] = chance.choice(_INTERESTING)
            case 2:
                del data[place : place + chance.choice((1, 2, 4, 16, 200))]
            case 3:
                data[place:place] = chance.randbytes(chance.choice((1, 2, 4, 16)))
            case 4:
                data[place:place] = data[place : place + chance.randint(1, 64)]
            case 5:
                at = chance.randrange(len(other) + 1)
                data[place:place] = other[at : at + chance.randint(1, 200)]
            case 6 if len(data) > place + 2:
                data[place : place + 2] = ((int.from_bytes(data[place : place + 2]) + chance.choice((-1, 1, 256, 32767))) % 65536).to_bytes(2)
            case 7 if chance.random() < 0.2:
                del data[place:]
    return bytes(data[:longest])


def fuzz(target: Fuzzed, seed: int, more: Callable[[int], bool]) -> tuple[int, Found | None]:
    """Run a target with mutated inputs as long as ``more`` (of the number of runs) says; gives that number and the first finding."""
    chance = random.Random(seed)
    corpus = target.seeds()
    runs = 0
    for data in corpus:
        runs += 1
        if found := tried(target, data):
            return runs, found
    while more(runs):
        runs += 1
        if found := tried(target, mutated(chance.choice(corpus), chance.choice(corpus), chance, target.longest)):
            return runs, found
    return runs, None


def tried(target: Fuzzed, data: bytes) -> Found | None:
    """Run one input; what it raises, or that it takes too long, is a finding."""
    begun = time.process_time()
    try:
        target.run(data)
    except Exception as problem:
        return Found(target=target.name, data=data, what=f"{type(problem).__name__}: {problem}"[:500])
    took = time.process_time() - begun
    return Found(target=target.name, data=data, what=f"took {took:.1f} s") if took > DEADLINE else None

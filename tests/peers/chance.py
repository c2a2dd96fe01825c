"""Situations by chance: small meshes of CAs with random faults, random chains sent, random stores. The same seed gives the same shape."""

import random
from datetime import timedelta
from functools import cache
from typing import Any

from tests.peers.naming import HOST, PAST
from tests.peers.pki import UNKNOWN, Made, ca, leaf
from tests.peers.situations import FUTURE, Situation

_CA_FAULTS: tuple[dict[str, Any], ...] = (
    {"ca": False},
    {"ca": None},
    PAST,
    FUTURE,
    {"path_length": 0},
    {"identifiers": False},
    {"authority": b"\7" * 20},
    {"purposes": ("client",)},
    {"critical": UNKNOWN},
    {"permitted": ("dns:partner.example",)},
    {"excluded": ("dns:shop.example",)},
    {"damaged": True},
    {"usage": ("digital_signature",)},
    {"usage": ()},
    {"key": "rsa1024"},
    {"ends": timedelta(days=100)},
)
_LEAF_FAULTS: tuple[dict[str, Any], ...] = (
    PAST,
    FUTURE,
    {"identifiers": False},
    {"authority": b"\7" * 20},
    {"purposes": ("client",)},
    {"purposes": ("any",)},
    {"usage": ("key_agreement",)},
    {"critical": UNKNOWN},
    {"damaged": True},
    {"san": ("dns:other.example",)},
    {"san": (), "common": HOST},
    {"hash": "sha1"},
)


@cache
def by_chance(seed: int, count: int) -> tuple[Situation, ...]:
    """Make ``count`` situations; their names are those of ``labels``."""
    dice = random.Random(seed)
    return tuple(_one(dice, label) for label in labels(seed, count))


def labels(seed: int, count: int) -> tuple[str, ...]:
    """The names of the situations, for tests that are listed before a situation is made: making them takes every test process a second."""
    return tuple(f"chance-{seed}-{number}" for number in range(count))


def _one(dice: random.Random, label: str) -> Situation:
    roots = [ca(f"Root {number}", **_faults(dice, _CA_FAULTS, 0.2, identity=True)) for number in range(dice.randint(1, 3))]
    certificates: list[Made] = list(roots)
    middle: list[Made] = []
    for number in range(dice.randint(0, 4)):
        issuer = dice.choice(roots + middle)
        middle.append(ca(f"CA {number}", issuer, **_faults(dice, _CA_FAULTS, 0.2)))
    certificates += middle
    # Cross certificates, renewals and CAs with a new key: the same name again.
    for _ in range(dice.randint(0, 3)):
        old = dice.choice(certificates)
        common = str(old.subject).partition("CN=")[2].partition(")")[0]
        key = old.key if dice.random() < 0.7 else "p256"
        certificates.append(ca(common, dice.choice(roots + middle), **{**_faults(dice, _CA_FAULTS, 0.2), "key": key}))
    issuer = dice.choice(middle or roots)
    end = leaf(issuer if dice.random() < 0.95 else None, **_faults(dice, _LEAF_FAULTS, 0.3))
    above = [one for one in certificates if dice.random() < 0.75]
    if dice.random() < 0.6:
        above.reverse()
    else:
        dice.shuffle(above)
    anchors = [one for one in certificates if dice.random() < (0.6 if one in roots else 0.15)]
    if dice.random() < 0.05:
        anchors.append(end)
    dice.shuffle(anchors)
    return Situation(name=label, presented=(end, *above[:8]), anchors=tuple(anchors))


def _faults(dice: random.Random, choices: tuple[dict[str, Any], ...], chance: float, identity: bool = False) -> dict[str, Any]:
    """No fault, one, or rarely two. A root's own signature and issuer are never looked at, so those faults are left out there."""
    found: dict[str, Any] = {}
    while dice.random() < chance:
        one = dice.choice(choices)
        if not (identity and {"damaged", "authority"} & set(one)):
            found.update(one)
    return found

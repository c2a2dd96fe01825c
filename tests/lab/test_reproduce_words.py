"""Copies of endpoints that begin in plain text: the words before TLS and inside it are spoken again."""

import pytest

from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.lab.manners import Manners
from probe.lab.reproduce import reproduce
from probe.lab.scene import RISK
from probe.lab.shop import plain_shop
from probe.lab.stage import Stage
from probe.protocols import STARTTLS, named

WAYS = {
    "good": Manners(),
    "not offered": Manners(offers=False),
    "refused": Manners(refuses=True),
    "turned away": Manners(greets=False),
    "more plain text": Manners(adds=b"hello there\r\n"),
    "silent": Manners(stops=b""),
    "hangs up": Manners(stops=b"", hangs_up=True),
}
SHORT = ("--timeout", "0.8")


def seen_and_copied(manners: Manners) -> tuple[Observation, Observation, list[str]]:
    """The original, its copy, and what of the words was lost."""
    hurry = SHORT if manners.stops is not None else ()
    with Stage() as stage:
        first = observed(plain_shop(stage, manners, options=hurry, expects=RISK).arguments)
    with Stage() as stage:
        copy = reproduce(stage, codec.parse(Observation, codec.text(first)))
        return first, observed((*copy.arguments, *hurry)), [one for one in copy.losses if "words" in one]


@pytest.mark.parametrize("protocol", STARTTLS)
@pytest.mark.parametrize("way", WAYS)
def test_a_copy_speaks_as_the_original_did(protocol: str, way: str) -> None:
    how = WAYS[way]
    manners = Manners(protocol=protocol, offers=how.offers, refuses=how.refuses, greets=how.greets, adds=how.adds, stops=how.stops, hangs_up=how.hangs_up)
    first, again, losses = seen_and_copied(manners)
    one, other = diagnose(first), diagnose(again)
    assert not one.defects and not other.defects
    assert [found.code for found in one.findings] == [found.code for found in other.findings]
    assert one.verdict is other.verdict is (Verdict.WORKS if way in ("good", "more plain text") else Verdict.FAILS)
    if one.case.exchange:
        assert other.case.exchange and other.case.exchange.status == one.case.exchange.status
    assert (way not in ("good", "not offered")) or not losses
    assert bool(one.case.exchange) is (one.verdict is Verdict.WORKS and named(protocol).begin is not None)


def test_a_refusal_is_said_in_the_same_words() -> None:
    for protocol in ("smtp", "ftp", "imap", "pop3", "sieve"):
        for manners in (Manners(protocol=protocol, refuses=True), Manners(protocol=protocol, greets=False)):
            first, again, losses = seen_and_copied(manners)
            one, other = diagnose(first).case.start, diagnose(again).case.start
            assert one and other and dict(one.fields)["answer"] == dict(other.fields)["answer"] and not losses

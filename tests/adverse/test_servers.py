"""The other servers that a diagnosis asks, and endpoints that go mad in the middle: OCSP, lists, staples, DNS; hostile, endless, slow."""

import socket
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from probe.causes.words import Certainty, Effect, Verdict
from probe.diagnose import Diagnosis, diagnose
from probe.facts.observation import How, Observation
from probe.lab import raw_server, wire
from probe.lab.dns_server import Zone
from probe.lab.listener import Talk
from probe.lab.old_server import Old, old_server
from probe.lab.relay import narrow_path, size_limit
from probe.lab.revocation_shop import HARD, by_crl, by_ocsp
from probe.lab.scenario import Opens
from probe.lab.scene import Scene
from probe.lab.shop import GOOD_ZONE, HOST, credentials, hierarchy, open_raw, open_shop
from probe.lab.stage import Stage
from probe.lab.status import Wish, answer, refusal
from probe.lab.tls_server import Serving
from tests.adverse.conditions import CONTROLS, DNS, FLOOD, MARKUP, NEVER, SAYINGS, WEB, Conditions, endless, endless_head
from tests.adverse.harmless import assert_harmless, opener, seen

FAIR = Conditions(who=())
REVOKED, UNREACHABLE, MISSING, DISAGREE = "chain.revoked", "chain.revocation-unreachable", "chain.staple-missing", "dns.addresses-disagree"
TOO_LONG = (endless, endless_head)
LONGEST = 6.0
"""Seconds in which any of these checks is over, however long the other side goes on."""


def effects(found: Diagnosis) -> dict[str, Effect]:
    return {one.code: one.effect for one in (*found.findings, *found.explained) if one.effect is not Effect.NOTE}


def judged(opens: Opens, how: Conditions, *options: str) -> tuple[Observation, Diagnosis]:
    began = time.monotonic()
    _, observation = seen(opens, how, *options)
    assert time.monotonic() - began < LONGEST
    found = diagnose(observation)
    assert not found.defects
    assert_harmless(observation, found)
    return observation, found


@pytest.mark.parametrize("says", SAYINGS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("way", ["broken", "crl"])
def test_a_responder_that_says_anything_else_decides_nothing(way: str, says: Callable[[], Iterator[bytes]]) -> None:
    _, found = judged(opener(REVOKED, way), Conditions(who=(WEB,), web=says))
    # A list may be longer than what is read here: that is no fault, but it is told.
    unread = way == "crl" and says in TOO_LONG
    assert found.verdict is Verdict.WORKS and effects(found) == ({} if unread else {UNREACHABLE: Effect.RISKS})
    assert REVOKED in {one.code for one in found.not_observed}


@pytest.mark.parametrize("says", SAYINGS, ids=lambda one: one.__name__)
def test_who_insists_on_an_answer_is_refused_for_want_of_one(says: Callable[[], Iterator[bytes]]) -> None:
    _, found = judged(opener(UNREACHABLE, "mended"), Conditions(who=(WEB,), web=says))
    assert found.verdict is Verdict.FAILS and effects(found) == {UNREACHABLE: Effect.BREAKS}


@pytest.mark.parametrize("way", ["broken", "crl"])
def test_a_responder_that_drips_is_one_that_does_not_answer(way: str) -> None:
    observation, found = judged(opener(REVOKED, way), Conditions(who=(WEB,), piece=1, pause=0.25), "--timeout", "1.5")
    assert observation.took < 2 and {one.ending.how for one in observation.fetches} == {How.TIMED_OUT}
    assert found.verdict is Verdict.WORKS and effects(found) == {UNREACHABLE: Effect.RISKS}
    assert REVOKED in {one.code for one in found.not_observed}


def test_a_responder_that_drips_stops_who_insists() -> None:
    observation, found = judged(opener(UNREACHABLE, "mended"), Conditions(who=(WEB,), piece=1, pause=0.25), "--timeout", "1.5")
    assert observation.took < 2
    assert found.verdict is Verdict.FAILS and effects(found) == {UNREACHABLE: Effect.BREAKS}


@pytest.mark.parametrize("says", TOO_LONG, ids=lambda one: one.__name__)
def test_a_list_without_end_leaves_it_open_for_who_insists(says: Callable[[], Iterator[bytes]]) -> None:
    _, found = judged(insisting_on_a_list, Conditions(who=(WEB,), web=says))
    assert found.verdict is Verdict.UNDECIDED and effects(found) == {UNREACHABLE: Effect.BREAKS}
    assert found.cause and found.cause.certainty is Certainty.POSSIBLE and "larger than what is read" in found.cause.summary
    assert [one.remedy.action for one in found.prescribed] == ["repair-responder"]


def insisting_on_a_list(stage: Stage) -> Scene:
    made, _ = by_crl(stage)
    return open_shop(stage, made, made.root, options=HARD)


STAPLES = {
    "markup": f"{MARKUP}{CONTROLS}".encode(),
    "megabyte": FLOOD[:60_000],
    "half": answer(hierarchy().leaf)[:-40],
    "refusal": refusal(),
    "empty-sequence": b"\x30\x00",
}


@pytest.mark.parametrize("kind", STAPLES)
def test_a_staple_that_is_none_is_missing(kind: str) -> None:
    _, found = judged(partial(stapling, staple=lambda _made: STAPLES[kind]), FAIR)
    assert found.verdict is Verdict.WORKS and effects(found) == {MISSING: Effect.RISKS}


def test_the_staple_of_another_certificate_is_missing() -> None:
    _, found = judged(partial(stapling, staple=lambda _made: answer(hierarchy().leaf, Wish(revoked=4))), FAIR)
    assert found.verdict is Verdict.WORKS and effects(found) == {MISSING: Effect.RISKS}


def stapling(stage: Stage, staple: Callable[[object], bytes]) -> Scene:
    made, _ = by_ocsp(stage, must_staple=True)
    return open_shop(stage, credentials(made.leaf, made.intermediate, staple=staple(made)), made.root)


@pytest.mark.parametrize("way", ["drop", "garbage"])
def test_a_second_dns_server_that_gives_nothing_leaves_time_for_the_check(way: str) -> None:
    observation, found = judged(partial(two_resolvers, second=Zone(fails=(("*", way),))), FAIR, "--timeout", "2")
    assert found.verdict is Verdict.WORKS and observation.attempts
    assert effects(found).get(DISAGREE, Effect.RISKS) is Effect.RISKS
    assert DISAGREE in effects(found) or DISAGREE in {one.code for one in found.not_observed}


def test_dns_servers_that_are_too_late_decide_nothing() -> None:
    observation, found = judged(opener(DISAGREE, "broken"), Conditions(who=(DNS,), late=NEVER), "--timeout", "1.5")
    assert observation.took < 2.25 and not observation.attempts
    assert found.cause and found.cause.code == "dns.timeout" and DISAGREE not in effects(found)


def two_resolvers(stage: Stage, second: Zone) -> Scene:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    where = ("--resolver", stage.dns(GOOD_ZONE), "--resolver", stage.dns(second))
    return Scene(arguments=(f"https://{HOST}:{port}", *where, "--trust", stage.trust_file(made.root)))


def mad_after_old_offer(connection: socket.socket) -> None:
    """Refuse what current clients offer, and answer old suites with a certificate that never ends."""
    first = connection.recv(65536, socket.MSG_PEEK)
    old_server(Old(chain=(), suites=("RC4-SHA",)))(connection) if len(first) > 250 else raw_server.endless_certificate(connection)


def behind_box(stage: Stage) -> Scene:
    """A box resets a large ClientHello; behind it is a server that never ends."""
    return open_raw(stage, stage.raw(size_limit(stage.raw(raw_server.endless_certificate), reset=True)), ("--timeout", "3"))


def on_narrow_path(stage: Stage) -> Scene:
    """Large packets are lost, and what comes in small ones never ends."""
    return open_raw(stage, stage.raw(narrow_path(stage.raw(raw_server.endless_certificate))), ("--timeout", "3"))


def alerting(number: int) -> Opens:
    """Every ClientHello is answered by an alert, and then by a flood."""

    def talk(connection: socket.socket) -> None:
        wire.read_hello(connection)
        connection.sendall(wire.alert(number) + FLOOD)

    return partial(at_once, talk=talk)


def at_once(stage: Stage, talk: Talk) -> Scene:
    return open_raw(stage, stage.raw(talk), ("--timeout", "3"))


MAD: dict[str, tuple[Opens, tuple[str, ...]]] = {
    "tls.hello-size": (behind_box, ("tls.closed",)),
    # Whether the first few bytes are a packet of their own, which gets through, is chance.
    "tls.timeout": (on_narrow_path, ("tls.timeout", "tls.malformed")),
    "tls.legacy-only": (partial(at_once, talk=mad_after_old_offer), ("tls.cipher",)),
    "tls.cipher": (alerting(40), ("tls.cipher",)),
    "tls.version": (alerting(70), ("tls.version",)),
}
"""What is found where an endpoint goes mad in the middle of what would prove the code."""


@pytest.mark.parametrize("code", MAD)
def test_an_endpoint_that_goes_mad_proves_nothing_that_it_did_not_say(code: str) -> None:
    opens, causes = MAD[code]
    observation, found = judged(opens, FAIR)
    assert observation.took < 3.75
    assert found.verdict in (Verdict.FAILS, Verdict.UNDECIDED) and found.cause and found.cause.code in causes
    assert "path MTU" not in found.cause.summary

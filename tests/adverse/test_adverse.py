"""Every cause that came after the first release, in bad weather: hostile texts, floods of bytes, late and dripping servers change no diagnosis.

``ROWS`` has a row for each of these codes. What a server cannot be seen to do within the deadline is not called broken or fine for it.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import pytest

from probe.causes.catalogue import entries
from probe.causes.words import Certainty, Effect, Verdict
from probe.diagnose import diagnose
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.lab.scenario import codes
from probe.lab.scene import Scene
from probe.report.compose import compose, exit_code
from tests.adverse.conditions import PEERS, Conditions, under
from tests.adverse.harmless import assert_harmless, looked_at, opener
from tests.ahead import AT_ONCE, Ahead, ahead
from tests.lab.test_reproduce import essence

pytestmark = pytest.mark.no_cover  # which lines run is measured where the same is done once: measuring them here again doubles the time
FIRST_RELEASE = frozenset(
    (
        *("app.http-status", "app.protocol", "client.required", "clock.skew", "endpoint.expires-soon", "endpoint.inconsistent"),
        *("dns.no-address", "dns.nxdomain", "dns.refused", "dns.servfail", "dns.timeout"),
        *("tcp.refused", "tcp.reset", "tcp.timeout", "tcp.unreachable"),
        *("tls.alpn", "tls.cipher", "tls.closed", "tls.legacy-only", "tls.malformed", "tls.not-tls", "tls.sni-required", "tls.timeout", "tls.version"),
        *("chain.bad-signature", "chain.critical-extension", "chain.eku", "chain.expired", "chain.extra", "chain.intermediate-missing"),
        *("chain.issuer-rekeyed", "chain.issuer-unknown", "chain.name-constraints", "chain.not-a-ca", "chain.not-yet-valid", "chain.order"),
        *("chain.path-length", "chain.root-untrusted", "chain.self-signed", "chain.weak-key", "chain.weak-signature"),
        *("name.cn-only", "name.ip-not-in-san", "name.mismatch", "name.wildcard"),
        *("trust.anchor-expired", "trust.only-intermediate", "trust.store-empty", "trust.store-unreadable"),
    )
)
"""The catalogue of version 0.1.0. A code that is not in it needs a row."""


@noun
class Row:
    """One way in which a code shows: ``way`` is "broken" or a variant of its scenario.

    ``dripping`` is the cause that is found in its place when the endpoint needs longer for its words than there is time.
    ``doubtful``: hostile texts make it less sure, because there are URLs among them that other clients may follow.
    ``unmarked`` is the cause that is left, and likely, when hostile texts stand in the names by which marks know an environment.
    ``early``: it lies in the user's own files, so it is found whatever becomes of the connection.
    """

    code: str
    way: str = "broken"
    dripping: str = "tls.timeout"
    doubtful: bool = False
    unmarked: str = ""
    early: bool = False


CLIENT = ("chain-incomplete", "eku", "expired", "key-unusable", "not-sent", "not-yet-valid", "rejected", "revoked", "unexpected", "untrusted", "weak")
ROWS = (
    Row(code="tls.hello-size", dripping="tls.closed"),
    Row(code="tls.hello-size", way="swallowed"),
    Row(code="tls.hello-size", way="one-segment", dripping="tls.closed"),
    *(Row(code=f"starttls.{name}", dripping="starttls.timeout") for name in ("unsupported", "refused", "injected", "timeout", "closed")),
    Row(code="starttls.protocol", dripping="starttls.protocol"),
    Row(code="starttls.unsupported", way="imap", dripping="starttls.timeout"),
    Row(code="starttls.refused", way="host", dripping="starttls.timeout"),
    Row(code="starttls.refused", way="controller", dripping="starttls.timeout"),
    Row(code="tls.timeout"),
    Row(code="tls.no-certificate", dripping="tls.closed"),
    Row(code="tls.no-certificate", way="reset", dripping="tls.closed"),
    Row(code="name.directory-host"),
    Row(code="app.ldap"),
    Row(code="tls.timeout", way="path-mtu"),
    Row(code="tls.cipher"),
    Row(code="tls.version"),
    Row(code="tls.legacy-only"),
    Row(code="tls.legacy-only", way="small-dh"),
    Row(code="tls.legacy-only", way="triple-des"),
    Row(code="tls.legacy-only", way="ssl3"),
    Row(code="tls.legacy-only", way="export-dh"),
    Row(code="tls.legacy-only", way="refused-dh"),
    Row(code="chain.stale-cross-sign"),
    Row(code="chain.leaf-is-ca"),
    Row(code="chain.validity-too-long"),
    Row(code="chain.strict-profile"),
    Row(code="chain.distrusted-ca"),
    Row(code="chain.ct-missing"),
    Row(code="chain.intercepted"),
    Row(code="chain.pin-mismatch"),
    Row(code="chain.revoked"),
    Row(code="chain.revoked", way="crl"),
    Row(code="chain.revoked", way="staple"),
    Row(code="chain.revocation-unreachable", doubtful=True),
    Row(code="chain.staple-missing"),
    Row(code="dns.addresses-disagree"),
    Row(code="dns.caa", way="above"),
    Row(code="dns.tlsa-mismatch"),
    Row(code="proxy.unreachable", dripping="proxy.unreachable"),
    *(Row(code=f"proxy.{name}", dripping="proxy.target-unreachable") for name in ("auth-required", "denied", "protocol", "target-unreachable")),
    Row(code="endpoint.rollover-pending"),
    Row(code="endpoint.rollover-pending", way="one-of-two"),
    Row(code="endpoint.profile-mismatch"),
    Row(code="trust.store-not-used"),
    *(Row(code=f"client.{name}") for name in CLIENT),
    Row(code="client.not-on-file"),
    *(Row(code=f"app.{name}") for name in ("address-not-allowed", "unknown-identity")),
    Row(code="app.mqtt-refused"),
    Row(code="client.id-in-use"),
    Row(code="client.issuer-not-registered"),
    Row(code="client.issuer-not-registered", way="intermediate"),
    Row(code="environment.client-certificate", unmarked="client.untrusted", early=True),
    Row(code="environment.server"),
    Row(code="environment.trust-store", unmarked="chain.root-untrusted", early=True),
)
UNCONNECTED = frozenset({"client.key-mismatch"})
"""Causes that end a check before any connection, as a key of another certificate does: there is no weather then."""
TEXTS = Conditions(texts=True)
FLOODED = Conditions(flood=True, piece=4096)
LATE = Conditions(late=0.3, piece=200, pause=0.002)
DRIPPING = Conditions(who=(PEERS,), piece=1, pause=0.2)
KEPT = {"hostile texts": TEXTS, "flood": FLOODED, "late": LATE}
SECONDS = 1.0
SLOW_AT_ONCE = 5
"""Fewer than elsewhere where servers take their time: what is asserted is also that the time suffices, or is not exceeded."""
MENDED = tuple(Row(code=code, way="mended") for code in dict.fromkeys(one.code for one in ROWS))
Seen = tuple[Scene, Observation, float]
"""A scenario, what was seen of it, and the seconds that it took from opening it."""


@noun
class Weather:
    """Conditions that hold for the whole process, and what is seen of a row in them."""

    how: Conditions
    seen: Ahead[Row, Seen]


def look(row: Row, *options: str) -> Seen:
    began = time.monotonic()
    scene, observation = looked_at(opener(row.code, row.way), *options)
    return scene, observation, time.monotonic() - began


@cache
def in_fair_weather() -> dict[Row, Future[Seen]]:
    """All are done when this returns; what went wrong is for the test that asks for it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {row: pool.submit(look, row) for row in ROWS}


@cache
def usual(row: Row) -> tuple[object, ...]:
    """What the diagnosis should stay."""
    return essence(diagnose(in_fair_weather()[row].result()[1]))


@pytest.fixture(scope="module")
def weather(request: pytest.FixtureRequest) -> Iterator[Weather]:
    """One weather after the other: pytest groups the tests by it."""
    if request.param == "dripping":
        with under(DRIPPING), ahead(lambda row: look(row, "--timeout", str(SECONDS)), ROWS, SLOW_AT_ONCE) as every:
            yield Weather(how=DRIPPING, seen=every)
        return
    # Before the weather turns.
    in_fair_weather()
    how = KEPT[request.param]
    with under(how), ahead(look, (*ROWS, *MENDED), SLOW_AT_ONCE if how.late else AT_ONCE) as every:
        yield Weather(how=how, seen=every)


def named(rows: tuple[Row, ...]) -> list[str]:
    return [f"{one.code} {one.way}" for one in rows]


def test_every_newer_code_has_a_row() -> None:
    listed = {one.code for one in ROWS}
    # That every cause has a scenario is asked in tests/causes/test_catalogue.py.
    # Causes of files make no connection; hostile and damaged files are in tests/inspect and tests/formats.
    shown = {one.code for one in entries() if one.stage != "file"} & set(codes())
    assert sorted(shown - FIRST_RELEASE - listed - UNCONNECTED) == [] and listed <= shown and not listed & UNCONNECTED
    assert {one.code for one in entries()} > FIRST_RELEASE
    assert len(set(named(ROWS))) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=named(ROWS))
@pytest.mark.parametrize("weather", KEPT, indirect=True)
def test_the_diagnosis_stays(row: Row, weather: Weather) -> None:
    how = weather.how
    scene, observation, _ = weather.seen(row)
    found = diagnose(observation)
    assert not found.defects
    assert found.verdict == scene.expects.verdict
    if row.doubtful and how.texts:
        assert [(one.code, one.effect, one.certainty) for one in found.findings] == [(row.code, Effect.BREAKS, Certainty.LIKELY)]
    elif row.unmarked and how.texts:
        assert [(one.code, one.effect, one.certainty) for one in found.findings] == [(row.unmarked, Effect.BREAKS, Certainty.LIKELY)]
    else:
        assert essence(found) == usual(row)
    assert_harmless(observation, found)


@pytest.mark.parametrize("row", MENDED, ids=[one.code for one in MENDED])
@pytest.mark.parametrize("weather", KEPT, indirect=True)
def test_what_is_mended_works_in_any_weather(row: Row, weather: Weather) -> None:
    _, observation, _ = weather.seen(row)
    found = diagnose(observation)
    assert found.verdict is Verdict.WORKS and not found.defects
    assert not [one for one in found.findings if one.effect is not Effect.NOTE]
    assert_harmless(observation, found)


@pytest.mark.parametrize("row", ROWS, ids=named(ROWS))
@pytest.mark.parametrize("weather", ["dripping"], indirect=True)
def test_an_endpoint_that_drips_is_too_slow_and_nothing_else(row: Row, weather: Weather) -> None:
    _, observation, seconds = weather.seen(row)
    assert observation.took < SECONDS + 0.75 and seconds < SECONDS + 6
    found = diagnose(observation)
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code == row.dripping
    assert not found.defects and exit_code(compose((found,))) == 1
    if row.early:
        assert row.code in {one.code for one in found.findings}
    elif row.code not in (row.dripping, "dns.addresses-disagree"):
        assert row.code not in {one.code for one in (*found.findings, *found.explained)}
        assert row.code.startswith(("tls.", "starttls.closed")) or row.code in {one.code for one in found.not_observed}
    assert_harmless(observation, found)

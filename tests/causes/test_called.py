"""What a caller's behaviour means, for the behaviours that no client of this machine shows: facts of a call, altered."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.x509 import load_der_x509_certificate

from probe.case import called as reading_calls
from probe.causes.called_trust import CERTIFICATE_ALERTS, ELSEWHERE, OWN, SAYS
from probe.causes.catalogue import entry
from probe.causes.words import Certainty, Effect, Verdict
from probe.diagnose import Diagnosis, diagnose
from probe.facts.certificate import Certificate
from probe.facts.identity import Identity
from probe.facts.listening import Listening
from probe.facts.observation import Alert, Call, Ending, Handshake, How, Local, Observation, Question, Vantage
from probe.facts.target import Target
from probe.facts.trust import TrustStore
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits
from probe.remedies import remedy
from probe.report.compose import compose
from probe.tls.answering import Answering, answer_with
from probe.tls.credential import Credential
from probe.tls.engine import Engine

HOST = "api.partner.example"
TOP = authority("Called Root CA")
MIDDLE = TOP.intermediate("Called Issuing CA")
LEAF = MIDDLE.issue(HOST)
VERSIONS = ("TLSv1.2", "TLSv1.3")


def clock() -> float:
    return 0.5


def call(*chain: Issued, highest: str = "TLSv1.3", sni: str = HOST, finished: bool = False) -> Observation:
    """A caller that got our flight and has said nothing since, or completed the handshake."""
    credential = Credential(tuple(load_der_x509_certificate(one.der) for one in chain), chain[0].key)
    context, _ = answer_with(credential)
    server = Answering(context=context, now=clock)
    client = Engine(sni=sni, question=Question(tls_max=highest), alpn=(), now=clock)
    server.incoming(client.outgoing())
    client.incoming(server.outgoing())
    for _ in range(4 if finished else 0):
        server.incoming(client.outgoing())
        client.incoming(server.outgoing())
    ending = Ending(how=How.DONE) if finished else Ending(how=How.CLOSED)
    made = server.record(started=0.0, took=1.0, ending=ending)
    return seen(made, *chain)


def seen(made: Handshake | None, *chain: Issued, temporary: bool = False, pin: object = None) -> Observation:
    certificates = tuple(Certificate(der=one.der) for one in chain)
    target = Target(
        spelled="8443", protocol="https", host=HOST, port=8443, name=HOST, sni=None, trust=("none",), fetch=False, listening=Listening(temporary=temporary)
    )
    one = Call(
        started=0.0, took=1.0, ending=made.ending if made else Ending(how=How.CLOSED), address="192.0.2.9", port=40000, local="192.0.2.1", handshake=made
    )
    return Observation(
        probe="0", taken_at=datetime.now(UTC), vantage=Vantage(host="here"), target=target, calls=(one,), served=Identity(source="f", certificates=certificates)
    )


def refused(observation: Observation, number: int, sent: bool = False) -> Observation:
    """The same, with an alert at the end."""
    (one,) = observation.calls
    assert one.handshake
    ending = Ending(how=How.LOCAL, local=Local.ENGINE, code=number) if sent else Ending(how=How.DECLINED, code=number)
    alert = Alert(at=0.9, sent=sent, level=2, description=number)
    return replace(observation, calls=(replace(one, ending=ending, handshake=replace(one.handshake, ending=ending, alerts=(alert,))),))


def cause(observation: Observation) -> tuple[str, Certainty]:
    found = diagnose(observation)
    assert not found.defects and found.cause
    compose((found,))
    return found.cause.code, found.cause.certainty


PLAIN = (
    (42, "chain.root-untrusted", Certainty.LIKELY),
    (43, "chain.weak-signature", Certainty.POSSIBLE),
    (44, "chain.revoked", Certainty.LIKELY),
    (45, "clock.skew", Certainty.LIKELY),
    (46, "chain.root-untrusted", Certainty.LIKELY),
    (48, "chain.root-untrusted", Certainty.PROVEN),
    (49, "chain.root-untrusted", Certainty.LIKELY),
    (51, "chain.issuer-rekeyed", Certainty.LIKELY),
    (113, "chain.staple-missing", Certainty.LIKELY),
    (70, "tls.version", Certainty.PROVEN),
    (71, "tls.cipher", Certainty.PROVEN),
    (40, "tls.cipher", Certainty.LIKELY),
    (47, "tls.cipher", Certainty.LIKELY),
    (120, "tls.alpn", Certainty.PROVEN),
    (10, "tls.malformed", Certainty.LIKELY),
    (200, "tls.malformed", Certainty.LIKELY),
)


@pytest.mark.parametrize("highest", VERSIONS)
@pytest.mark.parametrize(("number", "code", "certainty"), PLAIN)
def test_an_alert_about_a_chain_without_fault(number: int, code: str, certainty: Certainty, highest: str) -> None:
    assert cause(refused(call(LEAF, MIDDLE, TOP, highest=highest), number)) == (code, certainty)


FAULTS = (
    (
        "chain.expired",
        (MIDDLE.issue(HOST, traits=Traits(starts=-90, ends=-3)), MIDDLE, TOP),
        {45: Certainty.PROVEN, 42: Certainty.LIKELY, 46: Certainty.LIKELY},
    ),
    ("chain.not-yet-valid", (MIDDLE.issue(HOST, traits=Traits(starts=3, ends=90)), MIDDLE, TOP), {42: Certainty.LIKELY, 45: Certainty.PROVEN}),
    ("chain.eku", (MIDDLE.issue(HOST, traits=Traits(extended_key_usage=("client",))), MIDDLE, TOP), {43: Certainty.PROVEN, 46: Certainty.LIKELY}),
    ("name.mismatch", (MIDDLE.issue("other.example"), MIDDLE, TOP), {46: Certainty.LIKELY, 42: Certainty.LIKELY}),
)


@pytest.mark.parametrize(("code", "chain", "alerts"), FAULTS, ids=[code for code, _, _ in FAULTS])
def test_an_alert_that_fits_a_fault_of_ours(code: str, chain: tuple[Issued, ...], alerts: dict[int, Certainty]) -> None:
    for number, certainty in alerts.items():
        assert cause(refused(call(*chain), number)) == (code, certainty), number


@pytest.mark.parametrize(("code", "chain", "_alerts"), FAULTS, ids=[code for code, _, _ in FAULTS])
def test_an_unknown_issuer_is_not_explained_by_another_fault(code: str, chain: tuple[Issued, ...], _alerts: object) -> None:
    found = diagnose(refused(call(*chain), 48))
    assert found.cause and found.cause.code == "chain.root-untrusted"
    assert {one.code: one.effect for one in found.findings}[code] is Effect.RISKS


def test_without_a_name_nothing_is_said_against_ours() -> None:
    observation = call(MIDDLE.issue("other.example"), MIDDLE, TOP)
    (one,) = observation.calls
    assert one.handshake
    hello = next(message for message in one.handshake.messages if not message.sent)
    nameless = replace(one.handshake, sni=None, messages=tuple(message for message in one.handshake.messages if message is not hello))
    found = diagnose(refused(replace(observation, calls=(replace(one, handshake=nameless),)), 46))
    assert not [finding for finding in found.findings if finding.code.startswith("name.")]


@pytest.mark.parametrize("name", ["x;y", "-rf", "a b", "\u202e.example", "x" * 300, "192.0.2.1%eth0", "$(id)"])
def test_a_name_that_is_none_is_never_judged_nor_copied(name: str) -> None:
    observation = refused(call(LEAF, MIDDLE, TOP), 46)
    (one,) = observation.calls
    assert one.handshake
    odd = replace(one, handshake=replace(one.handshake, sni=name))
    assert reading_calls.reference(odd) is None
    (result,) = compose((diagnose(replace(observation, calls=(odd,))),)).results
    assert all(name not in command for step in (step for remedy in result.remedies for step in remedy.steps) for command in step.commands)


def test_hanging_up_on_a_public_chain_proves_nothing() -> None:
    observation = call(LEAF, MIDDLE)
    listed = TrustStore(source="certifi", kind="certifi", path="c", size=1, certificates=(Certificate(der=TOP.der),))
    found = diagnose(replace(observation, compared=(listed,)))
    assert found.verdict is Verdict.UNDECIDED and found.cause and found.cause.code == "tls.closed"
    assert "chain.root-untrusted" in dict(found.candidates)


def test_hanging_up_on_a_private_chain_is_likely_distrust() -> None:
    found = diagnose(call(LEAF, MIDDLE))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("chain.root-untrusted", Certainty.LIKELY)
    assert "tls.closed" in dict(found.candidates)


def test_an_intermediate_that_is_known_here_and_was_not_sent() -> None:
    observation = call(LEAF)
    known = TrustStore(source="system", kind="system", path="s", size=2, certificates=(Certificate(der=TOP.der), Certificate(der=MIDDLE.der)))
    found = diagnose(refused(replace(observation, compared=(known,)), 48))
    assert found.cause and found.cause.code == "chain.intermediate-missing"


def test_a_caller_that_completes_the_handshake_decides_nothing() -> None:
    found = diagnose(call(LEAF, MIDDLE, finished=True))
    assert found.verdict is Verdict.UNDECIDED and found.cause and found.cause.code == "tls.closed"
    named = diagnose(call(MIDDLE.issue("other.example"), MIDDLE, finished=True))
    assert named.cause and (named.cause.code, named.verdict) == ("name.mismatch", Verdict.FAILS)


def test_the_tables_name_what_exists() -> None:
    codes = {*OWN, *(code for those in CERTIFICATE_ALERTS.values() for code in those), *(one[0] for one in ELSEWHERE.values())}
    assert all(entry(code) for code in codes)
    assert set(CERTIFICATE_ALERTS) == set(SAYS) and set(ELSEWHERE) <= set(CERTIFICATE_ALERTS)


@contextmanager
def broken(monkeypatch: pytest.MonkeyPatch, place: str) -> Iterator[None]:
    def crash(*_given: object) -> object:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(place, crash)
        yield


@pytest.mark.parametrize("place", ["probe.causes.called.faults", "probe.causes.called.presented", "probe.causes.called._outcome"])
def test_a_judgement_that_crashes_is_fenced(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    observation = refused(call(LEAF, MIDDLE, TOP), 48)
    with broken(monkeypatch, place):
        found: Diagnosis = diagnose(observation)
    assert [kind for _, kind in found.defects] == ["ZeroDivisionError"]


@pytest.mark.parametrize("action", ["call-with-tls", "show-real-certificate", "ask-caller"])
def test_what_only_a_call_needs_is_there(action: str) -> None:
    assert remedy(action).steps

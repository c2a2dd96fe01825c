"""What to ask next. Pure: from what is known to the questions that would still decide something.

The first connection does what an ordinary client does. Only when it leaves more than one cause possible do further questions
follow, each as an attempt of its own. A healthy endpoint is therefore asked once for each of its addresses.
"""

from dataclasses import replace
from ipaddress import ip_address

from probe.case.case import AGAIN, Case, cases, step
from probe.case.path import Path, Why
from probe.case.revocation import OFF, standings
from probe.facts.noun import noun
from probe.facts.observation import Handshake, How, Local, Observation, Question
from probe.facts.target import Target

ORDINARY = "ordinary"
FETCHES = 8
"""Issuer URLs that are followed in one check. Real chains name one for each certificate and have at most four."""
STATUSES = 8
"""OCSP and CRL URLs that are asked in one check: two for each certificate below the root of a long chain."""
AT_ONCE, HELD = 2, 16 * 1024 * 1024
"""Lists that are asked for in one round, and bytes of answers after which no further list is: a saved observation must be small enough to be read again."""
ASKED_ADDRESSES = 2
"""Failing addresses that are asked further questions; the others are only compared."""
PROTOCOL_VERSION, UNRECOGNIZED_NAME, NO_APPLICATION_PROTOCOL = 70, 112, 120
LARGE = 1000
"""Bytes of a ClientHello from which its size may be what a box on the path does not like; without a post-quantum share it has a few hundred."""
PIECE = 500
"""Bytes to write at once, so that a large ClientHello comes in several TCP segments, each of them small."""
SMALL_SEGMENT = 536
"""The TCP segment that every path carries (RFC 9293 section 3.7.1)."""
OBSOLETE = frozenset({40, 70, 71})
"""Alerts with which either side says that it has no version or cipher suite in common with the other."""
UNSAYING = frozenset({0, 90})
"""Alerts that are no refusal: close_notify and user_canceled."""
UNDECODABLE = frozenset({10, 20, 22, 42, 50, 51})
"""Alerts with which our own engine says that it could not read something; older settings would not help."""


@noun
class Ask:
    """Connect to this address and ask this question."""

    question: Question
    address: str
    port: int


@noun
class FetchIssuer:
    """Get the certificate of an issuer from the URL that a certificate names."""

    url: str


@noun
class FetchStatus:
    """Ask whether a certificate is revoked: ``purpose`` is ocsp or crl, ``request`` what is posted to the URL."""

    url: str
    purpose: str
    request: bytes = b""


Todo = Ask | FetchIssuer | FetchStatus


def first(target: Target, addresses: tuple[str, ...]) -> tuple[Ask, ...]:
    """The ordinary question to every address, as often as the target says."""
    names = (ORDINARY, *(f"{AGAIN}{number}" for number in range(2, target.repeat + 1)))
    questions = [Question(name=one, with_sni=target.sni is not None, tls_min=target.tls_min, tls_max=target.tls_max, app=target.app) for one in names]
    return tuple(Ask(question=question, address=one, port=target.connect_port or target.port) for question in questions for one in addresses)


def further(observation: Observation) -> tuple[Todo, ...]:
    """The questions and fetches that would still decide something; empty when nothing would."""
    asks: list[Ask] = []
    failing = [one for one in cases(observation) if one.connected and _open(one)]
    for case in failing[:ASKED_ADDRESSES]:
        asked = {one.question.name for one in case.attempts}
        asks += [
            Ask(question=one, address=case.address or "", port=case.target.connect_port or case.target.port)
            for one in _questions(case)
            if one.name not in asked
        ]
    return (*asks, *_fetches(observation, failing), *_statuses(observation))


def _open(case: Case) -> bool:
    """Whether something stands in the way that a further question could explain."""
    return not case.established or not case.chain_accepted


def _questions(case: Case) -> tuple[Question, ...]:
    one = case.handshake
    if one is None:
        return ()
    wanted: list[Question] = []
    if one.sni is None and _is_name(case.target.name):
        wanted.append(Question(name="with-sni", with_sni=True, tls_min=case.target.tls_min, tls_max=case.target.tls_max, app=False))
    if case.established:
        return tuple(wanted)
    if one.ending.local is Local.INTERRUPTED:
        return ()
    if case.target.tls_min or case.target.tls_max:
        wanted.append(Question(name="any-version", with_sni=one.sni is not None, app=False))
    if not one.received:
        wanted.append(Question(name="plaintext", plaintext=True, with_sni=False, app=False))
    if one.first_bytes:
        return tuple(wanted)
    return (*wanted, *_retries(case, one))


def _retries(case: Case, one: Handshake) -> tuple[Question, ...]:
    named = one.sni is not None
    legacy = Question(name="legacy", with_sni=named, tls_min="TLSv1", security_level=0, legacy_renegotiation=True, app=False)
    nameless = (Question(name="without-sni", with_sni=False, app=False),) if named else ()
    small = Question(name="tls12", with_sni=named, tls_max="TLSv1.2", app=False)
    ours = next((alert.description for alert in one.alerts if alert.sent and alert.description), None)
    theirs = next((alert.description for alert in one.alerts if not alert.sent and alert.description), None)
    if theirs == UNRECOGNIZED_NAME:
        return nameless
    if theirs == NO_APPLICATION_PROTOCOL:
        return (Question(name="without-alpn", with_sni=named, with_alpn=False, app=False),)
    if theirs is None and one.ending.local is Local.ENGINE:
        return () if ours in UNDECODABLE else (legacy, *_obsolete(case, one))
    if case.hello and case.hello.certificate_requested:
        return ()
    if theirs == PROTOCOL_VERSION:
        return (legacy, *_obsolete(case, one))
    if theirs is not None:
        return (legacy, small, *nameless, *_obsolete(case, one))
    if one.ending.how in (How.CLOSED, How.RESET, How.TIMED_OUT):
        return (*_sizes(case, one), small, legacy, *nameless, *_obsolete(case, one))
    return ()


def _sizes(case: Case, one: Handshake) -> tuple[Question, ...]:
    """The same offer in another shape, where the size of the ClientHello or of the packets may be the reason of the silence."""
    usual = Question(with_sni=one.sni is not None, tls_min=case.target.tls_min, tls_max=case.target.tls_max, app=False)
    wanted: list[Question] = []
    if not one.received and one.hello_size >= LARGE:
        wanted += [replace(usual, name="small-hello", groups=("secp256r1",)), replace(usual, name="hello-in-pieces", segment=PIECE)]
    if one.ending.how is How.TIMED_OUT:
        wanted.append(replace(usual, name="small-segments", mss=SMALL_SEGMENT))
    return tuple(wanted)


def _obsolete(case: Case, one: Handshake) -> tuple[Question, ...]:
    """Hand-made ClientHellos, once the engine with everything old allowed had no more success than the ordinary client."""
    found = step(case.asked("legacy"), Handshake)
    if found is None or any(other.ending.how is How.DONE for other in case.handshakes) or not (_nothing_common(one) and _nothing_common(found)):
        return ()
    if case.plaintext and case.plaintext.received:
        return ()
    return tuple(Question(name=kind, with_sni=one.sni is not None, app=False, raw=kind) for kind in ("old-suites", "ssl3"))


def _nothing_common(one: Handshake) -> bool:
    """Whether a handshake ended as one does whose two sides have no version or suite in common: by an alert that says so, or without a word."""
    said = {alert.description for alert in one.alerts} - UNSAYING
    return bool(said & OBSOLETE) if said else one.ending.how in (How.CLOSED, How.RESET)


def _fetches(observation: Observation, failing: list[Case]) -> tuple[FetchIssuer, ...]:
    if not observation.target.fetch:
        return ()
    known = {one.url for one in observation.fetches if one.purpose == "issuer"}
    urls = dict.fromkeys(url for case in failing for path in case.paths.paths for url in _issuer_urls(path) if url not in known)
    return tuple(FetchIssuer(url=url) for url in list(urls)[: max(0, FETCHES - len(known))])


def _statuses(observation: Observation) -> tuple[FetchStatus, ...]:
    """For each certificate whose status is not known yet, the next place to ask; what a staple says need not be asked for."""
    if observation.target.revocation == OFF or not observation.target.fetch:
        return ()
    asked = [one for one in observation.fetches if one.purpose != "issuer"]
    lists = AT_ONCE if sum(len(one.body) for one in asked) <= HELD else 0
    waiting = dict.fromkeys(one.open[0] for case in cases(observation) if case.presented for one in standings(case) if one.open)
    wanted = [one for one in waiting if one.purpose == "ocsp"] + [one for one in waiting if one.purpose == "crl"][:lists]
    return tuple(FetchStatus(url=one.url, purpose=one.purpose, request=one.request) for one in wanted[: max(0, STATUSES - len(asked))])


def _issuer_urls(path: Path) -> tuple[str, ...]:
    """Where the certificate at the open end of a path says that its issuer's can be had (RFC 5280 section 4.2.2.1)."""
    return tuple(url for one in path.objections if one.why in (Why.ISSUER_UNKNOWN, Why.ISSUER_REKEYED) for url in one.about.read.ca_issuers[:2])


def _is_name(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return "." in name
    return False

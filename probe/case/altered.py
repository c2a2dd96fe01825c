"""The facts as they would be after a remedy: each alteration makes another observation, to be judged again.

An alteration gives ``None`` when it cannot be tried on what is known.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from probe.case.build import end_entity
from probe.case.case import Case, is_again
from probe.case.http_date import http_date
from probe.case.path import Origin
from probe.case.revocation import OFF, standings
from probe.case.status import Status
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.observation import Attempt, Connect, Exchange, Handshake, Message, Observation, Preamble, Tunnel
from probe.facts.trust import TrustStore
from probe.tls.messages import presented, reading

Step = Connect | Tunnel | Preamble | Handshake | Exchange
Alteration = Callable[[Observation, tuple[Certificate, ...], str | None], Observation | None]
CERTIFICATE_MESSAGE = 11


def trust_root(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The root at the top of the presented or fetched chain is in the trust store."""
    case = Case(observation, address)
    tops = [path.links[-1].certificate for path in case.paths.paths if is_self_issued(path.links[-1].certificate)]
    wanted = [one for one in tops if one not in case.anchors and one != case.leaf]
    return _with_anchors(observation, (wanted[0],)) if wanted else None


def trust_leaf(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """Exactly the server's own certificate is in the trust store."""
    leaf = Case(observation, address).leaf
    return _with_anchors(observation, (leaf,)) if leaf else None


def send_chain(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The server sends its own certificate first and then each issuer on the nearest path, without the root."""
    case = Case(observation, address)
    own = end_entity(case.presented, case.target.name) if case.presented else None
    if own:
        first = (case.presented[own], *case.presented[:own], *case.presented[own + 1 :])
        case = Case(_sending(observation, case.presented, first), address)
    path = case.nearest
    if path is None:
        return None
    links = [
        one.certificate
        for number, one in enumerate(path.links)
        if number == 0 or not (is_self_issued(one.certificate) or (one.origin is Origin.STORE and one.anchor))
    ]
    sent = tuple(links)
    return _sending(observation, Case(observation, address).presented, sent) if sent != Case(observation, address).presented else None


def use_certificate_name(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The client uses a name that stands in the certificate."""
    check = Case(observation, address).names
    plain = [one for one in check.good_for if re.fullmatch(r"(\*\.)?[A-Za-z0-9_.:-]{1,253}", one)] if check else []
    names = [one for one in plain if "*" not in one] or [one.replace("*", "www", 1) for one in plain if one.startswith("*.")]
    return replace(observation, target=replace(observation.target, name=names[0], spelled=names[0])) if names else None


def ask_with_sni(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The client sends the name in its ClientHello."""
    return _instead(observation, "with-sni")


def ask_any_version(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The client allows every TLS version."""
    return _instead(observation, "any-version")


def ask_without_alpn(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The client offers no application protocol."""
    return _instead(observation, "without-alpn")


def ask_small_hello(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The ClientHello is small."""
    return _instead(observation, "small-hello")


def ask_tls12(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The client offers TLS 1.2 at most."""
    return _instead(observation, "tls12")


def ask_legacy(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The client allows what is outdated."""
    return _instead(observation, "legacy")


def ask_small_segments(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """Both sides send small packets."""
    return _instead(observation, "small-segments")


def ask_without_identity(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The client presents no certificate."""
    return _instead(observation, "without-identity")


def ask_whole_identity(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The client sends the intermediates above its certificate too."""
    changed = _instead(observation, "identity-whole")
    if changed is None or changed.identity is None:
        return None
    added = tuple(one for one in about if one not in changed.identity.certificates)
    return replace(changed, identity=replace(changed.identity, certificates=(*changed.identity.certificates, *added)))


def within_validity(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """A moment at which the certificates in question are valid, the nearest to now, stands for renewed ones."""
    begins = [one.read.not_before for one in about if one.read.not_before]
    ends = [one.read.not_after for one in about if one.read.not_after]
    if not begins or not ends or max(begins) > min(ends):
        return None
    margin = min(timedelta(minutes=1), (min(ends) - max(begins)) / 2)
    now = observation.target.at or observation.taken_at
    return replace(observation, target=replace(observation.target, at=min(max(now, max(begins) + margin), min(ends) - margin)))


def server_clock(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The clock of this machine shows what the server's shows."""
    said = server_time(Case(observation, address))
    return replace(observation, target=replace(observation.target, at=said)) if said else None


def status_good(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The certificates in question are good, and that can be seen. Not tried while others are not, which this would hide."""
    bad = {one.certificate for one in standings(Case(observation, address)) if one.status in (Status.REVOKED, Status.UNREACHABLE, Status.UNKNOWN)}
    return replace(observation, target=replace(observation.target, revocation=OFF)) if bad <= set(about) else None


def without(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The server no longer sends these certificates; its own is always sent."""
    sent = Case(observation, address).presented
    kept = (*sent[:1], *(one for one in sent[1:] if one not in about))
    return _sending(observation, sent, kept) if kept != sent else None


def trust_compared(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The stores that were only looked into are trusted too."""
    return replace(observation, stores=(*observation.stores, *observation.compared)) if observation.compared else None


def count_all(observation: Observation, about: tuple[Certificate, ...], address: str | None) -> Observation | None:
    """The trust stores are written so that every client counts all that is in them."""
    if not any(one.uncounted for one in observation.stores):
        return None
    return replace(observation, stores=tuple(replace(one, uncounted=()) for one in observation.stores))


ALTERATIONS: Mapping[str, Alteration] = MappingProxyType(
    {
        one.__name__.replace("_", "-"): one
        for one in (trust_root, trust_leaf, send_chain, use_certificate_name, ask_with_sni, ask_any_version, ask_without_alpn, within_validity, server_clock)
    }
    | {one.__name__.replace("_", "-"): one for one in (ask_without_identity, ask_whole_identity)}
    | {one.__name__.replace("_", "-"): one for one in (ask_legacy, ask_small_hello, ask_small_segments, ask_tls12, status_good, without)}
    | {one.__name__.replace("_", "-"): one for one in (trust_compared, count_all)}
)
"""What a remedy can name as its proof."""


def server_time(case: Case) -> datetime | None:
    """The time in the HTTP Date header (RFC 9110 section 6.6.1), if it can be read and no cache stands between (Age)."""
    fields = {name.lower(): value for name, value in case.exchange.fields} if case.exchange else {}
    if "age" in fields or "date" not in fields:
        return None
    return http_date(fields["date"], case.observation.taken_at)


def _with_anchors(observation: Observation, anchors: tuple[Certificate, ...]) -> Observation:
    added = TrustStore(source="remedy", kind="pem", path="", size=len(anchors), certificates=anchors)
    return replace(observation, stores=(*observation.stores, added))


def _sending(observation: Observation, before: tuple[Certificate, ...], sent: tuple[Certificate, ...]) -> Observation:
    """Every handshake that showed this chain shows another one."""
    chain = tuple(one.der for one in before)

    def alter(step: Step) -> Step:
        if not isinstance(step, Handshake) or presented(step) != chain:
            return step
        body = _certificate_message(tuple(one.der for one in sent), reading(step).version == "TLSv1.3")
        messages = tuple(
            Message(at=one.at, sent=False, type=one.type, size=len(body), body=body) if one.type == CERTIFICATE_MESSAGE and not one.sent else one
            for one in step.messages
        )
        return replace(step, messages=messages)

    return replace(observation, attempts=tuple(replace(one, steps=tuple(alter(step) for step in one.steps)) for one in observation.attempts))


def _certificate_message(chain: tuple[bytes, ...], modern: bool) -> bytes:
    """A Certificate message: RFC 5246 section 7.4.2, or RFC 8446 section 4.4.2 with empty extensions."""
    entries = b"".join(len(one).to_bytes(3, "big") + one + (b"\0\0" if modern else b"") for one in chain)
    return (b"\0" if modern else b"") + len(entries).to_bytes(3, "big") + entries


def _instead(observation: Observation, question: str) -> Observation | None:
    """The attempts with this question take the place of the ordinary ones."""
    answered = {one.address: one for one in observation.attempts if one.question.name == question}
    if not answered:
        return None

    def alter(one: Attempt) -> Attempt:
        if one.question.name != "ordinary" or one.address not in answered:
            return one
        return replace(answered[one.address], question=replace(answered[one.address].question, name="ordinary"))

    # What was asked again at such an address was the ordinary question: it has no answer for what stands in its place.
    again = {id(one) for one in observation.attempts if is_again(one) and one.address in answered}
    attempts = tuple(alter(one) for one in observation.attempts if one.question.name != question and id(one) not in again)
    return replace(observation, attempts=attempts, target=replace(observation.target, tls_min=None, tls_max=None))

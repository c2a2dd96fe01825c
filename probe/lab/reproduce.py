"""A fresh-key copy of an observed endpoint: same structure, same names, same behaviour as far as it was seen, on loopback.

Pure facts go in, a scene comes out. Nothing secret can get into a copy, because an observation holds nothing secret; all keys are new.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address

from probe.case.case import fetched, step
from probe.case.pins import every
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.observation import Attempt, Connect, Fetch, Handshake, How, Observation, Preamble
from probe.facts.target import Target
from probe.lab import raw_server
from probe.lab.backlog import UNREACHABLE, ClosedPort, FullBacklog
from probe.lab.listener import Listener
from probe.lab.reproduce_answer import directory_of
from probe.lab.reproduce_chain import Copies
from probe.lab.reproduce_client import LOSS, client_certificates, client_options, copyable, without_client
from probe.lab.reproduce_front import Front
from probe.lab.reproduce_profile import profile_options
from probe.lab.reproduce_proxy import beyond, proxy_options
from probe.lab.reproduce_records import further
from probe.lab.reproduce_resolve import needs_resolver, open_resolvers
from probe.lab.reproduce_status import copied_answer, copied_list, responders
from probe.lab.reproduce_talk import Talking, Talks
from probe.lab.reproduce_trust import pinned, public_options, trust_options
from probe.lab.reproduce_urls import issuers_document, local_urls, serve_documents
from probe.lab.stage import LOOPBACK, Listening, Stage
from probe.tls.messages import presented

PLACES = 16
"""Addresses that are copied, as many as a check looks at; each gets one of 127.0.0.1 to 127.0.0.16."""

Opener = Callable[[int], Listening]


@noun
class Reproduction:
    """A copy that is open now. ``arguments`` are what follows ``probe check``; ``losses`` are sentences about what could not be copied.

    ``chain`` are the copied certificates of the first address that showed any, in the order in which it sends them.
    """

    arguments: tuple[str, ...]
    chain: tuple[Certificate, ...] = ()
    losses: tuple[str, ...] = ()


def reproduce(stage: Stage, observation: Observation, *, as_is: bool = False) -> Reproduction:
    """Open a copy on ``stage``. ``as_is`` keeps the dates in the certificates; otherwise they move so that the copy is as old now as the original was then.

    Raises ``OSError`` when a port or an address of this machine cannot be had.
    """
    now = datetime.now(UTC)
    shift = timedelta() if as_is else timedelta(seconds=round((now - observation.taken_at).total_seconds()))
    known = _certificates(observation)
    documents = stage.http()
    urls = local_urls(known, documents.url)
    copies = Copies(known, shift, urls)
    proxy, unproxied = proxy_options(stage, observation)
    observation = replace(observation, attempts=beyond(observation.attempts)) if observation.target.proxy else observation
    anonymous = () if copyable(observation, copies) else (LOSS,)
    observation = without_client(observation) if anonymous else observation
    losses = serve_documents(documents, urls, observation.fetches, partial(_document, known=known, copies=copies, shift=shift))
    staple = partial(copied_answer, known=known, copies=copies, shift=shift)
    places, reach, lost = _open(stage, observation, Talking(stage, copies, observation, staple))
    trust, untrusted = trust_options(stage, observation.stores, copies)
    public, unlisted = public_options(stage, observation.compared, observation.target.public, copies)
    records = further(observation, known, copies, reach[1] if needs_resolver(observation) else observation.target.port)
    found, unresolved = open_resolvers(stage, observation, places, records) if needs_resolver(observation) else ((), ())
    client, changed = client_options(stage, observation, copies, as_is=as_is)
    target = observation.target
    unproxied = (*unproxied, "the bind; nobody is bound to the copy") if target.bind else unproxied
    if any(one.question.level for one in observation.attempts):
        unproxied = (*unproxied, "what the broker said to CONNECT; the copy is asked about TLS alone")
    # One option for each store, in their order.
    theirs = observation.agreement.trust.files if observation.agreement else ()
    files = tuple(place for store, place in zip(observation.stores, trust[1::2], strict=False) if store.source in theirs)
    profile, unwritten = profile_options(stage, observation.agreement, known, copies, every(target), files, places if found else {})
    # Those of a profile stand in its copy.
    pin = pinned(stage, target.pin, known, copies) if target.pin and target.pin.option else ()
    judged = _moved(target.at, shift) if target.at else observation.taken_at if as_is else None
    arguments = (
        *_where(target, reach, found),
        *(("--resolver", stage.dns(records)) if records and not found else ()),
        *proxy,
        *trust,
        *public,
        *pin,
        *client,
        *profile,
        *_options(target, records is not None),
        *_beside(stage, observation, tuple(places.values())),
        *(("--at", judged.isoformat()) if judged else ()),
    )
    shown = next((one for attempt in observation.attempts if (one := step(attempt, Handshake)) and presented(one)), None)
    return Reproduction(
        arguments=arguments,
        chain=tuple(copies.certificate(Certificate(der=der)) for der in presented(shown)) if shown else (),
        losses=tuple(dict.fromkeys((*copies.losses, *losses, *lost, *anonymous, *changed, *unwritten, *untrusted, *unlisted, *unresolved, *unproxied))),
    )


def _document(one: Fetch, known: tuple[Certificate, ...], copies: Copies, shift: timedelta) -> bytes | None:
    """The copy of a fetched document."""
    if one.purpose == "issuer":
        return issuers_document(one.body, copies.certificate)
    return (copied_list if one.purpose == "crl" else copied_answer)(one.body, known, copies, shift)


def _certificates(observation: Observation) -> tuple[Certificate, ...]:
    """Every certificate in the observation, each once."""
    handshakes = (one for attempt in observation.attempts if (one := step(attempt, Handshake)))
    sent = [Certificate(der=der) for one in handshakes for der in presented(one)]
    stored = [one for store in (*observation.stores, *observation.compared) for one in store.certificates]
    answers = [one.body for one in observation.fetches if one.purpose == "ocsp"]
    came = [one for data in answers for one in responders(data)]
    pins = every(observation.target)
    return tuple(
        dict.fromkeys(
            (
                *sent,
                *stored,
                *(one for _, one in fetched(observation)),
                *came,
                *(pin.certificate for pin in pins if pin.certificate),
                *client_certificates(observation),
            )
        )
    )


def _moved(moment: datetime, shift: timedelta) -> datetime:
    try:
        return moment + shift
    except OverflowError:
        return moment


# Where it is


def _open(stage: Stage, observation: Observation, talking: Talking) -> tuple[dict[str, str], tuple[str, int], list[str]]:
    """Open every address: where each is now, the first of them with its port, and what was lost."""
    places: dict[str, str] = {}
    openers: list[Opener] = []
    losses: list[str] = []
    for address in list(dict.fromkeys(one.address for one in observation.attempts))[:PLACES]:
        attempts = tuple(one for one in observation.attempts if one.address == address)
        connect = step(attempts[0], Connect)
        if connect is not None and connect.ending.how in (How.UNREACHABLE, How.LOCAL) and UNREACHABLE not in places.values():
            places[address] = UNREACHABLE
            continue
        places[address] = f"127.0.0.{len(openers) + 1}"
        openers.append(_opener(places[address], attempts, talking, losses))
    first = next(iter(places.values()), LOOPBACK)
    return places, (first, stage.same_port(openers) if openers else stage.closed_port()), losses


def _opener(place: str, attempts: tuple[Attempt, ...], talking: Talking, losses: list[str]) -> Opener:
    """What opens the copy of one address on a given port."""
    connect = step(attempts[0], Connect)
    if connect is None or connect.ending.how in (How.REFUSED, How.UNREACHABLE, How.LOCAL):
        return lambda port: ClosedPort(place, port)
    if connect.ending.how is How.TIMED_OUT:
        return lambda port: FullBacklog(place, port)
    looks = (one for attempt in attempts for one in attempt.steps if isinstance(one, Preamble) and not one.protocol)
    if connect.ending.how is How.RESET or any(one.ending.how is How.RESET and not one.sent for one in looks):
        return lambda port: Listener(raw_server.reset_unasked, place, port)
    talks = talking.talks(attempts)
    losses += talks.losses
    return partial(_front, talks, place)


def _front(talks: Talks, place: str, port: int) -> Front:
    return Front(talks.seen, talks.plain, place, port, talks.words)


# How it is checked


def _where(target: Target, reach: tuple[str, int], resolvers: tuple[str, ...]) -> tuple[str, ...]:
    """The target as typed, and where it is."""
    place, port = reach
    host = f"[{target.host}]" if ":" in target.host else target.host
    shown = port if resolvers else target.port
    path = target.path if target.path != "/" else ""
    spelled = f"{target.protocol}://{host}:{shown}{path}"
    if target.guessed and not path and target.protocol == "https" and shown not in (636, 3269):
        spelled = f"{host}:{shown}"
    return (spelled, *resolvers) if resolvers else (spelled, "--connect", f"{place}:{port}")


def _options(target: Target, asked: bool = False) -> tuple[str, ...]:
    """The options that shaped the check, as typed. ``asked``: there are answers about further records in DNS."""
    literal = _is_address(target.host)
    natural_name = target.host.partition("%")[0]
    name = target.name if target.name != natural_name else None
    natural_sni = target.name if literal else target.host
    sni = None if target.sni == (None if _is_address(natural_sni) else natural_sni) else target.sni or "none"
    given = {
        "--name": name,
        "--sni": sni,
        "--as": target.stack,
        "--tls-min": target.tls_min,
        "--tls-max": target.tls_max,
        "--timeout": f"{target.timeout:g}" if target.timeout != 30.0 else None,
        "--revocation": target.revocation if target.revocation != "off" else None,
        "--client-auth": target.client_auth if target.client_auth != "allowed" else None,
        "--repeat": str(target.repeat) if target.repeat != 1 else None,
    }
    switches = [option for option, on in (("--no-fetch", not target.fetch), ("--fetch-private", target.fetch_private), ("--no-app", not target.app)) if on]
    switches += ["--dns-records"] if asked else []
    return (*(text for option, value in given.items() if value for text in (option, value)), *switches)


def _beside(stage: Stage, observation: Observation, places: tuple[str, ...]) -> tuple[str, ...]:
    """The option for the port on which the same directory answers in plain text, where it was asked there."""
    asked = next((one for one in observation.attempts if one.question.bare), None)
    if asked is None:
        return ()
    said = step(asked, Preamble)
    if said is None or said.status is None:
        return ("--ldap-port", str(stage.closed_port()))
    talk = partial(raw_server.plain_ldap, directory=directory_of(said))
    openers: list[Opener] = [partial(Listener, talk, place) for place in places or (LOOPBACK,)]
    return ("--ldap-port", str(stage.same_port(openers)))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

"""What to ask next. Pure: from what is known to the questions that would still decide something.

The first connection does what an ordinary client does. Only when it leaves more than one cause possible do further questions
follow, each as an attempt of its own. A healthy endpoint is therefore asked once for each of its addresses.
"""

from dataclasses import replace
from ipaddress import ip_address

from probe.case.case import AGAIN, Case, cases, step
from probe.case.checked import FURTHER, RETRY, possible_checks, sporadic
from probe.case.checked import of as checks_of
from probe.case.client_auth import TLS12, WHOLE, WITHOUT, Said
from probe.case.hello_size import LARGE, SMALL
from probe.case.identity import Listing
from probe.case.path import Path, Why
from probe.case.proxied import direct_question
from probe.case.revocation import OFF, identity_standings, standings
from probe.facts.certificate import is_self_issued
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


def first(target: Target, addresses: tuple[str, ...], presenting: bool = False, check: str = "") -> tuple[Ask, ...]:
    """The ordinary question to every address, as often as the target says; ``presenting``: with the client certificate for a server that asks for one.

    ``check`` is the id of the profile's check that takes the place of the usual first words.
    """
    names = (ORDINARY, *(f"{AGAIN}{number}" for number in range(2, target.repeat + 1)))
    questions = [
        Question(
            name=one, with_sni=target.sni is not None, tls_min=target.tls_min, tls_max=target.tls_max, app=target.app, with_identity=presenting, check=check
        )
        for one in names
    ]
    return tuple(Ask(question=question, address=one, port=target.connect_port or target.port) for question in questions for one in addresses)


def further(observation: Observation) -> tuple[Todo, ...]:
    """The questions and fetches that would still decide something; empty when nothing would."""
    asks: list[Ask] = []
    known = cases(observation)
    failing = [one for one in known if one.connected and _open(one)]
    sized = any(one.small_only for one in known)
    for place, case in enumerate(failing):
        asked = {one.question.name for one in case.attempts}
        wanted = _questions(case)
        if place >= ASKED_ADDRESSES or (sized and all(one == ORDINARY or one.startswith(AGAIN) for one in asked)):
            # What was found out at another address needs no more than one question here.
            wanted = tuple(one for one in wanted if sized and one.name == SMALL)
        asks += [_ask(case, one) for one in wanted if one.name not in asked]
    asks += [_ask(case, one) for case in known[:ASKED_ADDRESSES] if (one := direct_question(case))]
    asks += _identity_asks(known)
    asks += _group_asks(known)
    asks += _check_asks(known)
    asks += _bind_asks(known)
    if not asks:
        # What has side effects, and what tells a secret, comes when nothing else is open.
        asks += _consented_asks(known)
    return (*asks, *_fetches(observation, failing), *_statuses(observation))


def _identity_asks(known: tuple[Case, ...]) -> list[Ask]:
    """What decides about a client certificate that was sent: the same without it, with TLS 1.2, with the issuers that its file lacks."""
    asks: list[Ask] = []
    sending = [one for one in known if one.client.sent and not one.client.interrupted]
    for case in sending[:ASKED_ADDRESSES]:
        asked = {one.question.name for one in case.attempts}
        wanted = [one for one in _identity_questions(case) if one.name not in asked]
        asks += [Ask(question=one, address=case.address or "", port=case.target.connect_port or case.target.port) for one in wanted]
    return asks


def _group_asks(known: tuple[Case, ...]) -> list[Ask]:
    """Where a profile names the groups of its clients and the server chose another one: each of them alone, until one is taken."""
    if known[0].observation.agreement is None or not known[0].observation.agreement.tls.groups:
        return []
    from probe.case.agreed import GROUP, group_questions  # few profiles name any

    asks: list[Ask] = []
    for case in [one for one in known if one.established][:ASKED_ADDRESSES]:
        usual = replace(case.ordinary.question, app=False, check="", with_identity=False) if case.ordinary else Question(app=False)
        asks += [
            Ask(question=replace(usual, name=f"{GROUP}{one}", groups=(one,)), address=case.address or "", port=case.target.connect_port or case.target.port)
            for one in group_questions(case)[:1]
        ]
    return asks


def _identity_questions(case: Case) -> tuple[Question, ...]:
    seen, target = case.client, case.target
    usual = replace(case.ordinary.question, name=WITHOUT, with_identity=False) if case.ordinary else Question(name=WITHOUT)
    wanted = [usual]
    refused = seen.refusal
    if refused and refused.said is Said.CLOSED and seen.handshake and seen.handshake.version == "TLSv1.3" and target.tls_min != "TLSv1.3":
        wanted.append(replace(usual, name=TLS12, with_identity=True, tls_max="TLSv1.2"))
    if refused and seen.lacking:
        wanted.append(replace(usual, name=WHOLE, with_identity=True, issuers=tuple(one.der for one in seen.lacking)))
    return tuple(wanted)


def _check_asks(known: tuple[Case, ...]) -> list[Ask]:
    """The profile's further checks, once the server was judged good; what is not safe, only once and only when all before went well."""
    asks: list[Ask] = []
    agreement = known[0].observation.agreement
    if agreement is None or not known[0].target.app or known[0].call:
        return asks
    # A client certificate that is refused, or a server that is not the right one, gets no further question.
    good = [one for one in known if one.ordinary and one.established and one.chain_accepted and one.client.accepted is not False]
    for place, case in enumerate(good[:ASKED_ADDRESSES]):
        usual = replace(case.ordinary.question, check="") if case.ordinary else Question()
        asked = {one.question.name for one in case.attempts} | {one.question.check for one in case.attempts}
        found = checks_of(case)
        wanted = [replace(usual, name=RETRY, check=one.check.id) for one in found[:1] if sporadic(one) and RETRY not in asked and not one.check.request.mqtt]
        well = not wanted and all(one.row is not None and not one.row.cause for one in found if not one.why_not)
        for check in possible_checks(agreement):
            # A CONNECT is planned for itself.
            if not check.request.mqtt and check.id not in asked and (check.safe or (well and place == 0)):
                wanted.append(replace(usual, name=f"{FURTHER}{check.id}", check=check.id, app=True))
        # One at a time: each answer decides whether there is a next question.
        asks += [Ask(question=one, address=case.address or "", port=case.target.connect_port or case.target.port) for one in wanted[:1]]
    return asks


def _consented_asks(known: tuple[Case, ...]) -> list[Ask]:
    """A CONNECT to a broker, or the user's login at a WebSocket: at the first address that is good, and nowhere else."""
    target = known[0].target
    if known[0].call or not target.app or not (target.calling or target.user):
        return []
    good = next((one for one in known if one.ordinary and one.established and one.chain_accepted and one.client.accepted is not False), None)
    if good is None:
        return []
    if target.calling is not None:
        from probe.case.broker import question  # few checks call a broker

        wanted = question(good)
        return [_ask(good, wanted)] if wanted else []
    from probe.case.upgraded import login_question

    wanted = login_question(good)
    return [_ask(good, wanted)] if wanted else []


def _bind_asks(known: tuple[Case, ...]) -> list[Ask]:
    """The user's bind, once, at the first address whose server was judged good: name and password are told to nobody else."""
    if not known[0].target.bind or known[0].call:
        return []
    from probe.case.bound import BIND, why_not

    if any(one.asked(BIND) for one in known):
        return []
    good = next((one for one in known if one.ordinary and not why_not(one)), None)
    if good is None or good.ordinary is None:
        return []
    return [_ask(good, replace(good.ordinary.question, name=BIND, check="", login=True, app=True))]


def _ask(case: Case, question: Question) -> Ask:
    port = case.target.connect_port or case.target.port
    if question.bare:
        from probe.case.directory import plain_port

        port = plain_port(case.target)
    return Ask(question=question, address=case.address or "", port=port)


def _open(case: Case) -> bool:
    """Whether something stands in the way that a further question could explain."""
    return not case.established or not case.chain_accepted


def _questions(case: Case) -> tuple[Question, ...]:
    one = case.handshake
    if one is None:
        return _instead_of_words(case)
    wanted: list[Question] = []
    if one.sni is None and _is_name(case.target.name):
        wanted.append(Question(name="with-sni", with_sni=True, tls_min=case.target.tls_min, tls_max=case.target.tls_max, app=False))
    if case.established:
        return tuple(wanted)
    if one.ending.local is Local.INTERRUPTED:
        return ()
    if case.target.tls_min or case.target.tls_max:
        wanted.append(Question(name="any-version", with_sni=one.sni is not None, app=False))
    if not one.received and case.start is None:
        wanted.append(Question(name="plaintext", plaintext=True, with_sni=False, app=False))
        wanted += _after_words(case)
        wanted += _beside(case, one)
    if one.first_bytes:
        return tuple(wanted)
    return (*wanted, *_retries(case, one))


def _instead_of_words(case: Case) -> tuple[Question, ...]:
    """Where the words before TLS came to nothing: does TLS begin at once here?"""
    from probe.case.starttls import DIRECT, Came, came, stranger  # few checks have words before TLS

    target = case.target
    # Who greeted, or is known by what it said, does not begin TLS at once.
    if case.start is None or came(case.start) not in (Came.SILENT, Came.CUT, Came.STRANGE) or case.start.fields or stranger(case.start):
        return ()
    return (Question(name=DIRECT, start="", with_sni=target.sni is not None, tls_min=target.tls_min, tls_max=target.tls_max, app=False),)


def _after_words(case: Case) -> tuple[Question, ...]:
    """Where TLS at once got no TLS for an answer: does it begin after plain words here?"""
    from probe.case.starttls import PLAIN_FIRST, guessed_start

    target, protocol = case.target, guessed_start(case)
    if not protocol:
        return ()
    return (Question(name=PLAIN_FIRST, start=protocol, with_sni=target.sni is not None, tls_min=target.tls_min, tls_max=target.tls_max, app=False),)


def _beside(case: Case, one: Handshake) -> tuple[Question, ...]:
    """Where a directory cuts TLS off without a word: what is it, as it says in plain text on its other port?"""
    if case.target.protocol != "ldaps" or one.first_bytes or one.ending.how not in (How.CLOSED, How.RESET):
        return ()
    from probe.case.directory import BESIDE, plain_port  # few checks are of directories

    return (Question(name=BESIDE, with_sni=False, app=False, bare=True),) if plain_port(case.target) else ()


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
        wanted += [replace(usual, name=SMALL, groups=("secp256r1",), app=case.target.app), replace(usual, name="hello-in-pieces", segment=PIECE)]
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
    urls |= dict.fromkeys(url for case in cases(observation) for url in _above_identity(case) if url not in known)
    return tuple(FetchIssuer(url=url) for url in list(urls)[: max(0, FETCHES - len(known))])


def _statuses(observation: Observation) -> tuple[FetchStatus, ...]:
    """For each certificate whose status is not known yet, the next place to ask; what a staple says need not be asked for."""
    if observation.target.revocation == OFF or not observation.target.fetch:
        return ()
    asked = [one for one in observation.fetches if one.purpose != "issuer"]
    lists = AT_ONCE if sum(len(one.body) for one in asked) <= HELD else 0
    every = (one for case in cases(observation) if case.presented for one in (*standings(case), *identity_standings(case)))
    waiting = dict.fromkeys(one.open[0] for one in every if one.open)
    wanted = [one for one in waiting if one.purpose == "ocsp"] + [one for one in waiting if one.purpose == "crl"][:lists]
    return tuple(FetchStatus(url=one.url, purpose=one.purpose, request=one.request) for one in wanted[: max(0, STATUSES - len(asked))])


def _issuer_urls(path: Path) -> tuple[str, ...]:
    """Where the certificate at the open end of a path says that its issuer's can be had (RFC 5280 section 4.2.2.1)."""
    return tuple(url for one in path.objections if one.why in (Why.ISSUER_UNKNOWN, Why.ISSUER_REKEYED) for url in one.about.read.ca_issuers[:2])


def _above_identity(case: Case) -> tuple[str, ...]:
    """Where the issuer can be had of which the user's client certificate came without, once the server refused it or names other issuers.

    Also where its revocation is to be looked at, for which its issuer has to be known.
    """
    seen = case.client
    top = seen.climb.top
    if top is None or is_self_issued(top):
        return ()
    asks = case.target.revocation != OFF and case.established
    if not asks and (not seen.sent or (not seen.refusal and seen.listing is not Listing.NONE)):
        return ()
    return tuple(top.read.ca_issuers[:2])


def _is_name(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return "." in name
    return False

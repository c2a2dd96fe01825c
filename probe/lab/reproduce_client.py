"""The client certificate of a copy: fresh-key copies of the user's certificates as files, and what the server did with them, to be done again.

The user's key was never saved. The copy of the certificate has a key of its own, with which the printed command proves it to the copied server.
"""

from collections.abc import Callable
from dataclasses import replace

from probe.case.altered import ask_without_identity
from probe.case.case import step
from probe.case.checked import FURTHER, RETRY
from probe.case.client_auth import TLS12, WHOLE, WITHOUT, asked_for, sent
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.observation import Attempt, Exchange, Handshake, How, Observation
from probe.lab.answers import Answer
from probe.lab.late import ERRORS
from probe.lab.pki import pem
from probe.lab.reaction import Reaction
from probe.lab.reproduce_chain import Copies
from probe.lab.reproduce_keys import like
from probe.lab.stage import Stage

LOSS = "the client certificate, whose key is of a kind that cannot be made here; the copy is asked without one"
LATER = "that a client certificate is only asked for after the handshake, and only sometimes; the copy asks for it in the handshake"
ANOTHER = "the number of the alert after the handshake ({number}); the copy sends another one about certificates"
_FINISHED, _REQUEST = 20, 13
_MISSING, _REFUSED = 116, 40
"""The alerts for a missing certificate: certificate_required came with TLS 1.3 (RFC 8446 section 6.2), before it was handshake_failure."""


def without_client(observation: Observation) -> Observation:
    """The observation as it had been without the client certificate that was named."""
    kept = ask_without_identity(observation, (), None) or observation
    attempts = tuple(
        replace(one, question=replace(one.question, with_identity=False, issuers=())) for one in kept.attempts if one.question.name not in (TLS12, WHOLE)
    )
    target = replace(observation.target, cert="", key="", send_anyway=False, on_file=None, uploaded=None)
    return replace(observation, attempts=attempts, target=target, identity=None)


def copyable(observation: Observation, copies: Copies) -> bool:
    """Whether the client certificate can be copied with a key that fits, if there is one."""
    identity = observation.identity
    return identity is None or identity.own is None or not identity.fits or copies.copy(identity.own).key is not None


def client_certificates(observation: Observation) -> tuple[Certificate, ...]:
    """The certificates that have to do with the client: its own with those sent along, those that were added, and the one on file."""
    named = observation.identity.certificates if observation.identity else ()
    added = (Certificate(der=der) for one in observation.attempts for der in one.question.issuers)
    filed, ours = observation.target.on_file, observation.target.uploaded
    uploaded = (ours.certificate,) if ours and ours.certificate else ()
    return (*named, *added, *((filed.certificate,) if filed else ()), *uploaded)


def client_options(stage: Stage, observation: Observation, copies: Copies, *, as_is: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the copied certificates and the key to the first; give the options that name them, and what could not be copied.

    ``as_is``: the dates are the original ones, so that a certificate that was presented then may have expired by now.
    """
    identity, filed, uploaded = observation.identity, observation.target.on_file, observation.target.uploaded
    options: list[str] = []
    losses: list[str] = []
    if identity is not None and identity.own is not None:
        own = copies.copy(identity.own)
        ders = [copies.certificate(one).der for one in identity.certificates]
        data = b"".join(ders) if identity.kind == "der" else "".join(pem(one) for one in ders)
        options += ["--cert", str(stage.write("client.der" if identity.kind == "der" else "client.pem", data))]
        # A key that does not fit stays one that does not fit.
        key = own.key if identity.fits else like("EC", 0) if identity.fits is False else None
        options += ["--key", stage.key_file(key, name="client.key")] if key else []
        offered = any(one.question.with_identity for one in observation.attempts)
        options += ["--send-anyway"] if observation.target.send_anyway or (as_is and offered) else []
        if identity.kind not in ("pem", "der"):
            losses.append(f"the form of the file with the client certificate ({identity.kind}); the copy is two text files")
        elif identity.encrypted:
            losses.append("the password of the client's key; that of the copy has none")
    if filed is not None:
        options += ["--on-file", str(stage.write("on-file.pem", pem(copies.certificate(filed.certificate).der)))]
    if uploaded is not None and uploaded.certificate:
        options += ["--uploaded", str(stage.write("uploaded.pem", pem(copies.certificate(uploaded.certificate).der)))]
    return tuple(options), tuple(losses)


def accompanies(one: Attempt) -> bool:
    """Whether an attempt says the same ClientHello as an ordinary one, and only tells what the server does with other certificates or requests."""
    name = one.question.name
    return name in (WITHOUT, WHOLE, RETRY) or name.startswith(FURTHER)


def alike(one: Attempt, other: Attempt) -> bool:
    """Whether two attempts asked in the same way, apart from the client certificate and the first words."""
    mine, theirs = (replace(each.question, name="", with_identity=False, issuers=(), check="", app=True) for each in (one, other))
    return mine == theirs


def requested(attempts: tuple[Attempt, ...]) -> bool:
    """Whether a client certificate was asked for in any of these."""
    return any(asked_for(step(one, Handshake)) for one in attempts)


@noun
class Reacting:
    """What is known of a server's dealing with client certificates: the reactions, and what of them cannot be copied.

    ``late``: the certificate is only asked for when a request has come.
    """

    reactions: tuple[Reaction, ...] = ()
    losses: tuple[str, ...] = ()
    late: bool = False


def reacting(observation: Observation, copies: Copies, attempts: tuple[Attempt, ...], answer: Callable[[tuple[Attempt, ...]], Answer]) -> Reacting:
    """What the server did in these attempts, by what was presented. ``answer`` gives the answer to those in which it went on."""
    by_chain: dict[tuple[bytes, ...], list[Attempt]] = {}
    when: set[bool] = set()
    for one in attempts:
        handshake = step(one, Handshake)
        if handshake is None or handshake.ending.how is How.LOCAL or not (asked_for(handshake) or handshake.ending.how is How.DONE):
            continue
        by_chain.setdefault(_presented(observation, copies, one, handshake), []).append(one)
        when |= {_later(handshake)} if asked_for(handshake) else set()
    found = [_reaction(chain, tuple(together), answer) for chain, together in by_chain.items()]
    late = when == {True}
    losses = [LATER] if True in when and not late else []
    losses += [ANOTHER.format(number=one.alert) for one in found if late and one.ends == "alert" and one.chain and one.alert not in ERRORS]
    return Reacting(reactions=tuple(found), losses=tuple(dict.fromkeys(losses)), late=late)


def completed(reactions: tuple[Reaction, ...], others: tuple[Reaction, ...], version: str) -> tuple[Reaction, ...]:
    """The reactions with those to other certificates added, which were seen of the same address in other attempts."""
    known = {one.chain for one in reactions}
    added = {one.chain: one for one in reversed(others) if one.chain not in known}
    older = version != "TLSv1.3"
    return (*reactions, *(replace(one, alert=_REFUSED) if older and one.alert == _MISSING else one for one in added.values()))


def _presented(observation: Observation, copies: Copies, one: Attempt, handshake: Handshake) -> tuple[bytes, ...]:
    identity = observation.identity
    if identity is None or not one.question.with_identity or not (sent(handshake) or handshake.asked_inside):
        return ()
    added = (Certificate(der=der) for der in one.question.issuers)
    return tuple(dict.fromkeys(copies.certificate(each).der for each in (*identity.certificates, *added)))


def _later(one: Handshake) -> bool:
    """Whether the certificate was asked for when the handshake was over already."""
    kinds = [message.type for message in one.messages if not message.sent]
    after = _REQUEST in kinds and _FINISHED in kinds[: kinds.index(_REQUEST)]
    return after or (one.asked_inside and one.renegotiated)


def _reaction(chain: tuple[bytes, ...], attempts: tuple[Attempt, ...], answer: Callable[[tuple[Attempt, ...]], Answer]) -> Reaction:
    one, words = step(attempts[0], Handshake), step(attempts[0], Exchange)
    if one is None:
        raise ValueError("a reaction is made of attempts with a handshake")
    theirs = (alert for alert in one.alerts if not alert.sent and alert.description not in (0, 90))
    alert = next((alert for alert in theirs if 0 < alert.description < 256 and 0 <= alert.level < 256), None)
    if alert is not None:
        late = words is not None and alert.at > words.started
        return Reaction(chain=chain, ends="alert", alert=alert.description, level=alert.level, late=late)
    ends = {How.CLOSED: "cut", How.RESET: "reset", How.TIMED_OUT: "silence"}.get(one.ending.how, "")
    if not ends and hung_up(one, words):
        ends = "reset" if words is not None and words.ending.how is How.RESET else "close"
    return Reaction(chain=chain, ends=ends) if ends else Reaction(chain=chain, answer=answer(attempts))


def hung_up(one: Handshake, words: Exchange | None) -> bool:
    """Whether the server ended a connection whose handshake was done without a word."""
    nothing = not words.received if words else not one.spoken
    return nothing and (one.closed_by_peer or (words is not None and words.ending.how in (How.CLOSED, How.RESET)))

"""A call that somebody made to us, turned round: the facts as the caller saw them, so that what is known about clients and servers can be said of it.

The caller is the client; what it was shown is our own certificate. What it trusts is not known, and is never assumed to be too little.
"""

import re
from dataclasses import replace
from ipaddress import ip_address

from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.observation import Attempt, Call, Connect, Ending, Exchange, Handshake, How, Observation, Question
from probe.facts.target import Target
from probe.tls.callers import counts
from probe.tls.messages import from_caller, mirrored, presented


def apart(observation: Observation) -> tuple[Observation, ...]:
    """One observation for each call that came, with only this call in front; connections that were none stay behind it. Any other observation is as it is.

    Where no call came, what began like one and was not finished counts as one each.
    """
    if observation.target.listening is None:
        return (observation,)
    calls = [one for one in observation.calls if counts(one.handshake)]
    calls = calls or [one for one in observation.calls if one.handshake is not None and (one.handshake.received or one.handshake.first_bytes)]
    others = tuple(one for one in observation.calls if one not in calls)
    return tuple(replace(observation, calls=(one, *others)) for one in calls) or (observation,)


def heard(observation: Observation) -> Call | None:
    """The call that an observation is about; ``None`` when nobody said a word."""
    spoken = [one for one in observation.calls if one.handshake is not None and (one.handshake.received or one.handshake.first_bytes)]
    return next((one for one in spoken if counts(one.handshake)), next(iter(spoken), None))


def as_attempt(call: Call) -> Attempt:
    """The call as its caller would have recorded it."""
    steps: list[Connect | Handshake | Exchange] = [
        Connect(started=call.started, took=0.0, ending=Ending(how=How.DONE), address=call.local or call.address, port=call.port)
    ]
    if call.handshake:
        one = call.handshake
        turned = replace(
            one,
            messages=mirrored(one.messages),
            alerts=tuple(replace(alert, sent=not alert.sent) for alert in one.alerts),
            sent=one.received,
            received=one.sent,
            first_bytes=b"",
        )
        steps.append(turned)
    if call.exchange:
        steps.append(call.exchange)
    return Attempt(question=Question(), address=call.address, port=call.port, steps=tuple(steps))


def aimed(target: Target, call: Call, leaf: Certificate | None) -> Target:
    """The target as the caller meant it: the name that it asked for. Where it named none, nothing is known against the certificate's own name."""
    wanted = reference(call)
    if wanted is None and target.listening is not None and not target.listening.named and leaf is not None:
        names = (*leaf.read.dns_names, *leaf.read.ip_addresses)
        wanted = next((one for one in (f"www{name[1:]}" if name.startswith("*.") else name for name in names) if _plain(one)), None)
    return replace(target, name=wanted or target.name)


def reference(call: Call) -> str | None:
    """The name that the caller called us by: in the ClientHello, else in the Host field (RFC 9110 section 7.2).

    What is neither a plain host name nor an address is none: the name gets into commands that people copy.
    """
    host = dict(call.exchange.fields).get("host", "") if call.exchange else ""
    wanted = call.handshake.sni if call.handshake and call.handshake.sni else host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    wanted = wanted.rstrip(".").lower()
    return wanted if _plain(wanted) else None


def _plain(name: str) -> bool:
    """Whether a name is one that a person would connect to: letters, digits, hyphens and dots, or an IP literal."""
    if re.fullmatch(r"[a-z0-9_][a-z0-9._-]{0,252}", name):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return "%" not in name


def shown(call: Call) -> tuple[Certificate, ...]:
    """The certificates that the caller was shown, as sent."""
    found = next((one for one in as_attempt(call).steps if isinstance(one, Handshake)), None)
    return tuple(Certificate(der=der) for der in presented(found)) if found else ()


def of_caller(call: Call) -> tuple[Certificate, ...]:
    """The certificates that the caller presented, its own first."""
    return tuple(Certificate(der=der) for der in from_caller(call.handshake)) if call.handshake else ()


def roots(observation: Observation) -> tuple[Certificate, ...]:
    """Roots that a caller may know: those in what we serve, and those of public lists and of this machine."""
    served = observation.served.certificates if observation.served else ()
    listed = (one for store in (*observation.compared, *observation.stores) for one in store.certificates)
    return tuple(dict.fromkeys(one for one in (*served, *listed) if is_self_issued(one) and one.read.is_ca is not False and one != next(iter(served), None)))


def placed(observation: Observation, certificate: Certificate) -> str:
    """Where a certificate stands that is known beside the call, as a pointer into the observation document; "" when it does not."""
    served = observation.served.certificates if observation.served else ()
    if certificate in served:
        return f"/served/certificates/{served.index(certificate)}"
    held = ((number, store.certificates) for number, store in enumerate(observation.compared))
    return next((f"/compared/{number}/certificates/{those.index(certificate)}" for number, those in held if certificate in those), "")


def public(observation: Observation, root: Certificate) -> bool:
    """Whether a root is in the list of public authorities."""
    return any(root in store.certificates for store in observation.compared if store.kind == "certifi")

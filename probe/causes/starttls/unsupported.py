"""The server does not offer to begin TLS.

On this port plain words come first, and the server has to offer TLS in them: STARTTLS among the capabilities, the
letter S of PostgreSQL, a bit in the greeting of MySQL. It does not. Usual reasons: no certificate is configured, so
that the server leaves the offer out; TLS is switched on only for another port; or a box on the way (mail filter, virus
scanner, firewall) takes the offer away, so that everything stays readable for it. A program that is told to use TLS
only if it is offered goes on without, and nobody notices.

Clients say: curl exit 64 "Requested SSL level failed", psql "server does not support SSL, but SSL was required", Java
(pgjdbc) "The server does not support SSL.", mariadb "SSL is required, but the server does not support it", Java
(MySQL) "SSL Connection required, but not provided by server.", OpenSSL "Didn't find STARTTLS in server response".
"""

import re

from probe.case.case import Case
from probe.case.starttls import Came, answer, came, other_spelling, title, unknown_hello
from probe.causes.plain_words import capabilities, said, unheard
from probe.causes.shown import Shown, client
from probe.causes.words import Cause, Certainty, Effect, Finding, NotObserved, Owner

CAUSE = Cause(
    title="The server does not offer to begin TLS (StartTLS)",
    owner=Owner.SERVER,
    actions=("offer-starttls",),
    instead=("find-box", "offer-database-tls", "offer-service-tls"),
    references=("RFC 3207 section 6", "RFC 9051 section 6.2.1", "RFC 2595 section 4", "https://www.postgresql.org/docs/current/protocol-flow.html"),
)
SHOWN_BY = Shown(commands=(client(""),), shows='OpenSSL finds no offer to begin TLS, and does not print "CONNECTION ESTABLISHED".')
OVERWRITTEN = re.compile(r"\b(?=[A-Z]*X{4})[A-Z]{0,3}X{4,}[A-Z]{0,3}\b")
"""How the mail inspection of some firewalls leaves the words behind that it does not let through."""

_OFFERS = {
    **dict.fromkeys(("postgres", "mysql"), "offer-database-tls"),
    **dict.fromkeys(("ftp", "xmpp", "xmpp-server", "ldap"), "offer-service-tls"),
}
_HOW = {
    "postgres": "The answer to the SSLRequest is the letter N: not willing to do SSL.",
    "mysql": "In its first packet the bit CLIENT_SSL (0x0800) is not set.",
    "ldap": "It does not know the extended operation 1.3.6.1.4.1.1466.20037.",
}


def judge(case: Case) -> Finding | NotObserved | None:
    """The words before TLS ended because there is no offer."""
    one = case.start
    if one is None:
        return None
    if came(one) is not Came.UNSUPPORTED:
        return unheard(one)
    name = title(one.protocol)
    listed = capabilities(one)
    told = [f"What it offers: {listed}." if listed else _HOW.get(one.protocol, "It lists nothing that it offers.")]
    if words := answer(one):
        told.append(f"To the request it answered: {words}")
    nameless = unknown_hello(one)
    offer = _OFFERS.get(one.protocol, "offer-starttls")
    crossed = OVERWRITTEN.search(listed)
    if crossed:
        told.append(f"One of the words is overwritten ({crossed[0]}), which is how some firewalls take an offer away.")
    lmtp = f"A server that does not know EHLO may be one for LMTP: then the target is {other_spelling(case.target, 'lmtp')}."
    return Finding(
        effect=Effect.BREAKS,
        certainty=Certainty.LIKELY if nameless else Certainty.PROVEN,
        alternatives=(("starttls.protocol", lmtp),) if nameless else (),
        summary=f"The {name} server does not offer to begin TLS on this port."
        + (f" It does not know EHLO. {lmtp}" if nameless else "")
        + (" Something on the way has overwritten one of its offers, most likely this one." if crossed else ""),
        evidence=said(case, one, *told),
        owner=Owner.NETWORK if crossed else None,
        actions=("find-box", offer) if crossed else (offer,),
    )

"""XMPP with STARTTLS (RFC 6120 section 5), port 5222 for clients; ``xmpp_server`` is the same between servers.

The stream is opened to the name that is checked, which is the domain of the accounts and often not the name of the
host (RFC 6120 section 4.7.2): give it with ``--name``. After TLS a new stream must be opened (RFC 6120 section
5.4.3.3); its features show that the server behind TLS speaks XMPP. Then it is closed; nobody is authenticated.

No XML parser sees what a peer says: the few elements that matter are looked for in bounded bytes, so that there is
nothing to expand and no entity to resolve.
"""

import re
from collections.abc import Callable
from functools import partial
from xml.sax.saxutils import quoteattr

from probe.facts.observation import Ending, How
from probe.facts.target import Target
from probe.protocols.protocol import Conversation, Protocol
from probe.protocols.scripted import GO, STRANGE, Notes, Script, Scripted, Until

CLIENT = "jabber:client"
TLS = b"urn:ietf:params:xml:ns:xmpp-tls"
_PREFIX = rb"(?:[\w.-]{1,30}:)?"
OPENS = b"<"
FEATURES = re.compile(rb"<%bfeatures\b[^<>]{0,300}/>|</%b(?:features|error|stream)\s{0,9}>|<!|<(?i:html|head|body)\b" % (_PREFIX, _PREFIX))
"""The end of the features, or of an error. A document type, or HTML, ends the waiting: neither can stand in a stream (RFC 6120 section 11.1)."""
STREAM = re.compile(rb"<%bstream\b[^<>]{0,2000}>" % _PREFIX)
ERROR = re.compile(rb"<%berror\b[^<>]{0,300}>\s{0,9}<([a-z-]{1,40})" % _PREFIX)
OFFER = re.compile(rb"<%bstarttls\b[^<>]{0,300}%b" % (_PREFIX, re.escape(TLS)))
MECHANISM = re.compile(rb"<mechanism>([A-Z0-9_-]{1,40})</mechanism>")
ANSWER = re.compile(
    rb"<%b(?:proceed|failure)\b[^<>]{0,300}/>|<%b(proceed|failure)\b[^<>]{0,300}>[^<>]{0,9}</%b\1\s{0,9}>|</%b(?:failure|error|stream)\s{0,9}>"
    % (_PREFIX, _PREFIX, _PREFIX, _PREFIX)
)
PROCEED = re.compile(rb"<%bproceed\b[^<>]{0,300}>" % _PREFIX)
STARTTLS = b"<starttls xmlns='" + TLS + b"'/>"


def header(domain: str, namespace: str) -> bytes:
    """Open a stream (RFC 6120 section 4.7)."""
    to = quoteattr(domain)
    return f"<?xml version='1.0'?><stream:stream to={to} version='1.0' xmlns='{namespace}' xmlns:stream='http://etherx.jabber.org/streams'>".encode()


def beginning(notes: Notes, domain: str, namespace: str) -> Script:
    """Stream, features, STARTTLS."""
    yield header(domain, namespace)
    said = yield Until(pattern=FEATURES, opens=OPENS)
    if not STREAM.search(said):
        return STRANGE
    if error := ERROR.search(said):
        return notes.refused(b"stream error " + error[1])
    for one in MECHANISM.findall(said):
        notes.add("capability", one)
    if not notes.announced(OFFER.search(said) is not None):
        return STRANGE
    yield STARTTLS
    answer = yield Until(pattern=ANSWER, opens=OPENS)
    if PROCEED.search(answer):
        return GO
    error = ERROR.search(answer)
    return notes.refused(b"stream error " + error[1] if error else b"failure")


def following(notes: Notes, domain: str, namespace: str) -> Script:
    """A new stream, its features, and its end; the status is 0 for features, 1 for an error of the stream."""
    yield header(domain, namespace)
    said = yield Until(pattern=FEATURES, opens=OPENS)
    if not STREAM.search(said):
        return STRANGE
    error = ERROR.search(said)
    notes.status = 1 if error else 0
    for one in MECHANISM.findall(said):
        notes.add("capability", one)
    yield b"</stream:stream>"
    if error:
        notes.add("answer", b"stream error " + error[1])
        return Ending(how=How.DECLINED, code=1)
    return GO


def speaking(namespace: str, script: Callable[..., Script]) -> Callable[[Target], Conversation]:
    """A script towards the name that a target is checked for."""

    def conversation(target: Target) -> Conversation:
        return Scripted(partial(script, domain=target.name, namespace=namespace))

    return conversation


PROTOCOL = Protocol(name="xmpp", port=5222, begin=speaking(CLIENT, following), start=speaking(CLIENT, beginning))

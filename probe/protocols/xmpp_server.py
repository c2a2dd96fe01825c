"""XMPP between servers with STARTTLS (RFC 6120 section 5), port 5269: the same words in another namespace."""

from probe.protocols.protocol import Protocol
from probe.protocols.xmpp import beginning, following, speaking

SERVER = "jabber:server"
PROTOCOL = Protocol(name="xmpp-server", port=5269, begin=speaking(SERVER, following), start=speaking(SERVER, beginning))

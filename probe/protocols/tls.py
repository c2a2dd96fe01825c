"""TLS and nothing after it."""

from probe.protocols.protocol import Protocol

PROTOCOL = Protocol(name="tls", port=443)
"""A target of which only the TLS layer is looked at."""

"""A server that knows nothing but what libraries have no more. It only begins: ServerHello, Certificate, ServerKeyExchange; no key of its own is ever used."""

import secrets
import socket
from functools import partial

from probe.facts.noun import noun
from probe.lab import wire
from probe.lab.listener import Talk, finish
from probe.tls import registry, suites
from probe.tls.hellos import ClientHello, client_hello

SERVER_KEY_EXCHANGE = 12
HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70
_RECORD, _HEADER = 5, 4
_NO_SIGNATURE = 64


@noun
class Old:
    """How it behaves. ``suites`` are OpenSSL names, chosen in this order; ``version`` is the only one spoken, named as in ``probe.tls.registry``.

    ``dh_bits`` is the size of the prime in suites with ephemeral Diffie-Hellman. ``close``: it hangs up where others send an alert.
    """

    chain: tuple[bytes, ...]
    suites: tuple[str, ...]
    version: str = "TLSv1"
    dh_bits: int = 512
    close: bool = False


def old_server(old: Old) -> Talk:
    """Make the server; suites that do not exist raise ``KeyError``."""
    known = {openssl: number for number, (_, openssl) in suites.table().items()}
    return partial(_answer, old=old, chosen=tuple(known[one] for one in old.suites))


def _answer(connection: socket.socket, *, old: Old, chosen: tuple[int, ...]) -> None:
    offer = client_hello(wire.read_hello(connection)[_RECORD + _HEADER :])
    version = registry.VERSION_NUMBERS[old.version]
    suite = next((one for one in chosen if offer and one in offer.suites), None)
    if offer is None or suite is None or offer.legacy_version < version:
        refusal = PROTOCOL_VERSION if offer and offer.legacy_version < version else HANDSHAKE_FAILURE
        connection.sendall(b"" if old.close else _record(wire.ALERT, bytes((2, refusal)), version))
    else:
        connection.sendall(_record(wire.HANDSHAKE, _flight(old, offer, version, suite), version))
    finish(connection)


def _flight(old: Old, offer: ClientHello, version: int, suite: int) -> bytes:
    # Empty renegotiation_info (RFC 5746 section 3.4), which SSL 3.0 servers do not know.
    extensions = b"\0\x05\xff\x01\0\x01\0" if offer.extensions and version > registry.VERSION_NUMBERS["SSLv3"] else b""
    hello = wire.message(2, version.to_bytes(2) + secrets.token_bytes(32) + b"\0" + suite.to_bytes(2) + b"\0" + extensions)
    exchange = wire.message(SERVER_KEY_EXCHANGE, _parameters(old.dh_bits, version)) if "_DHE_" in registry.suite_iana_name(suite) else b""
    return hello + wire.certificate(old.chain) + exchange + wire.server_hello_done()


def _parameters(bits: int, version: int) -> bytes:
    """Diffie-Hellman parameters with a prime's size and a signature's form (RFC 5246 section 7.4.3); nobody goes on to compute with them."""
    prime = (secrets.randbits(bits) | 1 << bits - 1 | 1).to_bytes(bits // 8)
    fields = b"".join(len(one).to_bytes(2) + one for one in (prime, b"\x02", prime[:-1] + b"\0"))
    scheme = b"\x04\x01" if version >= registry.VERSION_NUMBERS["TLSv1.2"] else b""
    return fields + scheme + _NO_SIGNATURE.to_bytes(2) + secrets.token_bytes(_NO_SIGNATURE)


def _record(kind: int, body: bytes, version: int) -> bytes:
    pieces = [body[at : at + wire.MAX_RECORD] for at in range(0, len(body), wire.MAX_RECORD)]
    return b"".join(bytes((kind,)) + version.to_bytes(2) + len(piece).to_bytes(2) + piece for piece in pieces)

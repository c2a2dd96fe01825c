"""A TLS server without a socket, for one call: OpenSSL over memory BIOs, with a tap on both directions.

It presents one certificate and takes whatever the caller presents, so that everything can be seen; judging happens later. It never resumes a session:
a caller that had been here before would otherwise not look at the certificate again. Nothing that a caller sends makes a method raise.
"""

from collections.abc import Callable

from cryptography import x509
from OpenSSL import SSL

from probe.facts.listening import HIGHEST, LOWEST, OFF, OPTIONAL, REQUIRED
from probe.facts.observation import Question
from probe.tls.credential import Credential
from probe.tls.engine import Engine, _info, _key_log
from probe.tls.presenting import words

PROTOCOLS = (b"http/1.1",)
"""What is agreed on if a caller offers it (RFC 7301)."""
_VERIFY = {OFF: SSL.VERIFY_NONE, OPTIONAL: SSL.VERIFY_PEER, REQUIRED: SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT}
_NAME = b"probe listen"


class Answering(Engine):
    """The server's side of one connection; ``incoming``, ``outgoing``, ``record`` and the rest are those of the client's."""

    def __init__(self, *, context: SSL.Context, now: Callable[[], float]) -> None:
        self._start(Question(name="call", tls_min=LOWEST, tls_max=HIGHEST), now, serving=True)
        self._connection = SSL.Connection(context, None)
        self._connection.set_app_data(self._watch)
        self._connection.set_accept_state()
        # What a client says first comes when the first bytes have come.
        self._begun = True

    @property
    def answered(self) -> bool:
        """Whether the caller said enough to be answered."""
        return self._tap.bytes_of(True) > 0

    @property
    def plain(self) -> bytes:
        """The first bytes of a caller that does not speak TLS; empty as long as it does."""
        return self._tap.first_bytes

    def _worth_saying(self, data: bytes) -> bool:
        # An alert tells nothing to a caller that speaks no TLS, and would look like a verdict of ours.
        return not self._tap.first_bytes


def answer_with(credential: Credential, request: str = OFF, issuers: tuple[bytes, ...] = ()) -> tuple[SSL.Context, str]:
    """Make what all calls are answered with, and say what OpenSSL would not do with this certificate at its default level ("": nothing).

    ``request`` is one of off, optional and required; ``issuers`` are certificates (DER) whose names are told to the callers that are asked for one.
    Raises ``ValueError`` when OpenSSL cannot present the certificate at all.
    """
    try:
        return _made(credential, request, issuers, None), ""
    except SSL.Error as problem:
        said = "; ".join(words(problem))
    try:
        return _made(credential, request, issuers, 0), said
    except SSL.Error:
        raise ValueError(said) from None


def _made(credential: Credential, request: str, issuers: tuple[bytes, ...], level: int | None) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    if level is not None:
        context.set_cipher_list(f"ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL={level}".encode())
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_session_id(_NAME)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION)
    context.use_certificate(credential.chain[0])
    for one in credential.chain[1:]:
        context.add_extra_chain_cert(one)
    context.use_privatekey(credential.key)
    context.set_verify(_VERIFY[request], _anything)
    for der in issuers if request != OFF else ():
        context.add_client_ca(x509.load_der_x509_certificate(der))
    context.set_alpn_select_callback(_choose)
    context.set_keylog_callback(_key_log)
    context.set_info_callback(_info)
    return context


def _anything(_connection: SSL.Connection, _certificate: object, _error: int, _depth: int, _ok: int) -> bool:
    """Take any certificate: whether it is a good one is judged later, from its bytes."""
    return True


def _choose(_connection: SSL.Connection, offered: list[bytes]) -> "bytes | SSL._NoOverlappingProtocols":
    """Agree on HTTP/1.1; a caller that offers only others goes on without (RFC 7301 section 3.2 leaves that to the server)."""
    return next((one for one in PROTOCOLS if one in offered), SSL.NO_OVERLAPPING_PROTOCOLS)

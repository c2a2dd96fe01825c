"""Asking for a client certificate once the handshake is done, as Apache httpd does for a path: up to TLS 1.2 by a second handshake, in TLS 1.3 after it.

pyOpenSSL has no public way to either, so the functions of the library itself are called.
"""

import socket
from collections.abc import Callable
from typing import Any

from OpenSSL import SSL, crypto

from probe.lab.answers import Answer

Judge = Callable[[bytes], int]
"""From the client's own certificate (DER) to the alert with which it is refused; 0 accepts it, ``AS_FOUND`` leaves it to the library."""
AS_FOUND = -1
ERRORS = {40: 50, 42: 28, 43: 26, 44: 23, 45: 10, 46: 34, 48: 20, 51: 7, 80: 70}
"""The result of a verification (X509_V_ERR_...) that OpenSSL's server tells by this alert (ssl/statem/statem_lib.c)."""
USUAL = 46
"""certificate_unknown, in place of an alert that no verification ends in."""
FORBIDDEN = Answer(status=403, body=b"<p>Reason: Cannot perform Post-Handshake Authentication.<br /></p>", content_type="text/html")
"""What Apache says to a client of TLS 1.3 that has not offered to be asked later."""


def prepare(context: SSL.Context) -> None:
    """Set a context up for it: a resumed session would answer a second handshake without a certificate."""
    context.set_options(SSL.OP_NO_TICKET)
    context.set_session_id(b"late")


def begin(tls: SSL.Connection, judge: Judge, demand: bool) -> bool:
    """Ask on a connection whose handshake is done; whether the client can be asked. ``demand``: an empty answer is refused by an alert.

    What is to be sent then is not sent yet. Raises ``SSL.Error``, and ``OSError`` when this version of the library cannot do it.
    """
    library, functions, inner = getattr(SSL, "_lib", None), getattr(SSL, "_ffi", None), getattr(tls, "_ssl", None)
    if library is None or functions is None or inner is None or not hasattr(library, "SSL_verify_client_post_handshake"):
        raise OSError("this version of pyOpenSSL cannot ask for a certificate after the handshake")
    callback = functions.callback("int (*)(int, X509_STORE_CTX *)", lambda good, context: _verified(library, good, context, judge))
    # The library keeps only the address of it.
    tls.get_app_data().kept = callback
    mode = SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if demand else 0)
    library.SSL_set_verify(inner, mode, callback)
    if tls.get_protocol_version() != SSL.TLS1_3_VERSION:
        return bool(tls.renegotiate())
    if library.SSL_verify_client_post_handshake(inner) == 1:
        return True
    library.ERR_clear_error()
    return False


def answered(tls: SSL.Connection, before: bytes | None) -> None:
    """Process what has come, until the client has answered: its Finished is then another than ``before``. Raises ``SSL.WantReadError`` until it has."""
    try:
        tls.recv(1, socket.MSG_PEEK)
    except SSL.WantReadError:
        if tls.get_peer_finished() == before:
            raise


def _verified(library: Any, good: int, context: Any, judge: Judge) -> int:
    """What OpenSSL asks for each certificate, the client's own last; an exception in here would be printed and count as a refusal."""
    if library.X509_STORE_CTX_get_error_depth(context):
        return 1 if good or judge(b"") != AS_FOUND else 0
    held = library.X509_STORE_CTX_get_current_cert(context)
    library.X509_up_ref(held)
    one = crypto.X509._from_raw_x509_ptr(held)
    alert = judge(crypto.dump_certificate(crypto.FILETYPE_ASN1, one))
    if alert == AS_FOUND:
        return good
    library.X509_STORE_CTX_set_error(context, ERRORS.get(alert, ERRORS[USUAL]) if alert else 0)
    return 0 if alert else 1

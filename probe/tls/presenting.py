"""A TLS context that presents a client certificate, during the handshake and after it."""

from cryptography.x509 import load_der_x509_certificate
from OpenSSL import SSL

from probe.tls.credential import Credential


def presenting(context: SSL.Context, credential: Credential, issuers: tuple[bytes, ...] = ()) -> SSL.Context:
    """The context with a client certificate: never one from the cache, which outlives the check."""
    context.use_certificate(credential.chain[0])
    for one in (*credential.chain[1:], *map(load_der_x509_certificate, issuers)):
        context.add_extra_chain_cert(one)
    context.use_privatekey(credential.key)
    return context


def offer_later(context: SSL.Context) -> bool:
    """Offer to present the certificate also when it is asked for after the handshake (RFC 8446 section 4.2.6); whether that could be done.

    pyOpenSSL has no public way to it; without this one a server that asks for a certificate only for some paths cannot ask.
    """
    library, inner = getattr(SSL, "_lib", None), getattr(context, "_context", None)
    offer = getattr(library, "SSL_CTX_set_post_handshake_auth", None)
    if offer is None or inner is None:
        return False
    offer(inner, 1)
    return True


def presentable(credential: Credential) -> str:
    """Why OpenSSL cannot use this client certificate at all, whatever the server says, in its words; "" if it can."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    # Weak keys are for the server to judge.
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    try:
        presenting(context, credential)
    except SSL.Error as problem:
        return "; ".join(words(problem)) or "refused"
    return ""


def words(problem: SSL.Error) -> list[str]:
    """OpenSSL's words, for people only."""
    found = problem.args[0] if problem.args and isinstance(problem.args[0], list) else []
    return [str(one[-1])[:200] for one in found[:4] if isinstance(one, tuple) and one] or [str(problem)[:200]]

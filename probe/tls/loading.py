"""What OpenSSL says of a certificate or key in PEM, read as programs that are built on it read it: the first of the file, from its very bytes.

Ours are read by more forgiving readers, so that something can be said about them; what OpenSSL does not load, such a program does not start with.
"""

from OpenSSL import SSL, crypto

from probe.tls.presenting import words


def problem_of_certificate(data: bytes) -> str:
    """Why OpenSSL finds no certificate in a PEM file, in its words; "" if it does."""
    if b"-----BEGIN TRUSTED CERTIFICATE-----" in data:
        # OpenSSL's own form, which SSL_CTX_use_certificate_chain_file takes and this function of the library does not.
        return ""
    try:
        crypto.load_certificate(crypto.FILETYPE_PEM, data)
    except (crypto.Error, ValueError, OverflowError) as problem:
        return _words(problem)
    return ""


def problem_of_key(data: bytes) -> str:
    """Why OpenSSL finds no private key in a PEM file whose keys are not encrypted, in its words; "" if it does. Nothing of the key is in them."""
    try:
        crypto.load_privatekey(crypto.FILETYPE_PEM, data, b"")
    except (crypto.Error, ValueError, OverflowError) as problem:
        return _words(problem)
    return ""


def _words(problem: Exception) -> str:
    found = words(SSL.Error(*problem.args)) if isinstance(problem, crypto.Error) and problem.args and isinstance(problem.args[0], list) else []
    return found[0] if found else "not readable"

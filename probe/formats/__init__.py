"""Readers of certificate files. Sans I/O: bytes in, what is in them out."""

from probe.formats import der, guess, pem
from probe.formats.content import Content, Oddity
from probe.formats.pkcs7 import is_signed_data

__all__ = ["MAX_SIZE", "Content", "Oddity", "read"]

MAX_SIZE = 64 * 1024 * 1024
"""Bytes of a file that are read; the largest public trust lists have half a million."""


def read(data: bytes) -> Content:
    """Find the certificates in a file: PEM, DER (one or several), PKCS #7 of both kinds, or bare base64. Never raises."""
    if len(data) > MAX_SIZE:
        return Content(kind="none", looks_like=f"a file of more than {MAX_SIZE // 1024 // 1024} MiB")
    if data[:1] == b"\x30":
        found, skipped = der.certificates(data)
        if found or skipped:
            signed = is_signed_data(data)
            odd = Oddity(what="PKCS #7" if signed else "DER, not PEM", where="the file", refused_by=("openssl", "cryptography"))
            looks = "" if found else "a damaged certificate file"
            kind = "pkcs7" if signed else "der"
            return Content(kind=kind, certificates=tuple(found), skipped=tuple(skipped), looks_like=looks, oddities=(odd,))
    content = pem.read(data)
    if content.kind != "none":
        return content
    content = pem.bare(data)
    return content if content.kind != "none" else Content(kind="none", looks_like=guess.looks_like(data))

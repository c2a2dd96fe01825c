"""The names under which OpenSSL looks for a certificate in a folder: eight hex digits of its subject, as ``openssl x509 -subject_hash`` prints them. Sans I/O.

The hash is over the name in canonical form (``x509_name_canon`` in OpenSSL's crypto/x509/x_name.c): strings in UTF-8 and lower case, white space at the ends
dropped and inside made one blank, without the outermost header. Only ASCII letters change, as in C.
"""

import hashlib
import re

from probe.facts import der
from probe.facts.certificate import Certificate

_UTF8 = 0x0C
_ENCODINGS = {0x0C: "utf-8", 0x13: "latin-1", 0x14: "latin-1", 0x16: "latin-1", 0x1A: "latin-1", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
"""What OpenSSL takes for each kind of string; others stay as they are (``ASN1_MASK_CANON``)."""
_WHITE = re.compile(r"[ \t\n\v\f\r]+")
_CAPITALS = {number: number + 32 for number in range(ord("A"), ord("Z") + 1)}


def subject_hash(certificate: Certificate) -> str:
    """Eight hex digits. Raises ``ValueError`` for a certificate whose subject cannot be found."""
    subject = certificate.read.subject
    if subject is None:
        raise ValueError("the certificate has no subject that can be read")
    digest = hashlib.sha1(canonical(subject.der), usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def canonical(name: bytes) -> bytes:
    """The canonical form of a distinguished name. Raises ``ValueError``."""
    found = b""
    for part in der.children(name, der.whole(name)):
        attributes = []
        for one in der.children(name, part):
            fields = der.children(name, one)
            if len(fields) != 2:
                raise ValueError("an attribute without value")
            attributes.append(tlv(der.SEQUENCE, der.encoded(name, fields[0]) + _string(name, fields[1])))
        if attributes:  # a part without any is lost when OpenSSL reads the name
            found += tlv(der.SET, b"".join(sorted(attributes)))
    return found


def _string(name: bytes, one: der.Item) -> bytes:
    encoding = _ENCODINGS.get(one.tag)
    if encoding is None:
        return der.encoded(name, one)
    text = der.content(name, one).decode(encoding, "surrogatepass")
    return tlv(_UTF8, _WHITE.sub(" ", text.strip(" \t\n\v\f\r")).translate(_CAPITALS).encode("utf-8", "surrogatepass"))


def tlv(tag: int, content: bytes) -> bytes:
    """One element in DER."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    count = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | count)) + size.to_bytes(count) + content

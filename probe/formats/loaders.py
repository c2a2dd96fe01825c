"""Which client stacks refuse to load a PEM file as their trust store, found out by asking the real programs. Sans I/O.

OpenSSL is ``X509_load_cert_crl_file``, on which ``-CAfile``, curl's ``--cacert`` and Python's ``cafile`` stand; Java is ``CertificateFactory`` for X.509
of OpenJDK 17, asked for all certificates of the file. Java reads every block as a certificate, whatever its label says, and stops at the first fault.
"""

import re
from base64 import b64decode
from dataclasses import replace

from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.trust import Refused
from probe.formats import der
from probe.formats.content import Content
from probe.formats.pem import MAX_BLOCKS
from probe.formats.pkcs7 import is_signed_data

TEXT = ("pem", "base64")
"""The kinds of content for which the programs were compared."""
_PEM_ONLY = "it reads PEM text only, and so do curl --cacert and Python's cafile"
_LOADING = "Error loading file"
NO_ACCESS = "java.security.KeyStoreException: problem accessing trust store"
"""How a Java program says that it cannot open the store that it was given."""
CONVERTIBLE = {
    "der": (Refused(stack="openssl", why=f"the file is DER: {_PEM_ONLY}; openssl x509 -inform DER converts it", words=_LOADING),),
    "pkcs7": (
        Refused(stack="openssl", why=f"the file is PKCS #7: {_PEM_ONLY}; openssl pkcs7 -print_certs converts it", words=_LOADING),
        Refused(stack="java", why="the file is PKCS #7: keytool -importcert does not take it, though CertificateFactory does"),
    ),
    "jks": (Refused(stack="openssl", why=f"the file is JKS: {_PEM_ONLY}; keytool -list -rfc converts it", words=_LOADING),),
    "jceks": (
        Refused(stack="openssl", why=f"the file is JCEKS: {_PEM_ONLY}; keytool -list -rfc -storetype JCEKS converts it", words=_LOADING),
        Refused(stack="java", why="the file is JCEKS: it is loaded only with -Djavax.net.ssl.trustStoreType=JCEKS", words=NO_ACCESS),
    ),
    "pkcs12": (Refused(stack="openssl", why=f"the file is PKCS #12: {_PEM_ONLY}; openssl pkcs12 -nokeys converts it", words=_LOADING),),
    "nss": (
        Refused(stack="openssl", why=f"the file is a database of NSS: {_PEM_ONLY}; certutil -L -a -n NAME writes its certificates", words=_LOADING),
        Refused(stack="java", why="the file is a database of NSS, not a key store; certutil -L -a -n NAME writes its certificates", words=NO_ACCESS),
    ),
    "zip": (
        Refused(stack="openssl", why=f"the file is a ZIP archive: {_PEM_ONLY}; take the certificates out", words=_LOADING),
        Refused(stack="java", why="the file is a ZIP archive, not a key store; take the certificates out", words=NO_ACCESS),
    ),
}
"""Who does not take the other kinds as they are; all of them take the same certificates as PEM."""
_BEGIN = re.compile(rb"(?<![^\r\n])-----")
_LINE_END = re.compile(rb"\r\n|[\r\n]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")
_WHITE = " \t\n\v\f\r\x1c\x1d\x1e\x1f"
_EXCEPTION = "java.security.cert.CertificateException: "
_FRAME = re.compile(r"[- ]{1,12}(?:BEGIN|END) [A-Z0-9 ]{1,40}[- ]{0,12}")
"""What may be quoted of a line: one that is longer could hold a key."""
_SEQUENCE = 0x30


@noun
class _Fault:
    """Why Java gives up at a place of the file: in a sentence's end, and the message of its exception where that is always the same."""

    why: str
    at: int
    words: str = ""


def refusals(data: bytes, content: Content) -> tuple[Refused, ...]:
    """Give the stacks that cannot load ``data``, of which ``content`` was read; none for kinds that were not compared. Never raises."""
    if content.kind in CONVERTIBLE:
        return tuple(replace(one, convertible=True) for one in CONVERTIBLE[content.kind])
    if content.kind not in TEXT:
        return ()
    found: list[Refused] = []
    odd = next((one for one in content.oddities if "openssl" in one.refused_by), None)
    if odd:
        found.append(Refused(stack="openssl", why=f"{odd.what} ({odd.where})", words="Error loading file"))
    fault = _java(data, MAX_BLOCKS)
    if fault:
        line = data.count(b"\n", 0, fault.at) + 1
        imported = _java(data, 1) is None
        # What keytool imports is all there is, when the rest of the file are no certificates.
        whole_by_keytool = imported and len(content.certificates) == 1 and all(one.other for one in content.skipped)
        also = "; keytool -importcert reads only the first certificate, and takes it" if imported else ""
        whole = next((one.what for one in content.oddities if one.where == "the file" and one.what.startswith("the text")), "")
        found.append(
            Refused(
                stack="java",
                why=f"{whole or fault.why.format(line=line)}{also}",
                words=f"{_EXCEPTION}{fault.words}" if fault.words else "",
                convertible=whole_by_keytool,
            )
        )
    return tuple(found)


@noun
class Overlooked:
    """Certificates of a store that a client stack loads, but does not count as anchors: its name, why in a short sentence, and which they are."""

    stack: str
    why: str
    certificates: tuple[Certificate, ...]


def _java(data: bytes, most: int) -> _Fault | None:
    """Read as Java does, block after block, ``most`` at most, until there is no more of them or one that it refuses."""
    place = 0
    for number in range(most):
        if data[place : place + 1] == bytes((_SEQUENCE,)):
            # The digit 0 has the code of a SEQUENCE: Java takes the text behind it for DER.
            return _Fault(why="text behind a block begins with the digit 0", at=place)
        begun = _BEGIN.search(data, place)
        if begun is None:
            return None if number else _Fault(why="no line begins with -----BEGIN", at=0, words="No certificate data found")
        block, place, fault = _block(data, begun.start())
        if fault:
            return fault
        if number == 0 and is_signed_data(block):
            return None
        certificates, skipped = der.certificates(block)
        if len(certificates) != 1 or skipped or len(certificates[0][0].der) != len(block):
            return _Fault(why="the block in line {line} is not exactly one certificate", at=begun.start())
    return None


def _block(data: bytes, start: int) -> tuple[bytes, int, _Fault | None]:
    """The decoded block whose BEGIN line begins at ``start``, the place behind it, and what is wrong with it."""
    cut = _Fault(why="the block in line {line} has no end", at=start, words="java.io.IOException: Incomplete data")
    end = _LINE_END.search(data, start)
    if end is None:
        return b"", len(data), cut
    dash = data.find(b"-", end.end())
    if dash < 0:
        return b"", len(data), cut
    closing = re.compile(rb"\n" if end.group() != b"\r" else rb"[\r\n]").search(data, dash)
    stop, place = (closing.start(), closing.end()) if closing else (len(data), len(data))
    header = data[start : end.start()].decode("latin-1").rstrip(_WHITE)
    footer = data[dash:stop].replace(b"\r", b"").decode("latin-1").rstrip(_WHITE)
    if fault := _frame(header, footer, start):
        return b"", place, fault
    body = re.sub(rb"[ \t\n\v\f\r]", b"", data[end.end() : dash])
    digits = _BASE64.match(body)
    padding = body[digits.end() :] if digits else body
    count = len(body) - len(padding)
    if padding not in (b"", b"=", b"==") or (count + len(padding)) % 4 and padding or count % 4 == 1:
        return b"", place, _Fault(why="the block in line {line} is no whole base64", at=start)
    return b64decode(body[:count] + b"=" * (-count % 4)), place, None


def _frame(header: str, footer: str, at: int) -> _Fault | None:
    """What is wrong with a BEGIN line and the END line that goes with it."""
    shown = "java.io.IOException: "
    if len(header) < 16 or not header.startswith("-----BEGIN ") or not header.endswith("-----"):
        return _Fault(why="line {line} should be a BEGIN line and nothing else", at=at, words=f"{shown}Illegal header: {_quoted(header)}".rstrip())
    if len(footer) < 14 or not footer.startswith("-----END ") or not footer.endswith("-----"):
        return _Fault(
            why="the block in line {line} does not end with an END line of its own", at=at, words=f"{shown}Illegal footer: {_quoted(footer)}".rstrip()
        )
    if header[11:-5] != footer[9:-5]:
        return _Fault(
            why="the block in line {line} ends as another kind", at=at, words=f"{shown}Header and footer do not match: {_quoted(header)} {_quoted(footer)}"
        )
    return None


def _quoted(line: str) -> str:
    return line if _FRAME.fullmatch(line) else ""

"""Certificates in textual encoding (RFC 7468), as people really send them. Sans I/O.

Blocks are found one by one, so a damaged one costs only itself. A private key's block is passed over without being decoded.
"""

import binascii
import re
from base64 import b64decode
from binascii import a2b_base64
from collections.abc import Iterator

from probe.facts.certificate import MAX_SIZE as MAX_CERTIFICATE
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.trust import Skipped
from probe.formats import der, guess
from probe.formats.content import Content, Oddity

MAX_BLOCKS = 20_000
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----\n", b"\n-----END CERTIFICATE-----"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_BOUNDARY = re.compile(r"(-{3,5})[ ]?(BEGIN|END) ([A-Z0-9#. ]{1,60}?)[ ]?(-{3,5})")
_FOREIGN = re.compile(r"[^A-Za-z0-9+/= \t\n\v\f>]")
_CARRIAGE_RETURN = re.compile(r"-----\r(?=[^\n])|\r-----(?:BEGIN|END) ")
_BLANKS = str.maketrans("", "", " \t\n\v\f>")
_NEAR = 80  # characters around a line of a block that are looked at, however long the line is
_HEADERS = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9-]{0,40}: [^\n]{0,200}\n){1,10}[ \t]*\n")
_BOTH = ("openssl", "cryptography")
_NO_END = "the END line is missing"
_LABELS = {
    "CERTIFICATE REQUEST": "a certificate request",
    "NEW CERTIFICATE REQUEST": "a certificate request",
    "X509 CRL": "a revocation list",
    "PUBLIC KEY": "a public key",
    "RSA PUBLIC KEY": "a public key",
    "DH PARAMETERS": "Diffie-Hellman parameters",
    "EC PARAMETERS": "the parameters of a curve",
    "PGP PUBLIC KEY BLOCK": "a PGP key",
    "PGP PRIVATE KEY BLOCK": "a PGP key",
    "PGP SIGNATURE": "a PGP signature",
    "PGP MESSAGE": "a PGP message",
    "OPENSSH PRIVATE KEY": "an OpenSSH key",
    "SSH2 PUBLIC KEY": "an OpenSSH key",
}
_CERTIFICATES = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"}
_PKCS7 = {"PKCS7", "CMS", "PKCS #7 SIGNED DATA"}


@noun
class _Block:
    """From a BEGIN line to its END: label, body, line of BEGIN, what is wrong with the frame ("" nothing), the places in the text, whether nothing follows."""

    label: str
    body: str
    line: int
    damage: str
    start: int
    end: int
    last: bool


def read(data: bytes) -> Content:
    """All blocks of ``data``. ``kind`` is none when there is no BEGIN line at all. Never raises."""
    return plain(data) or thorough(data)


def plain(data: bytes) -> Content | None:
    """What ``thorough`` says of a file of certificates that is exactly as it should be, in a tenth of the time; ``None`` for every other file. Never raises."""
    before, *blocks = data.split(_BEGIN)
    if not blocks or len(blocks) > MAX_BLOCKS or b"\r" in data or b"\0" in before or before.startswith(_MARKS) or not _harmless(before):
        return None
    found: list[tuple[Certificate, str]] = []
    line = 1 + before.count(b"\n")
    for block in blocks:
        body, end, behind = block.partition(_END)
        try:
            digits = body.replace(b"\n", b"")
            whole = a2b_base64(digits, strict_mode=True)
        except binascii.Error:
            return None
        odd = not end or len(digits) % 4 or body[:1] == b"\n" or body[-1:] == b"\n" or b"\n\n" in body
        if odd or behind[:1] != b"\n" or not _harmless(behind) or not der.is_certificate(whole):
            return None
        found.append((Certificate(der=whole), f"line {line}"))
        line += block.count(b"\n") + 1
    return Content(kind="pem", certificates=tuple(found))


def _harmless(text: bytes) -> bool:
    """Whether nothing in this text, which stands outside of the blocks, could belong to one, and it ends before the next line begins."""
    return b"---" not in text and (not text or text.endswith(b"\n"))


def thorough(data: bytes) -> Content:
    """All blocks of ``data`` with everything that is odd about them. ``kind`` is none when there is no BEGIN line at all. Never raises."""
    text, oddities = _decoded(data)
    blocks, truncated = _blocks(text)
    if not blocks:
        return Content(kind="none")
    oddities += _oddities(text, blocks)
    found: list[tuple[Certificate, str]] = []
    skipped: list[Skipped] = []
    others: list[str] = []
    for number, block in enumerate(blocks, 1):
        where = f"line {block.line}"
        other = _other(block.label)
        if other:
            others.append(other)
            skipped.append(Skipped(where=where, why=f"{other}, no certificate", other=True))
            continue
        others_found = bool(found)
        inside, problem = _inside(block, oddities)
        found += [(one, where if len(inside) == 1 else f"{where}, certificate {place}") for place, one in enumerate(inside, 1)]
        if problem:
            skipped.append(Skipped(where=where, why=problem if len(blocks) == 1 else f"{problem} (block {number} of {len(blocks)})"))
            if block.label in _CERTIFICATES:
                oddities.append(
                    Oddity(
                        what=f"a damaged block: {block.damage or problem.removeprefix('damaged: ')}",
                        where=where,
                        refused_by=_refusing(block, others_found, problem),
                    )
                )
    if truncated:
        skipped.append(Skipped(where="the rest", why=f"more than {MAX_BLOCKS} blocks"))
    kind = "pem" if any(block.label in _CERTIFICATES for block in blocks) or not any(block.label in _PKCS7 for block in blocks) else "pkcs7"
    if kind == "pkcs7":
        oddities.append(Oddity(what="PKCS #7", where="the file", refused_by=_BOTH))
    looks = "" if found else (others[0] if others else "a damaged certificate file")
    return Content(kind=kind, certificates=tuple(found), skipped=tuple(skipped), looks_like=looks, oddities=_once(oddities))


def bodies(data: bytes, labels: tuple[str, ...]) -> list[tuple[bytes, str]]:
    """What is inside of the blocks with these labels, each with the line that it begins in; empty for one whose base64 is damaged. Never raises."""
    text, _ = _decoded(data)
    found: list[tuple[bytes, str]] = []
    for block in _blocks(text)[0]:
        if block.label not in labels:
            continue
        headers = _HEADERS.match(block.body)
        body = block.body[headers.end() if headers else 0 :].strip("-")
        try:
            inside = b64decode(body.translate(_BLANKS), validate=True) if len(body) <= 4 * MAX_CERTIFICATE else b""
        except (binascii.Error, ValueError):
            inside = b""
        found.append((inside, f"line {block.line}"))
    return found


def bare(data: bytes) -> Content:
    """Base64 of certificates without BEGIN and END lines. ``kind`` is none when it is not that. Never raises."""
    text, oddities = _decoded(data)
    if not text.lstrip().startswith("MI") or _FOREIGN.search(text):
        return Content(kind="none")
    try:
        decoded = b64decode(text.translate(_BLANKS), validate=True)
    except (binascii.Error, ValueError):
        return Content(kind="none")
    found, skipped = der.certificates(decoded)
    if not found:
        return Content(kind="none")
    oddities.append(Oddity(what="the BEGIN and END lines are missing", where="the file", refused_by=_BOTH))
    return Content(kind="base64", certificates=tuple(found), skipped=tuple(skipped), oddities=tuple(oddities))


def _decoded(data: bytes) -> tuple[str, list[Oddity]]:
    """The text with lines that end in a line feed, and what was odd about its encoding."""
    oddities: list[Oddity] = []
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (data[1:2] == b"\0" and data[3:4] == b"\0") or (data[:1] == b"\0" and data[2:3] == b"\0"):
        big = data[:2] == b"\xfe\xff" or data[:1] == b"\0"
        text = data.decode("utf-16-be" if big else "utf-16-le", "replace").removeprefix("\ufeff")
        oddities.append(Oddity(what="the text is in UTF-16", where="the file", refused_by=_BOTH))
    else:
        # No-break spaces, as word processors make them, are blanks to the loaders too.
        text = data.removeprefix(b"\xef\xbb\xbf").replace(b"\xc2\xa0", b" ").decode("latin-1")
        if data[:3] == b"\xef\xbb\xbf":
            oddities.append(Oddity(what="the text begins with a byte order mark", where="the file", refused_by=()))
    if "\r" in text:
        if "\n" not in text:
            oddities.append(Oddity(what="the lines end in a carriage return alone", where="the file", refused_by=("openssl",)))
        elif _CARRIAGE_RETURN.search(text):
            oddities.append(Oddity(what="a BEGIN or END line ends in a carriage return alone", where="the file", refused_by=("openssl",)))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "-----\\n" in text or "-----\\r\\n" in text:
        oddities.append(Oddity(what="the line ends are written out as \\n", where="the file", refused_by=_BOTH))
        text = text.replace("\\r\\n", "\n").replace("\\n", "\n")
    return text, oddities


def _blocks(text: str) -> tuple[list[_Block], bool]:
    """The blocks in their order, and whether there were more than the limit."""
    blocks: list[_Block] = []
    begun: re.Match[str] | None = None
    line, counted = 1, 0
    for mark in _BOUNDARY.finditer(text):
        if begun is not None:
            blocks.append(_closed(text, begun, mark, line))
        if len(blocks) >= MAX_BLOCKS:
            return blocks, True
        begun = mark if mark[2] == "BEGIN" else None
        line += text.count("\n", counted, mark.start())
        counted = mark.start()
    if begun is not None:
        blocks.append(_closed(text, begun, None, line))
    return blocks, False


def _closed(text: str, begun: re.Match[str], mark: re.Match[str] | None, line: int) -> _Block:
    damage = ""
    if mark is None or mark[2] == "BEGIN":
        damage = _NO_END
    elif mark[3] != begun[3]:
        damage = f"it begins as {begun[3]} and ends as {mark[3]}"
    end = mark.end() if mark is not None and mark[2] == "END" else mark.start() if mark is not None else len(text)
    stop = mark.start() if mark is not None else len(text)
    return _Block(label=begun[3], body=text[begun.end() : stop], line=line, damage=damage, start=begun.start(), end=end, last=mark is None)


def _other(label: str) -> str:
    """What a block is that holds no certificates, "" for one that should."""
    if label in _CERTIFICATES or label in _PKCS7:
        return ""
    if label in _LABELS:
        return _LABELS[label]
    return "a private key" if label.endswith("PRIVATE KEY") else f"a block of the kind {label}"


def _refusing(block: _Block, others: bool, problem: str) -> tuple[str, ...]:
    """Who refuses a file with this damaged block; found out by asking them. ``others``: there are good ones before it."""
    inside = problem != f"damaged: {block.damage}"
    if block.damage != _NO_END or (block.last and not others) or (inside and not block.last):
        return _BOTH
    return ("openssl",) if block.last else ("cryptography",)


def _inside(block: _Block, oddities: list[Oddity]) -> tuple[list[Certificate], str]:
    """The certificates of one block, and what is wrong with it ("" nothing)."""
    where = f"line {block.line}"
    also = f"; {block.damage}" if block.damage else ""
    headers = _HEADERS.match(block.body)
    if headers:
        oddities.append(Oddity(what="header lines inside the block", where=where, refused_by=("openssl",)))
    start = headers.end() if headers else 0
    start += len(block.body) - start - len(block.body[start:].lstrip("-"))
    stop = len(block.body.rstrip("-"))
    if foreign := _FOREIGN.search(block.body, start, stop):
        return [], f"damaged: a character that is no base64 in line {block.line + block.body.count(chr(10), 0, foreign.start())}{also}"
    try:
        digits = block.body[start:stop].translate(_BLANKS)
        if len(digits) % 4:
            raise ValueError(len(digits))  # b64decode passes over padding that is too long
        data = b64decode(digits, validate=True)
    except (binascii.Error, ValueError):
        return [], f"damaged: the base64 is not whole{also}"
    if not data:
        return [], f"damaged: empty{also}"
    found, skipped = der.certificates(data)
    certificates = [one for one, _ in found]
    if block.label in _PKCS7:
        problem = "" if certificates else "no certificate inside"
        return certificates, problem if not block.damage else f"damaged: {block.damage}"
    if not certificates:
        instead = guess.looks_like(data)
        if instead == "a private key":
            return [], "no certificate inside, but a private key"  # whatever the label says, keys are not kept
        if len(data) > MAX_CERTIFICATE:
            return [], f"no certificate inside, but {len(data)} bytes of something else"
        return [Certificate(der=data)], f"no certificate inside: {der.complaint(data)}"
    if block.label == "TRUSTED CERTIFICATE":
        # Behind the certificate stands OpenSSL's own trust record (X509_CERT_AUX).
        oddities.append(Oddity(what="a TRUSTED CERTIFICATE block, which only OpenSSL knows", where=where, refused_by=("cryptography",)))
        certificates = certificates[:1]
    elif len(certificates) > 1:
        oddities.append(Oddity(what="several certificates in one block, of which OpenSSL takes only the first", where=where, refused_by=("cryptography",)))
    elif len(certificates[0].der) != len(data) or skipped:
        oddities.append(Oddity(what="more bytes behind the certificate of a block", where=where, refused_by=("cryptography",)))
    return certificates, f"damaged: {block.damage}" if block.damage else ""


def _oddities(text: str, blocks: list[_Block]) -> list[Oddity]:
    """What in the form of the blocks not every loader takes; each rule was found out by asking the loaders."""
    found: list[Oddity] = []
    edges = {block.start for block in blocks} & {block.end for block in blocks}
    for block in blocks:
        for what, refused_by in _form(text, block, edges):
            found.append(Oddity(what=what, where=f"line {block.line}", refused_by=refused_by))
    return found


def _form(text: str, block: _Block, edges: set[int]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is odd about one block; ``edges`` are places where two blocks touch."""
    begin = text[max(block.start - _NEAR, 0) : block.start].rpartition("\n")[2]
    behind = text[block.end : block.end + _NEAR].partition("\n")[0]
    headers = _HEADERS.match(block.body)
    first, *rest = block.body[headers.end() - 1 if headers else 0 :].split("\n")
    outside = (block.start not in edges and begin.endswith("-")) or (block.end not in edges and behind.startswith("-"))
    if outside or block.body.startswith("-") or block.body.endswith("-"):
        yield "a BEGIN or END line with too many dashes", _BOTH
    elif not text.startswith(f"-----BEGIN {block.label}-----", block.start) or (
        not block.damage and not text.endswith(f"-----END {block.label}-----", 0, block.end)
    ):
        yield "a BEGIN or END line with too few dashes or too many blanks", _BOTH
    if not rest:
        yield "a block in one line", ("openssl",)
    elif ">" in block.body:
        yield "lines quoted as in a mail", _BOTH
    elif begin or first.strip() or (not block.damage and (rest[-1] or behind.strip())):
        yield "a BEGIN or END line that has not a line of its own", ("openssl",)
    yield from _empty_lines(rest)


def _empty_lines(lines: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Lines between BEGIN and END; the last one is what stands before END in its line."""
    inner = lines[:-1]
    filled = [number for number, line in enumerate(inner) if line.strip()]
    if not filled:
        return
    inside = inner[filled[0] :]
    if "" in inside:
        yield "an empty line inside a block", _BOTH
    elif filled[0] > 1 or not all(line.strip() for line in inside):
        yield "lines of blanks inside a block", ("openssl",)


def _once(oddities: list[Oddity]) -> tuple[Oddity, ...]:
    """Each kind of oddity once, where it first appears."""
    first: dict[str, Oddity] = {}
    for one in oddities:
        first.setdefault(one.what, one)
    return tuple(first.values())

"""The URLs that certificates name, led to this machine: a copy must neither send its client to the original's authority nor take answers from there."""

import re
from collections.abc import Callable, Iterable, Mapping

from probe.facts import der
from probe.facts.certificate import Certificate
from probe.facts.observation import Fetch, How
from probe.formats import read as read_file
from probe.lab import surgery
from probe.lab.answers import Answer
from probe.lab.http_server import HttpServer
from probe.lab.pki import pem

WITH_URLS = frozenset({"1.3.6.1.5.5.7.1.1", "2.5.29.31"})
"""The extensions whose URLs are led to this machine: authorityInfoAccess and cRLDistributionPoints (RFC 5280 sections 4.2.2.1 and 4.2.1.13)."""
_URI = 0x86
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_NAME = 40


def local_urls(known: Iterable[Certificate], base: str) -> dict[str, str]:
    """Give for each http URL in the certificates one below ``base`` that ends in the same file name."""
    found = (url for one in known for url in (*one.read.ca_issuers, *one.read.ocsp, *one.read.crl))
    web = dict.fromkeys(url for url in found if url.lower().startswith(("http://", "https://")))
    return {url: f"{base}/{number}/{_UNSAFE.sub('_', url.partition('?')[0].rpartition('/')[2])[-_NAME:]}" for number, url in enumerate(web, 1)}


def led_home(value: bytes, urls: Mapping[str, str]) -> bytes:
    """Write the value of an extension again with its URLs exchanged. Raises ``ValueError`` for one that cannot be taken apart."""
    return b"".join(_exchanged(value, one, urls) for one in der.children(value, der.Item(0, 0, 0, len(value), len(value))))


def _exchanged(data: bytes, one: der.Item, urls: Mapping[str, str]) -> bytes:
    if one.tag == _URI:
        other = urls.get(der.content(data, one).decode("ascii", "replace"))
        return surgery.tlv(_URI, other.encode()) if other else der.encoded(data, one)
    if one.tag > 0xFF or not one.tag & 0x20:
        return der.encoded(data, one)
    return surgery.tlv(one.tag, *(_exchanged(data, part, urls) for part in der.children(data, one)))


def serve_documents(server: HttpServer, urls: Mapping[str, str], fetches: Iterable[Fetch], copy: Callable[[Fetch], bytes | None]) -> list[str]:
    """Put copies of the fetched documents where the copied certificates say; an answer that was a refusal is given again.

    ``copy`` gives the document as it must be now, ``None`` when it cannot be copied. Gives what could not be copied. Any other URL leads to 404.
    """
    losses = []
    asked = {one.url: one for one in fetches}
    for url, there in urls.items():
        one = asked.get(url)
        if one is None:
            continue
        path = "/" + there.removeprefix(server.url).lstrip("/")
        status = one.hops[-1].status if one.hops else None
        document = copy(one) if one.ending.how is How.DONE else None
        if document is not None:
            server.put(path, document)
        elif one.ending.how is not How.DONE and (one.body or (status or 0) >= 400):
            server.put_answer(path, Answer(status=status or 200, body=one.body))
        else:
            losses.append(f"what came from {url} ({one.ending.how}); the copy answers 404")
    if any(url not in asked for url in urls):
        losses.append("documents behind URLs in the certificates that the check did not fetch; the copy answers 404")
    return losses


def issuers_document(body: bytes, copy: Callable[[Certificate], Certificate]) -> bytes:
    """The document with a copy of each certificate in it; one alone stays DER if it was, anything else becomes PEM."""
    content = read_file(body)
    copies = [copy(one).der for one, _ in content.certificates]
    if not copies:
        return body
    return copies[0] if content.kind == "der" and len(copies) == 1 else "".join(pem(one) for one in copies).encode()

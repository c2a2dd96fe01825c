"""Copies of certificates with fresh keys: who signed whom, what fits and what does not stay as they were observed.

Names, serial numbers, key identifiers and extensions stay byte for byte, so that whatever agreed or disagreed between two certificates still does.
Exchanged are the keys, the signatures, the dates (moved together), and the URLs (led to this machine).
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta

from probe.case.signature import Signed, signed_by
from probe.facts import der
from probe.facts.certificate import Certificate, title
from probe.facts.noun import noun
from probe.lab import surgery
from probe.lab.keys import SigningKey
from probe.lab.reproduce_keys import Fresh, fresh, like
from probe.lab.reproduce_sign import sign, signer_kind
from probe.lab.reproduce_urls import WITH_URLS, led_home

KEYS = 64
"""Keys that are made for one copy. Making an RSA key takes up to seconds."""
FOREVER = 9999
"""The year that stands for "no end" (RFC 5280 section 4.1.2.5); it does not move."""


@noun
class Copied:
    """A copy, and its private key if there is one."""

    certificate: Certificate
    key: SigningKey | None = field(default=None, repr=False)


class Copies:
    """Copies the certificates among ``known``, and any other that is asked for. Dates move by ``shift``; ``urls`` says what a URL becomes.

    ``losses`` are sentences about what could not be copied.
    """

    def __init__(self, known: Iterable[Certificate], shift: timedelta, urls: Mapping[str, str]) -> None:
        self._known = tuple(dict.fromkeys(known))
        self._shift = shift
        self._urls = urls
        self._made: dict[Certificate, Copied] = {}
        self._keys: dict[bytes, Fresh] = {}
        self._absent: dict[tuple[bytes, bytes, str], SigningKey] = {}
        self.losses: list[str] = []

    def copy(self, one: Certificate) -> Copied:
        """Give the copy of a certificate, the same one each time. Bytes that are no certificate are given back as they are."""
        if one not in self._made:
            self._made[one] = self._copy(one)
        return self._made[one]

    def certificate(self, one: Certificate) -> Certificate:
        """Give the copy without its key."""
        return self.copy(one).certificate

    def _copy(self, one: Certificate) -> Copied:
        try:
            return self._rewritten(one)
        except (ValueError, IndexError):
            self._lose(one, "it cannot be taken apart; its bytes are the original ones")
            return Copied(certificate=one)

    def _rewritten(self, one: Certificate) -> Copied:
        data = one.der
        outer = der.expect(der.whole(data), der.SEQUENCE, "the certificate")
        parts = der.children(data, outer)
        fields = der.children(data, der.expect(parts[0], der.SEQUENCE, "the signed part"))
        first = 1 if fields[0].tag == 0xA0 else 0
        own = self._key(one)
        written = [der.encoded(data, each) for each in fields]
        written[first + 3] = self._moved(one, fields[first + 3])
        written[first + 5] = own.spki
        for place, each in enumerate(fields[first + 6 :], first + 6):
            if each.tag == 0xA3:
                written[place] = self._extensions(one, each)
        content = surgery.tlv(surgery.SEQUENCE, *written)
        signature = surgery.tlv(surgery.BIT_STRING, b"\0", self._signature(one, content)) if parts[2].tag == der.BIT_STRING else der.encoded(data, parts[2])
        rest = [der.encoded(data, each) for each in parts[3:]]
        whole = surgery.tlv(surgery.SEQUENCE, content, der.encoded(data, parts[1]), signature, *rest) + data[outer.end :]
        return Copied(certificate=Certificate(der=whole), key=own.key)

    def _key(self, one: Certificate) -> Fresh:
        """The fresh key of a certificate: the same for certificates of the same key."""
        observed = one.read.key
        if observed is None:
            raise ValueError("no key that can be read")
        if observed.spki not in self._keys:
            self._keys[observed.spki] = fresh(observed) if len(self._keys) < KEYS else Fresh(spki=observed.spki, loss="more keys than are made for one copy")
            if self._keys[observed.spki].loss:
                self._lose(one, self._keys[observed.spki].loss)
        return self._keys[observed.spki]

    # Signatures

    def _signature(self, one: Certificate, content: bytes) -> bytes:
        signer, right = self._signer(one)
        key = self._key(signer).key if signer else None
        if signer is None:
            key = self._absent_key(one)
        # A signature over something else is wrong in the way in which the original was: made by this key, but not for this content.
        made = sign(content if right else content + b"\0", one, key) if key else None
        if made is None:
            self._lose(one, "its signature is of a kind that cannot be made here; it is replaced by one that fits nothing")
            return os.urandom(max(len(one.read.signature), 1))
        return made

    def _signer(self, one: Certificate) -> tuple[Certificate | None, bool]:
        """Whose key signs the copy, and whether it fits; ``None`` for an issuer that was never seen."""
        issuer = one.read.issuer
        namesakes = [other for other in self._known if issuer and other.read.subject and other.read.subject.key == issuer.key]
        for other in (*namesakes[:KEYS], one, *self._known[:KEYS]):
            if signed_by(one, other) is Signed.GOOD:
                return other, True
        for wrong in (Signed.BAD_CONTENT, Signed.BAD):
            for other in namesakes[:KEYS]:
                if signed_by(one, other) is wrong:
                    return other, False
        return None, True

    def _absent_key(self, one: Certificate) -> SigningKey:
        """A key for an issuer that was not seen; certificates that seem to be of the same one share it."""
        read = one.read
        kind = signer_kind(one)
        place = (read.issuer.key if read.issuer else b"", read.authority_key_id or b"", f"{kind}{len(read.signature) if kind == 'RSA' else ''}")
        if place not in self._absent:
            self._absent[place] = like(kind, len(read.signature))
        return self._absent[place]

    # Dates and URLs

    def _moved(self, one: Certificate, validity: der.Item) -> bytes:
        data = one.der
        try:
            times = [self._time(one, data, each) for each in der.children(data, validity)]
        except ValueError:
            self._lose(one, "its dates cannot be read; they are the original ones")
            return der.encoded(data, validity)
        return surgery.tlv(surgery.SEQUENCE, *times)

    def _time(self, one: Certificate, data: bytes, item: der.Item) -> bytes:
        moment, odd = der.time(item.tag, der.content(data, item))
        if not self._shift or moment.year == FOREVER:
            return der.encoded(data, item)
        if odd and item.tag != der.GENERALIZED_TIME:
            self._lose(one, f"{odd}; the copy's is written in the usual form")
        try:
            return _written(moment + self._shift, odd is None or item.tag == der.UTC_TIME)
        except OverflowError:
            return der.encoded(data, item)

    def _extensions(self, one: Certificate, item: der.Item) -> bytes:
        data = one.der
        if not any(each.oid in WITH_URLS for each in one.read.extensions):
            return der.encoded(data, item)
        (listed,) = der.children(data, item)
        return surgery.tlv(0xA3, surgery.tlv(surgery.SEQUENCE, *(self._extension(data, each) for each in der.children(data, listed))))

    def _extension(self, data: bytes, item: der.Item) -> bytes:
        *head, value = der.children(data, item)
        oid = der.oid(der.content(data, head[0])) if head else ""
        if oid not in WITH_URLS or value.tag != der.OCTET_STRING:
            return der.encoded(data, item)
        try:
            inside = led_home(der.content(data, value), self._urls)
        except ValueError:
            return der.encoded(data, item)
        return surgery.tlv(surgery.SEQUENCE, *(der.encoded(data, each) for each in head), surgery.tlv(der.OCTET_STRING, inside))

    def _lose(self, one: Certificate, what: str) -> None:
        self.losses.append(f"{title(one)}: {what}")


def _written(moment: datetime, usual: bool) -> bytes:
    """A time as RFC 5280 section 4.1.2.5 wants it (UTCTime until 2049), or as a GeneralizedTime whatever the year."""
    moment = moment.astimezone(UTC)
    if usual and 1950 <= moment.year < 2050:
        return surgery.tlv(der.UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())
    return surgery.tlv(der.GENERALIZED_TIME, f"{moment.year:04}{moment:%m%d%H%M%SZ}".encode())

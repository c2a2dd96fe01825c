"""From the observed first words of a service to what a copy says."""

import threading
from dataclasses import replace
from datetime import datetime

from probe.case.http_date import http_date
from probe.facts.observation import Exchange, How, Preamble
from probe.lab.answers import Answer, Directory
from probe.protocols.ldaps import ATTRIBUTES

Asked = tuple[str, str]
"""Method and path of a request."""

EXTENSIONS = 64
"""Extensions of a directory that a copy lists at most."""
FURTHEST = 20 * 365 * 86400.0
"""Seconds by which the copy's clock is wrong at most; a saved file may say anything."""
_OWN = frozenset({"date", "content-type", "content-length", "connection", "transfer-encoding"})
"""Header fields that the copy writes itself."""


class Replayed:
    """Answers each request as it was answered, one that was asked several times in turn; one that was never asked as the first of all."""

    def __init__(self, said: tuple[tuple[Asked, Answer], ...]) -> None:
        self._said: dict[Asked, list[Answer]] = {}
        for asked, answer in said:
            self._said.setdefault(asked, []).append(answer)
        self._turns: dict[Asked, int] = {}
        self._lock = threading.Lock()

    def __call__(self, request: bytes) -> Answer:
        """Give the answer to a whole request."""
        method, _, rest = request.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        asked = (method, rest.partition(" ")[0])
        asked = asked if asked in self._said else next(iter(self._said))
        with self._lock:
            turn = self._turns[asked] = self._turns.get(asked, -1) + 1
        return self._said[asked][turn % len(self._said[asked])]


def answer_to(said: tuple[tuple[Asked, Answer], ...]) -> Answer:
    """Give the one answer to several requests, which is another for each of them; the usual one if nothing was said."""
    if not said:
        return Answer()
    first = said[0][1]
    if len(said) == 1 or any(answer.protocol != "http" for _, answer in said):
        return first
    return replace(first, choose=Replayed(said))


def answer_of(words: Exchange | None, taken_at: datetime) -> tuple[Answer, str]:
    """Give the answer, and what it cannot say ("" if nothing). ``taken_at`` is the moment to which the exchange's seconds are relative."""
    if words is None:
        return Answer(), ""
    if words.status is None:
        if words.body:
            return Answer(protocol="raw", body=words.body), ""
        return Answer(protocol="silent" if words.ending.how is How.TIMED_OUT else "raw", body=b""), ""
    if words.protocol in ("ldaps", "ldap"):
        loss = f"the LDAP result {words.status}; the copy answers with a root DSE of its own" if words.status else ""
        return Answer(protocol="ldap", directory=directory_of(words)), loss
    known = dict(words.fields)
    others = tuple((_plain(name.title()), _plain(value)) for name, value in words.fields if name not in _OWN)
    kind = _plain(known.get("content-type", "text/plain"))
    return Answer(status=words.status, skew=_ahead(words, taken_at), body=words.body, content_type=kind, fields=others), ""


def directory_of(words: Exchange | Preamble) -> Directory:
    """A directory that says of itself what this one said; of its extensions only the number is known."""
    if words.status:
        return Directory()
    kept = [(name, value) for name, value in words.fields if name in ATTRIBUTES and name != "supportedExtension"]
    counted = next((value for name, value in words.fields if name == "supportedExtension" and value.isdecimal()), "0")
    extensions = [("supportedExtension", f"1.1.{number}") for number in range(min(int(counted[:6]), EXTENSIONS))]
    return Directory(attributes=(*kept, *extensions))


def _plain(text: str) -> str:
    """The text without what would end a header field; a saved file may hold anything."""
    return "".join(one for one in text if one.isascii() and one.isprintable())


def _ahead(words: Exchange, taken_at: datetime) -> float:
    """By how many seconds the server's clock was ahead of the observer's (RFC 9110 section 6.6.1)."""
    said = http_date(dict(words.fields).get("date", ""), taken_at)
    ahead = (said - taken_at).total_seconds() - words.started - words.took if said else 0.0
    return min(max(ahead, -FURTHEST), FURTHEST)

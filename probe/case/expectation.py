"""What an application's answer means after the rows of a profile: the first whose conditions all hold says it. Pure.

The answer is hostile: bodies are bounded by the capture, JSON that is cut off or nested too deeply is no JSON, XML is looked through without a parser, so
that no entity is ever expanded.
"""

import json
import re
from html import unescape
from typing import Any

from probe.facts.observation import Exchange, Handshake, How
from probe.facts.profile import Check, Expect
from probe.profiles.patterns import BODY, found

TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:[\w.-]{1,64}:)?([\w.-]{1,64})(?:\s[^<>]{0,1000})?>\s{0,100}(?:<!\[CDATA\[(.{0,1000}?)\]\]>|([^<]{0,1000}))", re.DOTALL)
_SOAP = re.compile(r"^\s{0,100}(?:<\?xml[^<>]{0,200}>\s{0,100})?<(?:[\w.-]{1,64}:)?Envelope[\s>]")
CODES = ("Code", "AdditionalInfo", "Description", "faultstring")
"""Elements of a SOAP answer that a reader wants to see."""
WEB = ("https", "wss")
"""Protocols that answer in HTTP."""
DEEPEST = 64


class Nothing:
    """There is nothing at a place in a document; ``null`` is something."""


NOTHING = Nothing()


def row_for(check: Check, exchange: Exchange | None, handshake: Handshake | None = None) -> Expect | None:
    """The first row of a check that fits what came; ``None`` when none does."""
    document = _json(exchange.body) if exchange else NOTHING
    return next((one for one in check.expect if _holds(one, exchange, handshake, document)), None)


def _holds(row: Expect, exchange: Exchange | None, handshake: Handshake | None, document: Any) -> bool:
    if row.closed_after:
        return _closed(row.closed_after, exchange, handshake)
    if exchange is None or exchange.status is None:
        # Without an answer in the protocol that was asked for, only a row about the end of the connection can hold.
        return False
    fields = {name.lower(): value for name, value in exchange.fields}
    asks_web = row.status is not None or row.header or row.no_header or row.content_type or row.title or row.body_regex or row.json or row.xml
    if (asks_web and exchange.protocol not in WEB) or (row.ldap_result is not None and exchange.protocol not in ("ldaps", "ldap")):
        return False
    if row.connack is not None and (exchange.protocol != "mqtts" or row.connack != exchange.status):
        return False
    return (
        (row.status is None or row.status == exchange.status)
        and (row.ldap_result is None or row.ldap_result == exchange.status)
        and (not row.header or row.header.lower() in fields)
        and (not row.no_header or row.no_header.lower() not in fields)
        and (not row.content_type or fields.get("content-type", "").partition(";")[0].strip().lower() == row.content_type.lower())
        and (not row.title or row.title.lower() in title(exchange.body).lower())
        and (not row.body_regex or found(row.body_regex, _text(exchange.body[:BODY]), BODY))
        and (not row.json or _fits(pointed(document, row.json), row.equals))
        and (not row.xml or any(row.equals is None or value == row.equals for value in elements(exchange.body, row.xml)))
    )


def _closed(after: str, exchange: Exchange | None, handshake: Handshake | None) -> bool:
    if exchange is not None:
        return after == "request" and exchange.status is None and not exchange.received and exchange.ending.how in (How.CLOSED, How.RESET)
    return after == "handshake" and handshake is not None and handshake.ending.how is How.DONE and handshake.closed_by_peer


def _fits(value: Any, equals: str | None) -> bool:
    if value is NOTHING:
        return False
    return equals is None or said(value) == equals


def said(value: Any) -> str | None:
    """A value of JSON as text, as a profile writes it; ``None`` for lists and objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return str(value) if isinstance(value, str | int | float) else None


def pointed(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to in a document, else ``NOTHING``."""
    place = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(place, dict) and key in place:
            place = place[key]
        elif isinstance(place, list) and key.isascii() and key.isdecimal() and len(key) < 9 and int(key) < len(place):
            place = place[int(key)]
        else:
            return NOTHING
    return place


def _json(body: bytes) -> Any:
    if body.lstrip()[:1] not in (b"{", b"["):
        return NOTHING
    try:
        # Some applications write ISO 8859-1, which JSON does not allow.
        return json.loads(_text(body))
    except (ValueError, RecursionError):
        return NOTHING


def title(body: bytes) -> str:
    """The title of an HTML page, "" without one."""
    one = TITLE.search(body[:BODY])
    return " ".join(unescape(_text(one[1])).split()) if one else ""


def is_soap(body: bytes) -> bool:
    """Whether an answer is a SOAP envelope, whatever prefix it uses."""
    return _SOAP.match(_text(body[:BODY])) is not None


def elements(body: bytes, name: str) -> tuple[str, ...]:
    """The texts of all elements with this local name in an XML document, any prefix; none for what is no XML."""
    text = _text(body)
    if not text.lstrip().startswith("<") or re.match(r"\s{0,100}<(!doctype|html)", text, re.IGNORECASE):
        return ()
    return tuple(unescape((cdata or plain).strip()) for local, cdata, plain in _ELEMENT.findall(_without_comments(text)) if local == name)


def _without_comments(text: str) -> str:
    """The text without comments; one that never ends takes all that follows with it."""
    parts, at = [], 0
    while (begin := text.find("<!--", at)) >= 0:
        parts.append(text[at:begin])
        end = text.find("-->", begin + 4)
        if end < 0:
            return "".join(parts)
        at = end + 3
    return "".join((*parts, text[at:]))


def _text(data: bytes) -> str:
    """Text of an answer. What is not UTF-8 is read as ISO 8859-1, which no byte can offend."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def told(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """What an answer says of itself, for people: status, a title, the code of an application, as (label, value)."""
    label = {"https": "HTTP status", "wss": "HTTP status", "ldaps": "LDAP result", "ldap": "LDAP result", "mqtts": "CONNACK"}.get(exchange.protocol, "status")
    lines = [(label, str(exchange.status))] if exchange.status is not None else []
    if page := title(exchange.body):
        lines.append(("page", page))
    document = _json(exchange.body)
    for pointer in ("/StatusCode/Code", "/StatusCode/Description", "/StatusCode/AdditionalInfo", "/message", "/error", "/error_description", "/title"):
        value = pointed(document, pointer)
        if isinstance(value, str | int) and not isinstance(value, bool):
            lines.append((pointer.rpartition("/")[2], str(value)[:300]))
    if is_soap(exchange.body):
        lines.append(("form", "SOAP"))
        lines += [(name, values[0][:300]) for name in CODES if (values := elements(exchange.body, name))]
    return tuple(lines)

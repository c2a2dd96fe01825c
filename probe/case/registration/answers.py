"""What the API answered, read with distrust: every field has its type and its length, and whatever else came is told in a sentence. Pure.

The documentation shows the answers that go well; the codes of errors are not published for this API, so that what they mean is said as a guess.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from probe.case.registration.remarks import Remark, problem, unknown
from probe.case.registration.requests import ID, Wanted
from probe.facts.noun import noun
from probe.facts.observation import Exchange, How
from probe.facts.registration import Listed
from probe.protocols.https import ANSWER

TEXT = 200
"""Characters of one text that are kept."""
MOST = 50
"""Authorities of a list that are read; there can be two."""
LONGEST_WAIT = 7 * 24 * 3600
"""Seconds of a Retry-After that are believed."""
LISTS = ("caCertificates", "content", "items", "certificates")
"""Names under which an answer may hold its list, where it is not the list itself: the form is not documented."""
GUESSES = (
    ("LimitExceeded", "there are as many authorities as a tenant may have"),
    ("ResourceAlreadyExists", "an authority with this certificate exists already, perhaps in another tenant"),
    ("RegistrationCodeValidation", "the CN of the verification certificate is not the registration code of this authority"),
    ("CertificateValidation", "the certificate is not one that the service takes"),
)
"""What the service beneath says (AWS IoT API reference, RegisterCACertificate), and what it would mean here."""
_FORBIDDEN = "The token is taken, but may not do this: its user or application needs the role for MindConnect MQTT, in the tenant that is meant."


@noun
class Reply:
    """The answer to one request: the document, or the remark that says why there is none. ``status`` is ``None`` when there was no HTTP answer."""

    status: int | None = None
    document: Any = None
    trouble: Remark | None = None


def reply(wanted: Wanted, exchange: Exchange | None, gateway: str, seconds: float) -> Reply:
    """Read one answer. ``gateway`` is how it is called in sentences, ``seconds`` how long it was waited for."""
    if exchange is None or exchange.status is None:
        return Reply(trouble=_silent(wanted, exchange, gateway, seconds))
    status = exchange.status
    if 200 <= status < 300:
        if status == 204 or not exchange.body.strip():
            return Reply(status=status)
        return _document(wanted, exchange, gateway)
    return Reply(status=status, trouble=_refused(wanted, exchange, gateway))


def listed(document: Any) -> tuple[Listed, ...] | str:
    """Read the list of authorities; a text says why it cannot be."""
    if document is None:
        return ()
    if isinstance(document, dict):
        inner = document.get("_embedded")
        held = [inner[name] for name in LISTS if name in inner] if isinstance(inner, dict) else [document[name] for name in LISTS if name in document]
        document = held[0] if held else None
    if not isinstance(document, list):
        return "there is no list in it"
    if len(document) > MOST:
        return f"it lists {len(document)} authorities"
    found = []
    for one in document:
        read = authority(one)
        if isinstance(read, str):
            return read
        found.append(read)
    return tuple(found)


def authority(document: Any) -> Listed | str:
    """Read one authority; a text says why it cannot be."""
    if not isinstance(document, dict):
        return "an authority is no object"
    identifier, verified = document.get("id"), document.get("isVerified")
    if not isinstance(identifier, str) or not ID.fullmatch(identifier):
        return "the id of an authority is missing, or is not one"
    if verified is not None and not isinstance(verified, bool):
        return "isVerified is neither true nor false"
    texts = [document.get(name) for name in ("name", "commonName", "expiration")]
    if any(one is not None and not isinstance(one, str) for one in texts):
        return "a name or the expiration is no text"
    name, common_name, expiration = ((one or "")[:TEXT] for one in texts)
    return Listed(id=identifier, name=name, expiration=_moment(expiration), common_name=common_name, verified=verified)


def code(document: Any) -> str | None:
    """Read the registration code; ``None`` when there is no text under that name. It is as it came."""
    found = document.get("registrationCode") if isinstance(document, dict) else None
    return found if isinstance(found, str) and len(found) <= 4 * TEXT else None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _document(wanted: Wanted, exchange: Exchange, gateway: str) -> Reply:
    begun = f"The answer of {gateway} while {wanted.doing} (HTTP {exchange.status}) cannot be read: "
    step = "Check that --gateway or --region names the API gateway, not a portal or a proxy." + (again(wanted) if wanted.creates else "")
    if len(exchange.body) >= ANSWER:
        return Reply(status=exchange.status, trouble=unknown(f"{begun}it is larger than {ANSWER // 1024} KiB.", step))
    if _is_cut(exchange):
        return Reply(status=exchange.status, trouble=unknown(f"{begun}it was cut off.", again(wanted).strip()))
    try:
        document = json.loads(exchange.body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        kind = "an HTML page" if _is_html(exchange) else "no JSON"
        return Reply(status=exchange.status, trouble=unknown(f"{begun}it is {kind}.", step))
    return Reply(status=exchange.status, document=document)


def _is_cut(exchange: Exchange) -> bool:
    """Whether less came than the answer itself announced (RFC 9112 section 6.3)."""
    length = dict(exchange.fields).get("content-length", "")
    return length.isascii() and length.isdigit() and len(length) < 10 and int(length) > len(exchange.body)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def again(wanted: Wanted) -> str:
    """What to do after a request of which nobody knows whether it was carried out."""
    return " Run the same command again: it looks first whether it is there, and makes nothing twice." if wanted.creates else " Run the same command again."


def _silent(wanted: Wanted, exchange: Exchange | None, gateway: str, seconds: float) -> Remark:
    how = exchange.ending.how if exchange else How.TIMED_OUT
    begun = f"{gateway} gave no answer while {wanted.doing}"
    unsure = " Whether it was done is not known." if wanted.creates else ""
    if exchange is not None and how is How.DECLINED:
        return unknown(f"What {gateway} answered while {wanted.doing} is no HTTP.{unsure}", "Check the host and the port of --gateway.")
    if how is How.TIMED_OUT:
        return unknown(f"{begun} within {seconds:g} seconds.{unsure}", again(wanted).strip())
    if how is How.LOCAL:
        return unknown(f"{gateway} sent more than is read, or what cannot be read, while {wanted.doing}.{unsure}", "Check the host and the port of --gateway.")
    return unknown(f"{begun}: it ended the connection ({how}).{unsure}", again(wanted).strip())


def _refused(wanted: Wanted, exchange: Exchange, gateway: str) -> Remark:
    status = exchange.status or 0
    words = _words(exchange)
    begun = f"{gateway} answered HTTP {status} while {wanted.doing}" + (f": {words}" if words else ".")
    if 300 <= status < 400:
        place = dict(exchange.fields).get("location", "")
        says = f"{gateway} answered HTTP {status} while {wanted.doing}: it sends on to {place[:TEXT] or 'nowhere'}. The token is not sent there."
        return problem(says, "That is usual for a portal's log-in page: check --gateway, and that the token is still valid.")
    if status == 401:
        return problem(begun, "The token is missing, expired or of another system: get a new one, and put it into the variable or the file.")
    if status == 403:
        return problem(begun, _FORBIDDEN)
    if status == 404:
        return problem(begun, "Check the region, or --gateway, and the id: probe insights-hub ca list shows what is there.")
    if status == 409:
        return problem(begun, "It seems to be there already: probe insights-hub ca list shows it.")
    if status == 429:
        return unknown(begun, f"The gateway wants fewer requests. {_wait(exchange)}")
    if status == 408 or status >= 500:
        unsure = " Whether it was done is not known." if wanted.creates else ""
        return unknown(begun + unsure, f"The fault is on the gateway's side. {_wait(exchange)}{again(wanted)}")
    return problem(begun, "Compare what was sent (--dry-run) with the documentation." + _guess(words))


def _guess(words: str) -> str:
    meaning = next((meaning for name, meaning in GUESSES if name.lower() in words.lower()), "")
    return f" Probably {meaning}." if meaning else ""


def _wait(exchange: Exchange) -> str:
    given = dict(exchange.fields).get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", given) and int(given) <= LONGEST_WAIT:
        return f"Try again in {int(given)} seconds."
    return "Try again later."


def _words(exchange: Exchange) -> str:
    """What the platform says of the error, in its own form: ``{"errors": [{"code", "logref", "message"}]}``. "" when it says nothing like that."""
    if _is_html(exchange):
        return "an HTML page"
    try:
        document = json.loads(exchange.body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return ""
    errors = document.get("errors") if isinstance(document, dict) else None
    one = errors[0] if isinstance(errors, list) and errors else document
    if not isinstance(one, dict):
        return ""
    texts = [one.get(name) for name in ("code", "message")]
    return ": ".join(text[:TEXT] for text in texts if isinstance(text, str) and text)


def _is_html(exchange: Exchange) -> bool:
    kind = dict(exchange.fields).get("content-type", "").lower()
    return "html" in kind or exchange.body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))

"""The parts of a profile's document that ask: checks with their expectations, texts, the list before going live, registration, hand-over."""

import json
import re
from typing import Any

from probe.facts.profile import Asking, Check, Expect, GoLive, Handover, Text
from probe.facts.registration import ApiGateway, Registration, RegistrationStep
from probe.facts.renewal import Renewal
from probe.profiles import patterns
from probe.profiles.table import LONG, Table, guess
from probe.profiles.templates import NAME, TEMPLATE

PATH = r"(/|\{)[!-~]*"
"""A path in a URL: visible ASCII, from a slash or a variable on."""
HOST = r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"
"""A host name in small letters."""
FIELD_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}"
"""The name of a header field (RFC 9110 section 5.6.2)."""
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
CHANGING = ("PUT", "PATCH", "DELETE")
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "cookie", "user-agent", "te", "upgrade", "expect", "trailer"})
"""Header fields that the request has by itself, or that would change what it is."""
PROVES = ("dns", "tcp", "tls", "client-chain", "client-cert", "app")
CERTAINTIES = ("proven", "likely", "possible")
CAUSES = (
    *("client.required", "client.rejected", "client.untrusted", "client.expired", "client.revoked", "client.not-on-file", "client.issuer-not-registered"),
    *("client.id-in-use", "environment.client-certificate"),
    *("app.http-status", "app.address-not-allowed", "app.unknown-identity", "app.ldap", "app.mqtt-refused", "app.protocol"),
)
"""What a row may name as the cause: the causes that an answer can show."""
BEFORE = ("client.eku",)
"""What a text may be about besides: causes that show before anything is asked."""
STEPS = ("dns", "tcp", "tls", "names", "chain", "dates", "addresses", "client-certificate", "trust", "reverse", "app")
"""The steps of a list before going live that every connection has."""
POINTER = re.compile(r"(/([^~/]|~[01])*){1,16}")
CONDITIONS = ("status", "header", "no_header", "content_type", "title", "body_regex", "json", "xml", "ldap_result", "connack", "closed_after")


def text(name: str, table: Table) -> Text:
    """One text for people."""
    table.only("cause", "short", "explain", "do", "official_text")
    return Text(
        id=name,
        cause=table.text("cause", among=("", *CAUSES, *BEFORE)),
        short=table.text("short", required=True, template=True),
        explain=table.text("explain", most=LONG, template=True),
        do=table.texts("do", template=True),
        official_text=table.text("official_text", most=LONG),
        **table.provenance(),
    )


def check(table: Table, texts: tuple[Text, ...]) -> Check:
    """One check with its request and rows."""
    table.only("id", "title", "level", "safe", "side_effects", "consent", "request", "expect")
    request = table.table("request")
    found = Check(
        id=table.text("id", required=True, pattern=NAME.pattern, most=64),
        title=table.text("title"),
        level=table.text("level", "app", among=("app", "tls")),
        safe=table.flag("safe", False),
        side_effects=table.text("side_effects"),
        consent=table.text("consent", pattern=NAME.pattern, most=64),
        request=_asking(request) if request else Asking(),
        expect=_rows(table, texts),
        **table.provenance(),
    )
    if found.safe and found.request.method in CHANGING:
        table.fault("safe", f"{found.request.method} changes something (RFC 9110 section 9.2.1), so the check cannot be safe")
    if not found.safe and not found.side_effects:
        table.faults.note(table.place, "a check that is not safe says in side_effects what it does")
    if found.safe and found.side_effects:
        table.fault("safe", "the check says in side_effects what it does, so it is not safe: write safe = false, or leave side_effects out")
    if found.safe and found.consent:
        table.fault("consent", "a safe check needs no consent")
    if request is None and found.level == "app":
        table.faults.note(table.place, "a check of level app needs a request")
    return found


def _asking(table: Table) -> Asking:
    table.only("method", "path", "headers", "json", "body", "ldap", "mqtt", "client_id", "version", provenance=False)
    found = Asking(
        method=table.text("method", among=("", *METHODS)),
        path=table.text("path", template=True, pattern=PATH, most=2048),
        headers=_headers(table.table("headers")),
        json=_document(table),
        body=table.text("body", most=LONG, template=True),
        ldap=table.text("ldap", among=("", "rootDSE")),
        mqtt=table.text("mqtt", among=("", "connect")),
        client_id=table.text("client_id", template=True),
        version=table.text("version", among=("", "3.1.1", "5")),
    )
    kinds = [bool(found.method or found.path), bool(found.ldap), bool(found.mqtt)]
    if sum(kinds) != 1:
        table.faults.note(table.place, "a request is exactly one of: method and path, ldap, mqtt")
    elif found.method and not found.path:
        table.faults.note(table.place, "a request with a method needs a path")
    if (found.client_id or found.version) and not found.mqtt:
        table.faults.note(table.place, "client_id and version belong to a request of mqtt")
    if found.json and found.body:
        table.fault("body", "a request has either json or body")
    return found


def _headers(table: Table | None) -> tuple[tuple[str, str], ...]:
    found = []
    for name in table.values if table else ():
        value = table.text(name, template=True, secret=True) if table else ""
        if table is None:
            continue
        if not re.fullmatch(FIELD_NAME, name) or name.lower() in OURS:
            table.fault(name, f"the header field {name!r} cannot be set by a profile")
        elif not value.isascii() or not value.isprintable():
            table.fault(name, f"the header field {name!r} has characters that a header cannot hold")
        elif name.lower() in ("authorization", "proxy-authorization") and not set(TEMPLATE.findall(value)) & table.faults.secrets:
            table.fault(name, f"{name} holds a credential: let it come from a variable of the type secret-env")
        found.append((name, value))
    return tuple(found)


def _document(table: Table) -> str:
    """The JSON document that a request sends, as text in which the templates are still strings."""
    value = table.values.get("json")
    if value is None:
        return ""
    _walk(value, table, 0)
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        table.fault("json", "json has a value that JSON cannot hold")
        return ""
    if len(written) > LONG:
        table.fault("json", f"json is longer than {LONG} characters")
    return written


def _walk(value: Any, table: Table, depth: int) -> None:
    if depth > 16:
        table.fault("json", "json is nested too deeply")
    elif isinstance(value, str):
        for used in TEMPLATE.findall(value):
            if used not in table.faults.variables:
                table.fault("json", f"json uses the variable {used!r}, which is not declared or is a secret")
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            _walk(one, table, depth + 1)


def _rows(table: Table, texts: tuple[Text, ...]) -> tuple[Expect, ...]:
    tables = table.tables("expect")
    found = tuple(_row(one, texts) for one in tables)
    for one, row in list(zip(found, tables, strict=True))[:-1]:
        if one == Expect(cause=one.cause, certainty=one.certainty, text=one.text, proves=one.proves, verified=one.verified, source=one.source):
            row.faults.note(row.place, "a row without conditions always matches, so it can only be the last")
    return found


def _row(table: Table, texts: tuple[Text, ...]) -> Expect:
    table.only(*CONDITIONS, "equals", "cause", "certainty", "text", "proves")
    known = tuple(one.id for one in texts)
    name = table.text("text")
    if name and name not in known:
        table.fault("text", f"there is no text {name!r}, " + (guess(name, known) if known else "the profile has no [texts.NAME]"))
    pointer = table.text("json")
    if pointer and not POINTER.fullmatch(pointer):
        table.fault("json", f"{pointer!r} is no JSON pointer (RFC 6901); it begins with /")
    if table.has("equals") and not (table.has("json") or table.has("xml")):
        table.fault("equals", "equals belongs to json or xml")
    if table.has("json") and table.has("xml"):
        table.fault("xml", "a row has json or xml, not both")
    return Expect(
        status=table.number("status", least=100, greatest=599),
        header=table.text("header", pattern=FIELD_NAME, most=64),
        no_header=table.text("no_header", pattern=FIELD_NAME, most=64),
        content_type=table.text("content_type"),
        title=table.text("title"),
        body_regex=table.regex("body_regex", patterns.BODY),
        json=pointer,
        xml=table.text("xml", pattern=r"[A-Za-z_][\w.-]*", most=64),
        equals=table.text("equals", template=True) if table.has("equals") else None,
        ldap_result=table.number("ldap_result", greatest=10_000),
        connack=table.number("connack", greatest=255),
        closed_after=table.text("closed_after", among=("", "handshake", "request")),
        cause=table.text("cause", among=("", *CAUSES)),
        certainty=table.text("certainty", "proven", among=CERTAINTIES),
        text=name,
        proves=table.texts("proves", among=PROVES),
        **table.provenance(),
    )


def registration(table: Table | None) -> Registration | None:
    """How an own authority is made known."""
    if table is None:
        return None
    table.only("gateways", "limit", "cn_equals_code", "verification_max_days", "steps")
    return Registration(
        gateways=tuple(_gateway(one) for one in table.tables("gateways")),
        limit=table.number("limit", 0) or 0,
        cn_equals_code=table.flag("cn_equals_code", False),
        verification_max_days=table.number("verification_max_days", 0) or 0,
        steps=tuple(_step(one) for one in table.tables("steps")),
        **table.provenance(),
    )


def _gateway(table: Table) -> ApiGateway:
    table.only("region", "host")
    return ApiGateway(
        region=table.text("region", required=True, pattern=NAME.pattern),
        host=table.text("host", required=True, pattern=HOST),
        **table.provenance(),
    )


def _step(table: Table) -> RegistrationStep:
    table.only("id", "method", "path", "also", "answer")
    return RegistrationStep(
        id=table.text("id", required=True, pattern=NAME.pattern),
        method=table.text("method", required=True, among=METHODS),
        path=_own_path(table),
        also=table.texts("also"),
        answer=table.texts("answer"),
        **table.provenance(),
    )


def _own_path(table: Table) -> str:
    """A path whose templates may also name fields of an earlier answer, written <id>."""
    return table.text("path", required=True, template=True, pattern=PATH)


def handover(table: Table | None) -> Handover | None:
    """Which certificate is handed over."""
    if table is None:
        return None
    table.only("preferred", "format", "file_name", "fingerprints", "recipient", "question_text")
    return Handover(
        preferred=table.text("preferred", "root", among=("root", "intermediate", "leaf")),
        format=table.text("format", "pem", among=("pem", "der", "p12")),
        file_name=table.text("file_name", template=True),
        fingerprints=table.texts("fingerprints", ("sha256",), among=("sha256", "sha1", "md5")),
        recipient=table.text("recipient"),
        question_text=table.text("question_text", most=LONG, template=True),
        **table.provenance(),
    )


def renewal(table: Table | None) -> Renewal | None:
    """How a partner's certificate is exchanged."""
    if table is None:
        return None
    table.only("new", "present", "own", "upload", "add_authority", "switch", "missing_text", "refused_text", "delete_text")
    return Renewal(
        new=table.text("new", required=True, template=True),
        present=table.text("present", template=True),
        own=table.text("own", template=True),
        upload=table.text("upload"),
        add_authority=table.text("add_authority"),
        switch=table.text("switch"),
        missing_text=table.text("missing_text", most=LONG),
        refused_text=table.text("refused_text", most=LONG),
        delete_text=table.text("delete_text", most=LONG),
        **table.provenance(),
    )


def golive(table: Table, checks: tuple[Check, ...], endpoints: tuple[str, ...]) -> GoLive:
    """One line of the list before going live."""
    table.only("check", "title", "endpoint", "passes", "required", provenance=False)
    endpoint = table.text("endpoint")
    if endpoint and endpoint not in endpoints:
        table.fault("endpoint", f"there is no endpoint {endpoint!r}, {guess(endpoint, endpoints)}")
    return GoLive(
        check=table.text("check", required=True, among=(*STEPS, *(one.id for one in checks))),
        title=table.text("title"),
        endpoint=endpoint,
        passes=table.text("passes", "works", among=("works", "no-problem", "seen")),
        required=table.flag("required", True),
    )

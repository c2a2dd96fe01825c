"""From a TOML document to a Profile: closed vocabularies, nothing that is executed, every fault with its line."""

import re
import tomllib
from dataclasses import replace
from ipaddress import ip_address

from probe.facts.noun import noun
from probe.facts.profile import (
    Endpoint,
    Environment,
    Marks,
    Profile,
    Reporting,
    Value,
    Variable,
)
from probe.profiles import checks, patterns, rules
from probe.profiles.lines import lines
from probe.profiles.table import LONG, Faults, Table, guess
from probe.profiles.templates import NAME

SCHEMA = 1
"""The number that a profile carries; one with a higher number is refused."""
LIMIT = 256 * 1024
"""Characters of a document."""
PROTOCOLS = (
    *("https", "ldaps", "ldap-starttls", "mqtts", "wss", "tls"),
    *(f"starttls-{one}" for one in ("smtp", "imap", "pop3", "ftp", "xmpp", "postgres", "mysql")),
)
TYPES = ("text", "host", "port", "id", "file", "secret-env")
HEX = r"[0-9a-f]{64}"
PORT = re.compile(r"[1-9]\d{0,4}")
TOP = (
    *("schema", "id", "title", "version", "sources", "notes", "variables", "environments", "endpoints", "tls", "names", "trust", "revocation"),
    *("client_certificate", "checks", "ca_registration", "handover", "renewal", "request", "golive", "report", "texts"),
)
UNSHOWN = re.compile(r"cookie|auth|token|secret|passw|key|session|credential|signature", re.IGNORECASE)
"""Header fields whose values are, or may be, credentials: they are never kept."""


@noun
class Read:
    """What a document gave: the profile, or what speaks against it, each fault with file and line."""

    profile: Profile | None = None
    faults: tuple[str, ...] = ()


def read(text: str, origin: str) -> Read:
    """Read a document. ``origin`` is how complaints call it, a file's name. Never raises."""
    if len(text) > LIMIT:
        return Read(faults=(f"{origin} line 1: the file is longer than {LIMIT // 1024} KiB",))
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        return Read(faults=(_syntax(str(error), origin, text),))
    faults = Faults(origin, lines(text))
    top = Table(data, (), faults)
    schema = data.get("schema")
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA:
        return Read(faults=(f"{origin} line {faults.lines.get(('schema',), 1)}: schema {schema} is newer than this version reads (up to {SCHEMA})",))
    profile = _profile(top, origin)
    return Read(faults=told) if (told := faults.told()) else Read(profile=profile)


def read_marks(text: str, origin: str) -> tuple[str, tuple[Environment, ...], tuple[str, ...]]:
    """Read learned marks: the id of the profile that they belong to, its environments with nothing but marks, and what speaks against the document."""
    try:
        data = tomllib.loads(text[:LIMIT])
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        return "", (), (_syntax(str(error), origin, text),)
    faults = Faults(origin, lines(text))
    top = Table(data, (), faults)
    top.only("schema", "marks_for", "environments", provenance=False)
    _schema(top)
    found = tuple(_environment(name, one) for name, one in top.named("environments"))
    return top.text("marks_for", required=True), found, faults.told()


def _syntax(says: str, origin: str, text: str) -> str:
    where = re.search(r"\s*\(at line (\d+), column (\d+)\)", says)
    if where:
        return f"{origin} line {where[1]}: this is no TOML: {says[: where.start()]} (column {where[2]})"
    last = text.count("\n") + 1
    return f"{origin} line {last}: this is no TOML: {re.sub(r' *[(]at end of document[)]', '', says)}"


def _schema(top: Table) -> None:
    if not top.has("schema"):
        top.faults.note((), f"field 'schema' is missing; write schema = {SCHEMA}")
    else:
        top.number("schema", least=1, greatest=SCHEMA)


def _profile(top: Table, origin: str) -> Profile:
    top.only(*TOP, provenance=False)
    _schema(top)
    variables = tuple(_variable(name, one) for name, one in top.named("variables"))
    top.faults.variables = frozenset(one.name for one in variables if one.type != "secret-env")
    top.faults.secrets = frozenset(one.name for one in variables if one.type == "secret-env")
    environments = tuple(_environment(name, one) for name, one in top.named("environments"))
    endpoints = tuple(_endpoint(name, one, environments) for name, one in top.named("endpoints"))
    if not endpoints:
        top.faults.note((), "there is no [endpoints.NAME] table, so there is nothing to check")
    texts = tuple(checks.text(name, one) for name, one in top.named("texts"))
    asked = tuple(checks.check(one, texts) for one in top.tables("checks"))
    doubled = [one.id for number, one in enumerate(asked) if one.id in [other.id for other in asked[:number]]]
    for one in doubled:
        top.fault("checks", f"two checks have the id {one!r}")
    return Profile(
        id=top.text("id", required=True, pattern=NAME.pattern, most=64),
        title=top.text("title", required=True),
        version=top.text("version"),
        sources=top.texts("sources"),
        origin=origin,
        notes=top.texts("notes", most=LONG),
        variables=variables,
        environments=environments,
        endpoints=endpoints,
        tls=rules.tls(top.table("tls")),
        names=rules.names(top.table("names")),
        trust=rules.trust(top.table("trust")),
        revocation=rules.revocation(top.table("revocation")),
        client_certificate=rules.client(top.table("client_certificate")),
        checks=asked,
        ca_registration=checks.registration(top.table("ca_registration")),
        handover=checks.handover(top.table("handover")),
        renewal=checks.renewal(top.table("renewal")),
        request=rules.request(top.table("request")),
        golive=tuple(checks.golive(one, asked, tuple(one.name for one in endpoints)) for one in top.tables("golive")),
        report=_reporting(top.table("report")),
        texts=texts,
    )


def _variable(name: str, table: Table) -> Variable:
    table.only("type", "pattern", "help", "example", "default", "required", provenance=False)
    found = Variable(
        name=name,
        type=table.text("type", "text", among=TYPES),
        pattern=table.regex("pattern"),
        help=table.text("help"),
        example=table.text("example"),
        default=table.text("default"),
        required=table.flag("required", True),
    )
    for field, value in (("example", found.example), ("default", found.default)):
        if value and found.pattern and not patterns.fault(found.pattern) and not patterns.fits(found.pattern, value):
            table.fault(field, f"{field} {value!r} does not match the pattern")
    if found.type == "secret-env" and found.default:
        table.fault("default", "a secret has no default: its value is the name of an environment variable")
    return found


def _environment(name: str, table: Table) -> Environment:
    table.only("title", "production", "marks")
    marks = table.table("marks")
    if marks:
        marks.only("server_names", "issuer_regex", "subject_regex", "anchor_sha256", "client_issuer_regex", provenance=False)
    return Environment(
        name=name,
        title=table.text("title"),
        production=table.flag("production", False) if table.has("production") else None,
        marks=Marks(
            server_names=marks.values_of("server_names"),
            issuer_regex=marks.values_of("issuer_regex", regex=True),
            subject_regex=marks.values_of("subject_regex", regex=True),
            anchor_sha256=marks.values_of("anchor_sha256", pattern=HEX),
            client_issuer_regex=marks.values_of("client_issuer_regex", regex=True),
        )
        if marks
        else Marks(),
        **table.provenance(),
    )


def _endpoint(name: str, table: Table, environments: tuple[Environment, ...]) -> Endpoint:
    table.only(
        *("environment", "direction", "role", "protocol", "host", "port", "path", "sni", "alpn", "aliases", "addresses", "srv", "proxy"),
        *("next_hop", "next_hop_pattern"),
    )
    names = tuple(one.name for one in environments)
    environment = table.text("environment")
    if environment and environment not in names:
        table.fault("environment", f"there is no environment {environment!r}, " + (guess(environment, names) if names else "the profile has none"))
    return Endpoint(
        name=name,
        environment=environment,
        direction=table.text("direction", "out", among=("out", "in")),
        role=table.text("role"),
        protocol=table.text("protocol", "https", among=PROTOCOLS),
        host=table.text("host", required=True, template=True),
        port=_port(table),
        path=table.text("path", "/", template=True, pattern=checks.PATH),
        sni=table.text("sni", template=True),
        alpn=table.texts("alpn"),
        aliases=table.values_of("aliases", template=True),
        addresses=_addresses(table),
        srv=table.text("srv", template=True),
        proxy=table.text("proxy", "allowed", among=("allowed", "forbidden")),
        next_hop=table.text("next_hop", "none", among=("none", "srv", "app")),
        next_hop_pattern=table.regex("next_hop_pattern"),
        **table.provenance(),
    )


def _addresses(table: Table) -> tuple[str, ...]:
    """The words all or first, or a list of IP addresses; written in their shortest form."""
    if isinstance(table.values.get("addresses"), str):
        return (table.text("addresses", among=("all", "first")),)
    found = []
    for number, one in enumerate(table.texts("addresses", ("all",))):
        try:
            found.append(one if one == "all" and not table.has("addresses") else str(ip_address(one)))
        except ValueError:
            table.fault(("addresses", number), f"{one!r} is no IP address; write 'all', 'first' or a list of addresses")
    if not found:
        table.fault("addresses", "the list of addresses is empty; write 'all', 'first' or at least one address")
    return tuple(dict.fromkeys(found))


def _port(table: Table) -> str:
    value = table.values.get("port")
    if isinstance(value, str):
        return table.text("port", template=True, pattern=PORT.pattern)
    found = table.number("port", least=1, greatest=65535)
    if value is None:
        table.faults.note(table.place, "field 'port' is missing")
    return str(found or "")


def _reporting(table: Table | None) -> Reporting:
    if table is None:
        return Reporting()
    table.only("redact", "include_headers", "language", provenance=False)
    found = Reporting(
        redact=table.texts("redact", template=True),
        include_headers=table.texts("include_headers", most=64),
        language=table.text("language", "en", among=("en",)),
    )
    for number, one in enumerate(found.include_headers):
        if not re.fullmatch(checks.FIELD_NAME, one) or UNSHOWN.search(one):
            table.fault(("include_headers", number), f"the header field {one!r} may hold a credential, or is none; it is never shown")
    return found


def marked(profile: Profile, learned: tuple[Environment, ...]) -> Profile:
    """The profile with the marks of these environments added to its own; environments that it does not have are left out."""
    by_name = {one.name: one.marks for one in learned}

    def add(one: Environment) -> Environment:
        more = by_name.get(one.name)
        if more is None:
            return one
        fields = ("server_names", "issuer_regex", "subject_regex", "anchor_sha256", "client_issuer_regex")
        both: dict[str, tuple[Value, ...]] = {field: tuple(dict.fromkeys((*getattr(one.marks, field), *getattr(more, field)))) for field in fields}
        return replace(one, marks=Marks(**both))

    return replace(profile, environments=tuple(add(one) for one in profile.environments))

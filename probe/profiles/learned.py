"""Marks that tell two environments apart, made of what was seen of each, and the document that holds them. Pure."""

import json
import re
from hashlib import sha256

from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.noun import noun
from probe.facts.profile import Environment, Marks, Value
from probe.profiles.patterns import LONGEST
from probe.profiles.read import SCHEMA

MOST = 40
"""Marks of one kind."""


@noun
class Seen:
    """What was seen of one environment: the certificates, its own first if it was an endpoint; ``source`` is what the user named, ``when`` a date ("": files).

    ``protocol``, ``host`` and ``port`` when it was an endpoint. ``public`` are the names of public authorities: those change the intermediates that they sign
    with at any time, so that they are no marks.
    """

    environment: str
    source: str
    certificates: tuple[Certificate, ...]
    when: str = ""
    protocol: str = ""
    host: str = ""
    port: int = 0
    public: frozenset[str] = frozenset()


def learned(one: Seen, other: Seen) -> tuple[Environment, Environment]:
    """The marks of two environments: only what one of them has and the other has not."""
    first, second = _everything(one), _everything(other)
    return _environment(one, first, second), _environment(other, second, first)


def apart(environments: tuple[Environment, ...]) -> bool:
    """Whether every one of them has at least one mark."""
    return all(any((one.marks.server_names, one.marks.issuer_regex, one.marks.anchor_sha256)) for one in environments)


def _everything(one: Seen) -> dict[str, tuple[str, ...]]:
    """Names of servers, names of authorities, digests of authorities, each once and in order."""
    names: dict[str, None] = {one.host.lower(): None} if one.host and not _is_address(one.host) else {}
    issuers: dict[str, None] = {}
    digests: dict[str, None] = {}
    unmarked = set(one.public)
    for certificate in reversed(one.certificates):
        # From the top downwards: whom a public authority certified is one as well.
        read = certificate.read
        if read.is_ca and read.subject and read.issuer and read.issuer.text in unmarked:
            unmarked.add(read.subject.text)
    for certificate in one.certificates:
        read = certificate.read
        if read.is_ca or (read.is_ca is None and is_self_issued(certificate)):
            if read.subject and read.subject.text in unmarked:
                continue
            if read.subject and read.subject.text:
                issuers[read.subject.text] = None
            digests[sha256(certificate.der).hexdigest()] = None
        else:
            names |= dict.fromkeys(name.lower() for name in read.dns_names)
        if read.issuer and read.issuer.text and read.issuer.text not in unmarked and not (is_self_issued(certificate) and not read.is_ca):
            issuers[read.issuer.text] = None
    return {"names": tuple(names), "issuers": tuple(issuers), "digests": tuple(digests)}


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


def _environment(seen: Seen, mine: dict[str, tuple[str, ...]], others: dict[str, tuple[str, ...]]) -> Environment:
    source = f"learned from {seen.source}" + (f" on {seen.when}" if seen.when else "")

    def only(kind: str) -> tuple[str, ...]:
        return tuple(one for one in mine[kind] if one not in others[kind])[:MOST]

    issuers = (f"^{_escaped(one)}$" for one in only("issuers"))
    patterns = tuple(Value(text=one, source=source) for one in issuers if len(one) <= LONGEST)
    return Environment(
        name=seen.environment,
        source=source,
        marks=Marks(
            server_names=tuple(Value(text=one, source=source) for one in only("names")),
            issuer_regex=patterns,
            anchor_sha256=tuple(Value(text=one, source=source) for one in only("digests")),
            client_issuer_regex=(),
        ),
    )


def _escaped(text: str) -> str:
    """The text as a regular expression that matches it and nothing else."""
    return re.sub(r"[\\.^$*+?{}\[\]|()]", r"\\\g<0>", text)


def marks_document(profile: str, environments: tuple[Environment, ...]) -> str:
    """The marks as a document that belongs to an existing profile."""
    return "\n".join((f"schema = {SCHEMA}", f"marks_for = {_quoted(profile)}", "", *_tables(environments)))


def whole_document(name: str, seen: tuple[Seen, ...], environments: tuple[Environment, ...]) -> str:
    """A profile of its own: the environments with their marks, and the endpoints that were looked at, or one to be named by a variable."""
    ports = [one for one in seen if one.host]
    lines = [
        "# Learned: what tells two environments apart. Use it with: probe check --profile FILE --env NAME",
        f"schema = {SCHEMA}",
        f"id = {_quoted(name)}",
        f"title = {_quoted(f'{seen[0].environment} and {seen[1].environment}, told apart')}",
        'version = "1"',
        f"sources = [{', '.join(_quoted(one.source or '') for one in environments)}]",
        "",
    ]
    if len(ports) < len(seen):
        lines += ["[variables.host]", 'type = "host"', 'help = "The host to check."', 'example = "shop.example"', ""]
        lines += ["[variables.port]", 'type = "port"', 'default = "443"', ""]
    lines += _tables(environments)
    for one in seen:
        host, port = (_quoted(one.host), str(one.port)) if one.host else ('"{host}"', '"{port}"')
        protocol = _quoted(one.protocol or "https")
        lines += [
            f"[endpoints.{one.environment}]",
            f"environment = {_quoted(one.environment)}",
            f"protocol = {protocol}",
            f"host = {host}",
            f"port = {port}",
            "",
        ]
    return "\n".join(lines)


def _tables(environments: tuple[Environment, ...]) -> list[str]:
    lines = []
    for one in environments:
        lines += [f"[environments.{one.name}]", f"source = {_quoted(one.source)}"]
        for field in ("server_names", "issuer_regex", "anchor_sha256", "client_issuer_regex"):
            marks = getattr(one.marks, field)
            if marks:
                lines += [f"marks.{field} = [", *(f"  {_quoted(mark.text)}," for mark in marks), "]"]
        lines.append("")
    return lines


def _quoted(text: str) -> str:
    """A basic string of TOML, which has the escapes of JSON but for the solidus; what else is special is written as a number."""
    written = json.dumps(text, ensure_ascii=True)
    # JSON writes what is beyond the first plane as two surrogates, which TOML does not allow.
    return re.sub(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", _joined, written).replace("\x7f", "\\u007f")


def _joined(found: re.Match[str]) -> str:
    high, low = int(found[1], 16), int(found[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"

"""What a profile expects of TLS, of names, of trust, of answers about revocation and of the client certificate: the tables of these, read field by field."""

from datetime import date

from probe.facts.profile import ClientRules, ExpectedPin, Names, RequestRules, Revocation, SubjectRule, Tls, Trust
from probe.facts.target import VERSIONS
from probe.profiles.table import LONG, Table

HEX = r"[0-9a-f]{64}"
DAY = r"\d{4}-\d{2}-\d{2}"
GROUPS = (
    *("secp256r1", "secp384r1", "secp521r1", "x25519", "x448"),
    *("brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "brainpoolP256r1tls13", "brainpoolP384r1tls13", "brainpoolP512r1tls13"),
    *("ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"),
    *("MLKEM512", "MLKEM768", "MLKEM1024", "SecP256r1MLKEM768", "X25519MLKEM768", "SecP384r1MLKEM1024"),
)
"""Groups of key agreement by OpenSSL's names (IANA, TLS Supported Groups), without those that no current client offers."""


def tls(table: Table | None) -> Tls:
    """Read ``[tls]``; a range that is none is a fault."""
    if table is None:
        return Tls()
    table.only("min", "max", "groups", "note_legacy")
    least, most = table.values.get("min"), table.values.get("max")
    if least in VERSIONS and most in VERSIONS and VERSIONS.index(least) > VERSIONS.index(most):
        table.fault("max", f"max {most} is below min {least}")
    return Tls(
        min=table.text("min", among=("", *VERSIONS)),
        max=table.text("max", among=("", *VERSIONS)),
        groups=table.texts("groups", among=GROUPS) if table.has("groups") else (),
        note_legacy=table.text("note_legacy", most=LONG),
        **table.provenance(),
    )


def names(table: Table | None) -> Names:
    """Read ``[names]``."""
    if table is None:
        return Names()
    table.only("rule", "expect", "ip_allowed", "wildcards")
    return Names(
        rule=table.text("rule", "san", among=("san", "san-or-cn", "none")),
        expect=table.values_of("expect", template=True),
        ip_allowed=table.flag("ip_allowed", True),
        wildcards=table.flag("wildcards", True),
        **table.provenance(),
    )


def trust(table: Table | None) -> Trust:
    """Read ``[trust]`` with its pins."""
    if table is None:
        return Trust()
    table.only("store", "files", "anchor_rule", "anchor_expiry", "strict", "stack", "chain_from_server", "public_ca", "pins", "pin_after_pkix")
    return Trust(
        store=table.text("store", "system", among=("system", "files", "both", "none-by-default")),
        files=table.texts("files", template=True),
        anchor_rule=table.text("anchor_rule", "root", among=("root", "any")),
        anchor_expiry=table.text("anchor_expiry", "enforced", among=("enforced", "ignored")),
        strict=table.flag("strict", False),
        stack=table.text("stack", among=("", "java", "openssl")),
        chain_from_server=table.text("chain_from_server", "full", among=("full", "leaf-ok")),
        public_ca=table.text("public_ca", "allowed", among=("allowed", "forbidden", "required")),
        pins=tuple(_pin(one) for one in table.tables("pins")),
        pin_after_pkix=table.flag("pin_after_pkix", True),
        **table.provenance(),
    )


def _pin(table: Table) -> ExpectedPin:
    table.only("kind", "sha256", "file", "since", "until", provenance=False)
    found = ExpectedPin(
        kind=table.text("kind", "leaf", among=("leaf", "spki")),
        sha256=table.text("sha256", template=True, pattern=HEX),
        file=table.text("file", template=True),
        since=_day(table, "since"),
        until=_day(table, "until"),
    )
    if found.since and found.until and "{" not in found.since + found.until and found.since > found.until:
        table.fault("until", f"until {found.until} is before since {found.since}")
    if bool(found.sha256) == bool(found.file):
        table.faults.note(table.place, "a pin has either sha256 or file")
    return found


def _day(table: Table, field: str) -> str:
    """A day as 2026-12-31, or a variable that holds one."""
    found = table.text(field, template=True, pattern=f"({DAY})?")
    if found and "{" not in found and not is_day(found):
        table.fault(field, f"{field} {found!r} is no day of the calendar; write it as 2026-12-31")
    return found


def is_day(text: str) -> bool:
    """Whether a text is a day as 2026-12-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def revocation(table: Table | None) -> Revocation:
    """Read ``[revocation]``."""
    if table is None:
        return Revocation()
    table.only("check", "reachable_from_client")
    check = table.text("check", "off", among=("off", "soft", "hard"))
    return Revocation(check=check, reachable_from_client=table.flag("reachable_from_client", True), **table.provenance())


def client(table: Table | None) -> ClientRules:
    """Read ``[client_certificate]``."""
    if table is None:
        return ClientRules()
    table.only(
        "policy",
        "issuer_regex",
        "subject_rules",
        "eku",
        "v1_allowed",
        "send_chain",
        "key",
        "direct_issuer_only",
        "selection",
        "server_certificate",
        "registered",
    )
    policies = ("required", "optional", "forbidden", "must-not-be-demanded", "unknown")
    return ClientRules(
        policy=table.text("policy", "unknown", among=policies),
        issuer_regex=table.values_of("issuer_regex", regex=True),
        subject_rules=tuple(_subject(one) for one in table.tables("subject_rules")),
        eku=table.text("eku", "any", among=("any", "required")),
        v1_allowed=table.flag("v1_allowed", False),
        send_chain=table.text("send_chain", "with-ca", among=("leaf", "with-ca", "full")),
        key=table.texts("key", among=("RSA", "EC", "Ed25519", "Ed448")),
        direct_issuer_only=table.flag("direct_issuer_only", False),
        selection=table.text("selection", among=("", "always", "by-ca-list")),
        registered=table.text("registered", template=True),
        server_certificate=table.text("server_certificate", "allowed", among=("allowed", "refused")),
        **table.provenance(),
    )


def _subject(table: Table) -> SubjectRule:
    table.only("attribute", "equals", "regex")
    found = SubjectRule(
        attribute=table.text("attribute", required=True, pattern=r"[A-Za-z]{1,32}|\d+(\.\d+)+"),
        equals=table.text("equals", template=True),
        regex=table.regex("regex"),
        **table.provenance(),
    )
    if bool(found.equals) == bool(found.regex):
        table.faults.note(table.place, "a subject rule has either equals or regex")
    return found


def request(table: Table | None) -> RequestRules | None:
    """Read ``[request]``: what a certificate request must be before it is handed in."""
    if table is None:
        return None
    table.only("subject_rules", "key", "least_bits", "same_subject", "note")
    return RequestRules(
        subject_rules=tuple(_subject(one) for one in table.tables("subject_rules")),
        key=table.texts("key", among=("RSA", "EC", "Ed25519", "Ed448")),
        least_bits=table.number("least_bits", 0, greatest=16384) or 0,
        same_subject=table.flag("same_subject", False),
        note=table.text("note", most=LONG),
        **table.provenance(),
    )

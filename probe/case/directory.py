"""What a directory says of itself in its root entry (RFC 4512 section 5.1, MS-ADTS section 3.1.1.3.2)."""

import re

from probe.case.case import Case, step
from probe.facts.noun import noun
from probe.facts.observation import Exchange, Preamble
from probe.facts.target import Target
from probe.protocols.ldaps import CAPABILITIES

BESIDE = "plain-directory"
"""The question that reads the root entry in plain text at the port beside, where LDAPS is cut off without a word."""
PLAIN = {636: 389, 3269: 3268}
"""The ports on which a domain controller answers in plain text, by those on which it begins TLS at once (MS-ADTS section 5.1.1.2)."""
ACTIVE_DIRECTORY, READ_ONLY = "1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1920"
WINDOWS = re.compile(r"\bLdapErr: DSID-[0-9A-F]{8}\b")
"""How the diagnostic messages of Active Directory begin, after the number of the error."""


@noun
class Directory:
    """``host`` is the server's own name (dnsHostName), ``said`` the step that tells it. ``capabilities`` are those of ``CAPABILITIES``."""

    said: Exchange | Preamble
    host: str = ""
    domain: str = ""
    vendor: str = ""
    capabilities: tuple[str, ...] = ()

    @property
    def is_active_directory(self) -> bool:
        """Whether it says that it is a domain controller of Active Directory (Samba says so too)."""
        return ACTIVE_DIRECTORY in self.capabilities

    @property
    def kind(self) -> str:
        """What it is, in words."""
        named = [CAPABILITIES[one] for one in self.capabilities if one in CAPABILITIES]
        return ", ".join(named) or self.vendor or "a directory"


def directory(case: Case) -> Directory | None:
    """What was read inside TLS; ``None`` when no root entry was."""
    one = case.exchange
    return _read(one) if one is not None and one.protocol in ("ldaps", "ldap") and one.status == 0 else None


def beside(case: Case) -> Directory | None:
    """What was read in plain text at the port beside."""
    one = step(case.asked(BESIDE), Preamble)
    return _read(one) if one is not None and one.status == 0 else None


def plain_port(target: Target) -> int:
    """The port on which the same directory answers in plain text; 0 where none is known, as behind a port that was given by hand."""
    if target.plain_port:
        return target.plain_port
    return PLAIN.get(target.port, 0) if target.connect_port in (None, target.port) else 0


def says_windows(one: Preamble | Exchange) -> bool:
    """Whether the words of a refusal are Active Directory's."""
    return WINDOWS.search(dict(one.fields).get("diagnosticMessage", "")) is not None


def domain_of(context: str) -> str:
    """The DNS name of a naming context: ``DC=corp,DC=example`` is corp.example; "" for another one."""
    parts = [one.strip().partition("=") for one in context.split(",")]
    names = [value for kind, _, value in parts if kind.upper() == "DC" and re.fullmatch(r"[A-Za-z0-9_-]{1,63}", value)]
    return ".".join(names).lower() if names and len(names) == len(parts) else ""


def _read(one: Exchange | Preamble) -> Directory:
    fields = dict(one.fields)
    host = fields.get("dnsHostName", "").rstrip(".").lower()
    return Directory(
        said=one,
        host=host if re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", host) and len(host) <= 253 else "",
        domain=domain_of(fields.get("defaultNamingContext", "")),
        vendor=fields.get("vendorName", ""),
        capabilities=tuple(value for name, value in one.fields if name == "supportedCapabilities"),
    )

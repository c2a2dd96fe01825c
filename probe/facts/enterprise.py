"""The extensions that Active Directory Certificate Services puts into certificates (MS-WCCE section 2.2.2.7), for people."""

from probe.facts import der
from probe.facts.certificate import Certificate

TEMPLATE_NAME, TEMPLATE, CA_VERSION, PREVIOUS, SECURITY = (
    "1.3.6.1.4.1.311.20.2",
    "1.3.6.1.4.1.311.21.7",
    "1.3.6.1.4.1.311.21.1",
    "1.3.6.1.4.1.311.21.2",
    "1.3.6.1.4.1.311.25.2",
)
REPLICATION = "1.3.6.1.4.1.311.25.1"
"""The kind of a subject alternative name that holds the identifier (GUID) of a domain controller."""
LONGEST = 200
VERSION = "AD CS CA version"
DEFAULTS = frozenset(
    {"DomainController", "DomainControllerAuthentication", "KerberosAuthentication", "DirectoryEmailReplication", "Machine", "WebServer", "CA", "SubCA"}
    | {"User", "Administrator", "cannot be read"}
)
"""Names of templates that every installation has, and that name nobody."""
_SID = "1.3.6.1.4.1.311.25.2.1"
_HIGH, _LOW = 16, 0xFFFF


def enterprise(one: Certificate) -> tuple[tuple[str, str], ...]:
    """What these extensions say, as (label, value) in a fixed order; nothing for those that cannot be read. Never raises."""
    known = {extension.oid: extension.value for extension in reversed(one.read.extensions)}
    found: list[tuple[str, str]] = []
    for oid, label, read in (
        (TEMPLATE_NAME, "Certificate template", _name),
        (TEMPLATE, "Certificate template", _template),
        (CA_VERSION, VERSION, _version),
        (PREVIOUS, "AD CS previous CA certificate", _hash),
        (SECURITY, "AD CS security identifier", _sid),
    ):
        if oid not in known:
            continue
        try:
            found.append((label, read(known[oid])))
        except ValueError:
            found.append((label, "cannot be read"))
    return tuple(found)


def _name(data: bytes) -> str:
    item = der.whole(data)
    text, _ = der.text(item.tag, der.content(data, item))
    if not text:
        raise ValueError("no name")
    return text[:LONGEST]


def _template(data: bytes) -> str:
    fields = der.children(data, der.expect(der.whole(data), der.SEQUENCE, "the template"))
    if not fields:
        raise ValueError("no template")
    dotted = der.oid(der.content(data, der.expect(fields[0], der.OBJECT_IDENTIFIER, "the template's number")))
    numbers = [str(der.integer(der.content(data, one))) for one in fields[1:3] if one.tag == der.INTEGER]
    return dotted + (f", version {'.'.join(numbers)}" if numbers else "")


def _version(data: bytes) -> str:
    number = der.integer(der.content(data, der.expect(der.whole(data), der.INTEGER, "the version")))
    if number < 0:
        raise ValueError("a version that cannot be")
    return f"V{number & _LOW}.{number >> _HIGH} (certificate {number & _LOW}, key {number >> _HIGH} of this CA)"


def _hash(data: bytes) -> str:
    return der.octets(data, der.expect(der.whole(data), der.OCTET_STRING, "the hash")).hex(":").upper()[:LONGEST]


def _sid(data: bytes) -> str:
    for item in der.children(data, der.expect(der.whole(data), der.SEQUENCE, "the extension")):
        parts = der.children(data, item)
        if len(parts) == 2 and der.oid(der.content(data, parts[0])) == _SID:
            for inner in der.children(data, parts[1]):
                text = der.octets(data, inner).decode("ascii")
                if text.startswith("S-1-") and text.isprintable():
                    return text[:LONGEST]
    raise ValueError("no identifier")

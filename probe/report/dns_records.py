"""What DNS and this machine say of a name beside its addresses, as lines of a report. Pure."""

from ipaddress import IPv6Address

from probe.case.tlsa import spelled
from probe.facts.observation import Lookup, Observation
from probe.facts.records import Association, Authorization, Pointer

SHOWN = 6


def circumstances(seen: Observation) -> tuple[tuple[str, str], ...]:
    """What DNS and this machine say of the name besides, as (label, value)."""
    if not seen.target.records:
        return ()
    lines: list[tuple[str, str]] = []
    for kind, label in (("CAA", "Who may issue (CAA)"), ("TLSA", "Expected certificates (TLSA)")):
        holding = [one for one in seen.lookups if one.type == kind and one.records]
        lines += [(label, f"{one.name}: {_records(one)}") for one in holding[:SHOWN]]
    pointers = [one for one in seen.lookups if one.type == "PTR"]
    if pointers:
        lines.append(("Names of the addresses (PTR)", "; ".join(f"{_address(one.name)}: {_called(one)}" for one in pointers[:SHOWN])))
    if any(one.type == "CAA" for one in seen.lookups) and not any(one.type == "CAA" and one.records for one in seen.lookups):
        answered = all(one.rcode in (0, 3) for one in seen.lookups if one.type == "CAA")
        known = answered and any(one.type == "CAA" and one.rcode == 0 for one in seen.lookups)
        lines.append(("Who may issue (CAA)", "no records: any authority" if known else "not known: the DNS server gave no answer that counts"))
    asked = [one for one in seen.resolutions if one.source == "dns" and one.rcode == 0 and one.server]
    if asked:
        lines.append(("DNSSEC", flagged(any(one.authentic for one in asked), asked[0].server or "")))
    beside = seen.beside
    if beside and beside.hosts:
        lines.append(("Hosts file", f"{beside.file} gives {', '.join(beside.hosts)}; programs of this machine go there, whatever DNS says"))
    if beside and beside.search:
        lines.append(("Search list", ", ".join(beside.search)))
    return tuple(lines)


def flagged(authentic: bool, server: str) -> str:
    """What the flag of a DNS server is worth."""
    if authentic:
        return f"{server} says that it validated the answer (AD); that is its word and no proof"
    return f"{server} does not say that it validated the answer (AD): the zone is not signed, or this server does not validate"


def _records(one: Lookup) -> str:
    texts = [f'{record.flags} {record.tag} "{record.value}"' for record in one.records if isinstance(record, Authorization)]
    texts += [spelled(record) for record in one.records if isinstance(record, Association)]
    more = len(one.records) + one.left_off - SHOWN
    return "; ".join(texts[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _called(one: Lookup) -> str:
    names = [record.host for record in one.records if isinstance(record, Pointer)]
    return ", ".join(names[:SHOWN]) or ("none" if one.rcode in (0, 3) else "no answer")


def _address(name: str) -> str:
    """The address that a name of the reverse tree is about."""
    labels = name.removesuffix(".in-addr.arpa").split(".")
    if name.endswith(".in-addr.arpa"):
        return ".".join(reversed(labels))
    digits = "".join(reversed(name.removesuffix(".ip6.arpa").split(".")))
    return str(IPv6Address(int(digits, 16))) if len(digits) == 32 and all(one in "0123456789abcdef" for one in digits) else name

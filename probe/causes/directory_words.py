"""What the refusals of a directory mean: result codes of LDAP before TLS begins, and the words of Active Directory in them."""

from probe.case.directory import says_windows
from probe.case.starttls import answer
from probe.facts.observation import Preamble
from probe.protocols.ldap_results import BUSY, CONFIDENTIALITY, OPERATIONS, STRONGER, UNAVAILABLE, UNWILLING

MEANING = {
    OPERATIONS: "By RFC 4511 section 4.14 a server says so when TLS is on already, or when another operation is still under way.",
    STRONGER: "The directory demands an authentication before TLS, which leaves no way to begin it.",
    CONFIDENTIALITY: "The directory demands encryption and does not let it begin: its configuration contradicts itself.",
    BUSY: "The directory has too much to do at the moment; a later try may succeed.",
    UNAVAILABLE: "The directory knows the request and cannot begin TLS now; as a rule it has no certificate, or cannot load it or its key.",
    UNWILLING: "The directory knows the request, and its configuration does not allow it here.",
}
"""What a result code says in answer to the request to begin TLS."""
_DATA = "Error initializing SSL/TLS"
REPORTED = "Users report this very answer of domain controllers of Active Directory that have no certificate that fits; it was not verified with one here."


def meaning(one: Preamble) -> tuple[str, ...]:
    """Sentences about the answer to the request to begin TLS."""
    found = MEANING.get(one.status or 0)
    told = (found,) if found else ()
    return (*told, REPORTED) if one.status == UNAVAILABLE and (says_windows(one) or _DATA in answer(one)) else told


def without_certificate(one: Preamble) -> bool:
    """Whether a domain controller refuses, and most likely because it has no certificate."""
    return one.protocol == "ldap" and one.status == UNAVAILABLE and says_windows(one)

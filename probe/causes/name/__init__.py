"""The name: is the certificate for the host that was asked for?"""

from probe.case.case import Case
from probe.case.names import Form, NameCheck, Presented
from probe.causes.words import Effect

WILDCARD = frozenset(
    {
        Form.PARTIAL_PREFIX,
        Form.PARTIAL_SUFFIX,
        Form.PARTIAL_INSIDE,
        Form.WILDCARD_MIDDLE,
        Form.WILDCARD_TLD,
        Form.WILDCARD_APEX,
        Form.WILDCARD_DEPTH,
        Form.WILDCARD_BARE,
    }
)
SHOWN = 10


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    return None if case.presented else "No certificate was seen whose names could be compared."


def silent(case: Case) -> tuple[str, ...]:
    """What only a directory can have."""
    return () if case.target.protocol in ("ldaps", "ldap") else ("directory_host",)


def refusers(case: Case) -> tuple[str, ...]:
    """The voting stacks that refuse because of the name."""
    return tuple(one.stack for one in case.verdicts if one.name_refused)


def effect(case: Case) -> Effect:
    """What a name that does not fit does: it breaks as soon as one voting stack refuses it."""
    return Effect.BREAKS if refusers(case) else Effect.RISKS


def near_wildcard(check: NameCheck) -> Presented | None:
    """The wildcard that nearly fits, when no identifier fits to the letter and none but a wildcard comes near."""
    if check.is_ip or any(not one.forms for one in check.presented):
        return None
    return next((one for one in check.presented if WILDCARD & set(one.forms)), None)


def good_for(check: NameCheck) -> str:
    """The names that the certificate is good for, in words."""
    more = f" and {len(check.good_for) - SHOWN} more" if len(check.good_for) > SHOWN else ""
    return ", ".join(check.good_for[:SHOWN]) + more if check.good_for else "no name at all"

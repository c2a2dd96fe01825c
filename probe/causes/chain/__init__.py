"""The chain: does it lead, certificate by certificate, to something the client trusts?"""

from probe.case.case import Case


def needs(case: Case) -> str | None:
    """Why no cause of this stage can be looked for, if so."""
    if case.presented:
        return None
    if not case.connected:
        return "No certificate was seen, because no connection was made."
    return "No certificate was seen, because the handshake ended before the server sent one."


OBJECTED = frozenset(
    {
        "bad_signature",
        "critical_extension",
        "eku",
        "expired",
        "intermediate_missing",
        "issuer_rekeyed",
        "issuer_unknown",
        "name_constraints",
        "not_a_ca",
        "not_yet_valid",
        "root_untrusted",
        "self_signed",
        "weak_key",
    }
)
"""Causes that are nothing but what is objected to on a path."""


def silent(case: Case) -> tuple[str, ...]:
    """What needs an objection, where no path has one, and what needs a pin, where none was given."""
    # A stack may count less of the store than is in it, and so object to what stands on no path.
    objected = any(path.objections for path in case.paths.paths) or any(verdict.objections for verdict in case.verdicts)
    smooth = case.paths.paths and not objected and not case.observation.calls
    return (*(OBJECTED if smooth else ()), *(() if case.target.pin else ("pin_mismatch",)))
